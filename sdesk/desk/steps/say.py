"""Saying something on a ticket: message, mail, clocks and history, for whichever verb has words to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, save_clocks
from sdesk.desk.steps.history import record
from sdesk.desk.steps.keys_in_files import require_no_keys
from sdesk.desk.steps.messages import add_message, last_heard, recipients_of
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outbox import make_message_id, queue_mail
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.snapshot import snapshot
from sdesk.domain.clock import agent_answered
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import MOST_ATTACHED, TAKE_BACK, MailKind, Party
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import neutralise
from sdesk.domain.thread import hide_agent_tokens
from sdesk.domain.ticket import Direction
from sdesk.store.models import Ticket


def say(
    work: Work,
    ticket: Ticket,
    text: str,
    *,
    kind: str,
    direction: Direction = Direction.OUT,
    cc: Sequence[Mailbox] = (),
    attachments: Sequence[InboundAttachment] = (),
    raw_id: int | None = None,
    unheard: str | None = None,
) -> int:
    """The step of it: message, outbox row (but for a note or a call), clocks, history. Gives the message's row.

    The caller settles. `raw_id`: the mail in which the agent wrote it; `unheard`: what the verb offers where there is
    nobody to write to. The text is kept without what a terminal would obey; BadInput where nothing is left of it.
    """
    text = neutralise(text)
    if not text.strip():
        raise BadInput(phrase("the text is empty"), phrase("write something that can be read"))
    number = require_id(ticket)
    if direction is Direction.OUT and kind != "call":
        requester = requester_of(work, ticket)
        if requester is None:
            raise Refused(
                phrase("{ref} has no requester with a mail address", ref=work.rules.ref(number)),
                unheard or phrase("record a call with --phone, or write a note"),
            )
        row = post(
            work,
            ticket,
            MailKind(kind),
            text,
            to=requester.box,
            cc=cc,
            token=ticket.token,
            language=requester.language,
            attachments=attachments,
            raw_id=raw_id,
        )
    else:
        row = _write(work, ticket, direction, text, attachments=attachments, raw_id=raw_id)
    if direction is Direction.OUT:
        clocks = load_clocks(work, ticket)
        save_clocks(work, ticket, clocks, agent_answered(clocks, promise_of(work, ticket), work.now))
        ticket.unanswered_since = None
    record(work, number, "note" if direction is Direction.NOTE else "answered", message=row, kind=kind)
    return row


def post(
    work: Work,
    ticket: Ticket,
    kind: MailKind,
    text: str,
    *,
    to: Mailbox,
    cc: Sequence[Mailbox] = (),
    token: str,
    language: str | None,
    party: Party = Party.REQUESTER,
    quoted: Sequence[int] = (),
    attachments: Sequence[InboundAttachment] = (),
    raw_id: int | None = None,
) -> int:
    """A mail in an agent's words: the message, and the row of the outbox, which can be taken back for a while.

    `token` is what an answer to it proves; `quoted` are messages that go along. Refused where the files are too heavy,
    or hold an agent's or an approver's key; in the text keys are hidden. Gives the message's row.
    """
    text = hide_agent_tokens(text)
    require_no_keys(work, attachments)
    size = sum(len(file.content) for file in attachments)
    if size > MOST_ATTACHED:
        raise Refused(
            phrase(
                "the files have {size:.1f} MB together, and a mail carries {most:.0f} MB",
                size=size / 1e6,
                most=MOST_ATTACHED / 1e6,
            ),
            phrase("send fewer, or put them where the requester can fetch them"),
        )
    number = require_id(ticket)
    before = snapshot(work, ticket)
    heard = last_heard(work, number, party, to.address if party is Party.SUPPLIER else None)
    message_id = make_message_id(work, number, token, ticket.team_id)
    row = _write(
        work,
        ticket,
        Direction.OUT,
        text,
        recipients=recipients_of([to], cc),
        message_id=message_id,
        # RFC 5322 3.6.4
        in_reply_to=heard.message_id if heard is not None else None,
        party=party,
        attachments=attachments,
        raw_id=raw_id,
    )
    queue_mail(
        work,
        kind,
        number,
        message_id=message_id,
        to=[to],
        cc=cc,
        language=language,
        values={"quoted": list(quoted)} if quoted else {},
        delay=TAKE_BACK,
        message_ref=row,
        before=before,
    )
    return row


def _write(work: Work, ticket: Ticket, direction: Direction, text: str, **columns: Any) -> int:
    """The message itself, by who acts."""
    agent = work.rules.agents[work.actor.agent_id] if work.actor.agent_id is not None else None
    return add_message(
        work,
        require_id(ticket),
        direction,
        text,
        author_name=agent.name if agent else work.actor.name,
        author_address=agent.email if agent else "",
        agent_id=work.actor.agent_id,
        subject=ticket.subject,
        **columns,
    )
