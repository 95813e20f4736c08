"""A mail that answers the question how it was: by a key in its address, its subject, or what it refers to.

Programs answer nothing (bounces, automatic replies), nor do agents: whom a customer sends the question on to might be
the one who is asked about. What shows a key and says no clear answer is a mail as any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sdesk.desk import ratings
from sdesk.desk.intake.follow_up import add_mail
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.outbox import read_message_id
from sdesk.domain.inbound import InboundMail
from sdesk.domain.ledger import Outcome
from sdesk.domain.satisfaction import PREFIX, RatedBy, score_of, token_in
from sdesk.domain.thread import address_tokens, referred_ids
from sdesk.domain.ticket import Direction
from sdesk.store.models import Ticket


def from_rater(work: Work, incoming: Incoming) -> Receipt | None:
    """Take the answer that a mail gives; None where it gives none."""
    mail = incoming.mail
    if mail.is_auto or mail.is_bounce or incoming.agent_id is not None:
        return None
    key = next((each for each in dict.fromkeys(_keys(mail)) if ratings.can_answer(work, each)), None)
    if key is None:
        return None
    said = score_of(mail.subject, mail.body_text)
    if said is None:
        return None
    score, comment = said
    number = ratings.number_of(work, key)
    if number is None:
        return None
    # The mail as it came stands in the ticket's conversation, and sets nothing going there.
    row = add_mail(work, without_key(incoming), number, Direction.AUTO)
    answered = ratings.answer(work, key, score, comment, RatedBy.MAIL, attachments=mail.attachments, message=row)
    settle(work, work.session.get_one(Ticket, number))
    how = "another answer" if answered.before is not None else "an answer"
    return Receipt(Outcome.NOTED, number, f"{how} to the question how it was: {score} of 5")


def _keys(mail: InboundMail) -> Iterator[str]:
    """The keys of questions that a mail shows, the surest first."""
    for _, token in address_tokens(mail):
        if token.startswith(PREFIX):
            yield token
    named = token_in(mail.subject)
    if named is not None:
        yield named
    for message_id in referred_ids(mail):
        own = read_message_id(message_id)
        if own is not None and own[1].startswith(PREFIX):
            yield own[1]


def without_key(incoming: Incoming) -> Incoming:
    """A mail whose subject carries no key: it may become the subject of a ticket."""
    mail = incoming.mail
    named = token_in(mail.subject)
    if named is None:
        return incoming
    start = mail.subject.lower().index(f"[{named}]")
    subject = f"{mail.subject[:start].rstrip()}{mail.subject[start + len(named) + 2 :]}"
    return replace(incoming, mail=replace(mail, subject=subject))
