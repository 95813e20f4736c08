"""Ready replies with the values of a ticket put in: what an agent may begin an answer with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from sdesk.desk.outbox.facts import LetterFacts
from sdesk.desk.outbox.ready import Ready
from sdesk.desk.outbox.template_language import environment
from sdesk.mail.outbox.render import values_of
from sdesk.mail.outbox.templates import MOST
from sdesk.mail.outbox.words import local


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A ready reply as it would be put in."""

    key: str
    title: str
    text: str
    why_not: str | None = None
    """Why it cannot be: this ticket has no value for something that it names."""


def filled(facts: LetterFacts, found: Sequence[Ready]) -> tuple[ReadyText, ...]:
    """All of them, each in the first language that has one: the requester's, the desk's, the first of the file."""
    return tuple(_filled(facts, each) for each in found)


def _filled(facts: LetterFacts, ready: Ready) -> ReadyText:
    wanted = (facts.language, facts.desk.language, *ready.text)
    language = next(each for each in wanted if each in ready.text)
    zone = ZoneInfo(facts.desk.time_zone)

    def in_words(instant: object) -> str:
        if not isinstance(instant, datetime):
            raise TemplateError
        return local(instant, zone, language)

    try:
        text = environment(in_words).from_string(ready.text[language]).render(values_of(facts, language))
    except (TemplateError, TypeError, ValueError, RecursionError):
        # What can be said without a ticket was checked with the desk file: it is this ticket's value that is missing.
        return ReadyText(ready.key, ready.title, "", "it names a value that this ticket does not have")
    if len(text) > MOST:
        return ReadyText(ready.key, ready.title, "", "it makes more than a mail holds")
    return ReadyText(ready.key, ready.title, text.strip("\n"))
