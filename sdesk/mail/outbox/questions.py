"""The answers to the question how it was: five links, to the portal or to a mail that says it all."""

from __future__ import annotations

from urllib.parse import quote

from sdesk.desk.outbox.facts import LetterFacts
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.satisfaction import PREFIX, SCORES, subject_of_answer
from sdesk.domain.thread import token_address
from sdesk.mail.outbox.words import ANSWERS

_NO_KEY = f"{PREFIX}{'0' * 32}"
"""What stands for the key of a question that was never asked (a look at a template)."""


def answers_of(facts: LetterFacts, language: str, sender: str) -> str:
    """Five lines of an answer and its link each, with an empty line between them; the best answer first.

    Links stand in angle brackets (RFC 3986, appendix C): no program takes what follows for a part of them.
    """
    own = read_message_id(facts.message_id)
    key = own[1] if own is not None else _NO_KEY
    words = ANSWERS.get(language, ANSWERS["en"])
    links = ((score, _link(facts, key, score, words[score], sender)) for score in SCORES)
    return "\n\n".join(f"{score} - {words[score]}:\n<{link}>" for score, link in links)


def _link(facts: LetterFacts, key: str, score: int, words: str, sender: str) -> str:
    portal = facts.values.get("portal")
    if portal:
        return f"{portal}/rate/{key}?score={score}"
    subject = f"{subject_of_answer(score, words)} [{facts.ticket.ref}]"
    if facts.team.plus_addressing:
        address = token_address(sender, facts.ticket.number, key)
    else:
        # Nothing but the subject can carry it.
        address, subject = sender, f"{subject} [{key}]"
    return f"mailto:{quote(address, safe='@+')}?subject={quote(subject, safe='')}"
