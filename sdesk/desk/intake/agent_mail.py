"""An agent's mail into a ticket: with a token an answer or an order; without one a note, and a mail back that asks.

Anybody can write an agent's address into From. Only who got a notification of the ticket knows its token, so the token
decides whether his words leave the desk.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from sdesk.desk.conversation import note, reply
from sdesk.desk.intake.follow_up import add_mail
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import Thread
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.outgoing import PER_HOUR, make_message_id, queue_mail
from sdesk.desk.steps.tokens import Shown, new_token
from sdesk.desk.work import close, take, wait
from sdesk.domain.errors import BadInput, SdeskError, Unavailable
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import parse_instant
from sdesk.domain.ledger import Outcome
from sdesk.domain.mail_orders import Order, Verb, parse_order
from sdesk.domain.outgoing import MailKind
from sdesk.domain.ticket import Direction, Status, WaitingFor
from sdesk.store.models import Message, Outbox, Ticket
from sdesk.store.models.mail import TokenHolder
from sdesk.store.prepared import Prepared

HOUR = timedelta(hours=1)
AT_ONCE = timedelta(0)

_ASKED = Prepared(
    select(func.count()).where(
        col(Outbox.kind) == MailKind.CONFIRMATION,
        col(Outbox.to_address) == bindparam("address"),
        col(Outbox.created_at) > bindparam("hour_ago"),
    )
)


def from_agent(work: Work, incoming: Incoming, thread: Thread, agent_id: int) -> Receipt:
    """A mail from an agent's address in a ticket's thread, whose requester he is not."""
    ref = work.rules.ref(require_id(thread.ticket))
    token = next((each for each in thread.tokens if each.agent_id == agent_id and each.alive), None)
    if token is None:
        why = f"{thread.sign} names {ref}, from an agent's address without a token"
        return _note_and_ask(work, incoming, thread.ticket, agent_id, why, hindrance=None)
    acting = replace(work, actor=work.rules.actor(agent_id))
    try:
        # What a use case refuses may have begun: nothing of it is kept, and the words are.
        with work.session.begin_nested():
            return _obey(acting, incoming, thread.ticket, token, parse_order(incoming.mail.body_text))
    except Unavailable:
        raise
    except SdeskError as error:
        why = f"{acting.actor.login}'s mail could not be done: {error.what}"
        return _note_and_ask(work, incoming, thread.ticket, agent_id, why, hindrance=str(error))


def _obey(work: Work, incoming: Incoming, ticket: Ticket, token: Shown, order: Order) -> Receipt:
    """Do what the agent's words say, as if he had done it at the console."""
    number, login = require_id(ticket), work.actor.login
    files, raw_id = incoming.mail.attachments, incoming.raw_id
    if order.verb is Verb.UNKNOWN:
        raise BadInput(f"there is no order `{order.argument}`", "there are #note, #take, #close, #wait WHEN and #send")
    if order.verb is Verb.SEND:
        noted = _asked_about(work, number, token)
        kept = attached_files(work, token.message_ref or 0)
        reply(work, number, text=noted.text, attachments=kept, raw_id=noted.raw_id)
        return Receipt(Outcome.FOLLOWED_UP, number, f"{login} confirmed an answer, relayed to the requester")
    if order.verb is Verb.REPLY:
        reply(work, number, text=order.text, attachments=files, raw_id=raw_id)
        return Receipt(Outcome.FOLLOWED_UP, number, f"{login}'s answer, relayed to the requester")
    if order.verb is Verb.CLOSE:
        close(work, number, text=order.text, silent=not order.text, attachments=files, raw_id=raw_id)
        return Receipt(Outcome.FOLLOWED_UP, number, f"{login} resolved it by mail")
    if order.verb is Verb.WAIT:
        whom, until = _wait_of(work, order.argument)
        wait(work, number, waiting_for=whom, until=until, text=order.text, attachments=files, raw_id=raw_id)
        return Receipt(Outcome.FOLLOWED_UP, number, f"{login} made it wait by mail")
    if order.verb is Verb.TAKE:
        take(work, number)
    if order.text or files:
        note(work, number, text=order.text or "(files alone)", attachments=files, raw_id=raw_id)
    elif order.verb is Verb.NOTE:
        raise BadInput("a note needs a text", "write it below #note")
    done = "took it by mail" if order.verb is Verb.TAKE else "wrote a note by mail"
    return Receipt(Outcome.NOTED, number, f"{login} {done}")


def _wait_of(work: Work, argument: str) -> tuple[WaitingFor, datetime | None]:
    """For whom, and until when: `2d`, `supplier`, `requester tomorrow 10:00`; nothing is a wait for the requester."""
    word, _, rest = argument.partition(" ")
    if word.casefold() in [*WaitingFor]:
        whom, when = WaitingFor(word.casefold()), rest.strip()
    else:
        whom, when = (WaitingFor.DATE if argument else WaitingFor.REQUESTER), argument
    return whom, parse_instant(when, now=work.now, zone=ZoneInfo(work.rules.time_zone)) if when else None


def _asked_about(work: Work, number: int, token: Shown) -> Message:
    """The note that a token asks to confirm."""
    message = work.session.get(Message, token.message_ref) if token.message_ref is not None else None
    if message is None or message.ticket_id != number:
        raise BadInput("there is nothing here that waits to be sent", "write the answer itself")
    return message


def _note_and_ask(
    work: Work, incoming: Incoming, ticket: Ticket, agent_id: int, why: str, *, hindrance: str | None
) -> Receipt:
    """Keep an agent's mail as an internal note, whatever it says, and ask him by mail whether it was he."""
    number, agent = require_id(ticket), work.rules.agents[agent_id]
    row = add_mail(work, incoming, number, Direction.NOTE, agent_id=agent_id)
    record(work, number, "note", by=agent.key, message=row, kind="mail")
    _ask(work, ticket, agent_id, row, hindrance)
    settle(work, ticket)
    return Receipt(Outcome.NOTED, number, why)


def _ask(work: Work, ticket: Ticket, agent_id: int, note_row: int, hindrance: str | None) -> None:
    """Queue the mail that asks; withheld where a forged sender could make a flood of it, or look behind a wall."""
    number, agent = require_id(ticket), work.rules.agents[agent_id]
    withheld = None
    asked = int(_ASKED.run(work.connection, address=agent.email.lower(), hour_ago=work.now - HOUR).scalar() or 0)
    if not sees(work, work.rules.actor(agent_id), ticket):
        withheld = "the agent is no member of the ticket's team"
    elif ticket.status in {Status.CLOSED, Status.MERGED, Status.SPAM}:
        withheld = f"the ticket is {ticket.status}"
    elif asked >= PER_HOUR:
        withheld = f"{agent.email} was asked {PER_HOUR} times within an hour"
    if withheld is not None:
        record(work, number, "confirmation_withheld", by="system", agent=agent.key, reason=withheld)
        return
    token = new_token(work, number, TokenHolder.AGENT, agent_id=agent_id, address=agent.email, message_ref=note_row)
    queue_mail(
        work,
        MailKind.CONFIRMATION,
        number,
        message_id=make_message_id(work, number, token, ticket.team_id),
        to=[Mailbox(agent.email, agent.name)],
        language=None,
        values={"note": note_row, "hindrance": hindrance},
        delay=AT_ONCE,
        agent_id=agent_id,
    )
