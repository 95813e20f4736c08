"""An agent's mail into a ticket: with a token an answer or an order; without one a note, and a mail back that asks.

Anybody can write an agent's address into From. Only who got a notification of the ticket knows its token, so the token
decides whether his words leave the desk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Text, bindparam, func, select, update
from sqlmodel import col

from sdesk.desk.conversation import note, reply
from sdesk.desk.intake.follow_up import add_mail
from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.known import Thread, named_tickets
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import sees
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import parts_at_work
from sdesk.desk.steps.keys_in_files import left_out, without_keys
from sdesk.desk.steps.messages import attached_files
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify_agent
from sdesk.desk.steps.outbox import PER_HOUR, make_message_id, queue_mail
from sdesk.desk.steps.tokens import Shown, new_token
from sdesk.desk.work import close, take, wait
from sdesk.domain.away import says_away
from sdesk.domain.errors import BadInput, Refused, SdeskError, Unavailable
from sdesk.domain.inbound import FORWARDED, InboundAttachment, Mailbox
from sdesk.domain.instant import Day, parse_until, to_rfc3339
from sdesk.domain.ledger import Outcome
from sdesk.domain.mail_orders import Order, Verb, parse_order
from sdesk.domain.outgoing import MailKind
from sdesk.domain.safe_text import cut_at_word, neutralise, one_line
from sdesk.domain.thread import TokenHolder, hide_agent_tokens
from sdesk.domain.ticket import WAITS_BY_HAND, Direction, Status, WaitingFor
from sdesk.store.models import Message, Outbox, Ticket, Token
from sdesk.store.prepared import Prepared

HOUR = timedelta(hours=1)
AT_ONCE = timedelta(0)

RELAYED_PER_HOUR = 20
"""Mails of one agent that are relayed or obeyed within an hour: more are a program's that answers by itself."""
QUICKEST = timedelta(seconds=15)
"""Words without an order that come sooner after the notification that they answer are a program's: nobody reads, thinks
and writes so fast. Such a program is told by its headers and its subject first; this is for one that shows neither."""
QUICKEST_AGAIN = timedelta(minutes=2)
"""The same for words that he has sent before: the second time a program says what it always says."""
FILES_ALONE = "(files alone)"

_TO_SEVERAL = {
    "en": "Your mail `{}` answers a message about several tickets. It could be meant for any of them, so nobody has "
    "got it. Answer the notification of the one ticket, or write to the ticket's own address where the message names "
    "one, or answer in sdesk.",
    "ru": "Ваше письмо «{}» пришло в ответ на сообщение сразу о нескольких заявках. К какой из них оно относится, "
    "неясно, поэтому оно никому не передано. Ответьте на уведомление об одной заявке, напишите на её собственный "
    "адрес, если он указан в сообщении, или ответьте в sdesk.",
}
_KEPT_BACK = {
    "en": "{} of your mail into {} went to nobody: a key of yours is in it, as in what you attach of a message of the "
    "desk to you. Whoever has it writes in your name. What else you wrote was done.",
    "ru": "{} из вашего письма в {} никому не передано: внутри есть ваш ключ, например из вложенного уведомления. "
    "Кто его получит, сможет писать от вашего имени. Всё остальное из письма выполнено.",
}
_IS_TEXT = re.compile(r"(?:message|text)/")
_KEY = re.compile(rb"\ba-[0-9a-f]{32}\b")
_RELAYED = Prepared(
    select(func.count()).where(
        col(Message.agent_id) == bindparam("agent_id"),
        col(Message.raw_id).is_not(None),
        col(Message.direction) == Direction.OUT,
        col(Message.taken_at) > bindparam("hour_ago", type_=Text()),
    )
)
_SAID_LATELY = Prepared(
    select(col(Message.text)).where(
        col(Message.agent_id) == bindparam("agent_id"),
        col(Message.raw_id).is_not(None),
        col(Message.direction) == Direction.OUT,
        col(Message.taken_at) > bindparam("day_ago", type_=Text()),
    )
)
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
        with work.apart():
            _require_one_ticket(work, incoming, thread, agent_id)
            return _obey(acting, incoming, thread.ticket, token)
    except Unavailable:
        raise
    except SdeskError as error:
        why = f"{acting.actor.login}'s mail could not be done: {error.what}"
        # A program that answers by itself would answer the question too.
        asks = not (isinstance(error, ByProgram) and token.message_ref is not None)
        return _note_and_ask(work, incoming, thread.ticket, agent_id, why, hindrance=_told(error), asks=asks)


class ByProgram(Refused):
    """It looks like the answer of a program."""


def _told(error: SdeskError) -> str:
    """An error as sentences of a mail."""
    said = (text[:1].upper() + text[1:] for text in (error.what, error.remedy) if text)
    return " ".join(f"{text.rstrip('.')}." for text in said)


def to_several(work: Work, incoming: Incoming, agent_id: int) -> Receipt:
    """An agent's answer to a mail about several tickets: it could be meant for any, so it goes to none, and he is told.

    His words are kept with the ledger.
    """
    written = cut_at_word(one_line(incoming.mail.subject), 60)
    notify_agent(work, agent_id, _TO_SEVERAL.get(work.rules.language, _TO_SEVERAL["en"]).format(written))
    return Receipt(
        Outcome.IGNORED, None, "an agent's answer to a notification of several tickets: it could be meant for any"
    )


def _require_one_ticket(work: Work, incoming: Incoming, thread: Thread, agent_id: int) -> None:
    """Refused for a mail that could be meant for several tickets, and for a program that answers without end."""
    if len(named_tickets(work, incoming.mail, thread)) > 1:
        raise Refused("your mail names several tickets", "write one to each of them")
    hour_ago = to_rfc3339(work.now - HOUR)
    if int(_RELAYED.run(work.connection, agent_id=agent_id, hour_ago=hour_ago).scalar() or 0) >= RELAYED_PER_HOUR:
        raise Refused(f"{RELAYED_PER_HOUR} of your mails were relayed within an hour", "answer in sdesk")


def _obey(work: Work, incoming: Incoming, ticket: Ticket, token: Shown) -> Receipt:
    """Do what the agent's words say, as if he had done it at the console."""
    files, kept_back = _without_keys(work, incoming.mail.attachments)
    words = hide_agent_tokens(incoming.mail.body_text)
    if kept_back:
        # The notification that he attached is shown below his words: it is for agents alone.
        words = words.partition(FORWARDED)[0]
    order = parse_order(_without_tail(words))
    number, login = require_id(ticket), work.actor.login
    if order.verb is Verb.REPLY:
        _require_a_person(work, incoming, token, order.text)
    if order.verb is not Verb.SEND:
        return _told_of(work, _do(work, number, order, files, incoming.raw_id), kept_back)
    noted = _asked_about(work, number, token)
    asked = parse_order(hide_agent_tokens(noted.text))
    if asked.verb is Verb.SEND:
        raise BadInput("there is nothing here that waits to be sent", "write the answer itself")
    if asked.verb is Verb.UNKNOWN:
        # `#42 is the right till`: he was asked about it, and says that it is an answer.
        asked = Order(Verb.REPLY, text=asked.text)
    noted_files, noted_back = _without_keys(work, attached_files(work, token.message_ref or 0))
    receipt = _do(work, number, asked, noted_files, noted.raw_id)
    # It was he: the note is his from now on, and its question is answered once.
    noted.agent_id = work.actor.agent_id
    work.session.add(noted)
    work.connection.execute(update(Token).where(col(Token.message_ref) == token.message_ref).values(message_ref=None))
    own = any(line.strip() and not line.startswith(">") for line in order.text.split("\n"))
    if own or files:
        note(work, number, text=order.text if own else FILES_ALONE, attachments=files, raw_id=incoming.raw_id)
    receipt = Receipt(receipt.outcome, number, f"{login} confirmed: {receipt.reason}")
    return _told_of(work, receipt, (*noted_back, *kept_back))


def _require_a_person(work: Work, incoming: Incoming, token: Shown, text: str) -> None:
    """Refused for what a program says whose owner is away, or came faster than a person writes: it is not for the
    requester."""
    remedy = "if you wrote it yourself, answer this mail with #send"
    if says_away(incoming.mail.subject, text):
        raise ByProgram("your mail says that you are away, as a program's does", remedy)
    if token.created_at is None or token.agent_id is None:
        return
    after = incoming.origin.arrived_at - token.created_at
    # Before it: two clocks that differ say nothing.
    if timedelta(0) <= after < QUICKEST:
        raise ByProgram(f"your mail came {after.seconds} s after the one that it answers, as a program's does", remedy)
    if timedelta(0) <= after < QUICKEST_AGAIN:
        day_ago = to_rfc3339(work.now - timedelta(days=1))
        said = _SAID_LATELY.run(work.connection, agent_id=token.agent_id, day_ago=day_ago).all()
        words = neutralise(text).split()
        if any(each.split() == words for (each,) in said):
            raise ByProgram("your mail came at once and says what another of yours said, as a program's does", remedy)


def _do(work: Work, number: int, order: Order, files: Sequence[InboundAttachment], raw_id: int | None) -> Receipt:
    """Carry an order out. Files that come with an order and without words are a note: nothing of a mail vanishes."""
    login = work.actor.login
    if order.verb is Verb.UNKNOWN:
        raise BadInput(f"there is no order `{order.argument}`", "there are #note, #take, #close, #wait WHEN and #send")
    if order.verb is Verb.REPLY:
        # To this requester alone, though it be an incident: that is whom the notification named.
        reply(work, number, text=order.text, attachments=files, raw_id=raw_id, alone=True)
        return Receipt(Outcome.FOLLOWED_UP, number, f"{login}'s answer, relayed to the requester")
    if order.verb in {Verb.CLOSE, Verb.WAIT}:
        _require_no_parts(work, number)
    if order.verb is Verb.CLOSE:
        close(work, number, text=order.text, silent=not order.text, attachments=files, raw_id=raw_id)
        receipt = Receipt(Outcome.FOLLOWED_UP, number, f"{login} resolved it by mail")
    elif order.verb is Verb.WAIT:
        whom, until = _wait_of(work, order.argument)
        wait(work, number, waiting_for=whom, until=until, text=order.text, attachments=files, raw_id=raw_id)
        receipt = Receipt(Outcome.FOLLOWED_UP, number, f"{login} made it wait by mail")
    elif order.verb is Verb.TAKE:
        take(work, number)
        receipt = Receipt(Outcome.NOTED, number, f"{login} took it by mail")
    else:
        if not order.text and not files:
            raise BadInput("a note needs a text", "write it below #note")
        receipt = Receipt(Outcome.NOTED, number, f"{login} wrote a note by mail")
    told = order.verb in {Verb.CLOSE, Verb.WAIT} and order.text
    if (order.text or files) and not told:
        note(work, number, text=order.text or FILES_ALONE, attachments=files, raw_id=raw_id)
    return receipt


def _require_no_parts(work: Work, number: int) -> None:
    """Refused for an incident: by one word of a mail nobody is to write to the requesters of all its tickets."""
    parts = parts_at_work(work, work.session.get_one(Ticket, number))
    if parts:
        ref = work.rules.ref(number)
        raise Refused(
            f"{ref} is an incident, and what is done to it is done to {len(parts)} more tickets",
            f"do it at the desk: `sdesk show {number}`",
        )


def _without_tail(words: str) -> str:
    """Without a quote at the end, however it was attributed: what he was told is for agents, and she knows her own."""
    lines = words.rstrip().split("\n")
    end = len(lines)
    while end and (lines[end - 1].startswith(">") or not lines[end - 1].strip()):
        end -= 1
    if end == len(lines):
        return words
    if end and lines[end - 1].rstrip().endswith(":"):
        end -= 1
    return "\n".join(lines[:end])


def _without_keys(
    work: Work, files: Sequence[InboundAttachment]
) -> tuple[tuple[InboundAttachment, ...], tuple[InboundAttachment, ...]]:
    """Without what holds a key, and that: a notification that his program attached, which agents alone are told."""
    clean, held = without_keys(work, files)
    # A message with what looks like a key stays here even where the key is dead.
    old = tuple(file for file in clean if _IS_TEXT.match(file.media_type) and _KEY.search(file.content))
    return tuple(file for file in clean if file not in old), (*held, *old)


def _told_of(work: Work, receipt: Receipt, kept_back: Sequence[InboundAttachment]) -> Receipt:
    """The receipt says which files stayed here; he is written to where it was no message, as programs attach it."""
    if not kept_back:
        return receipt
    named = [file for file in kept_back if not file.media_type.startswith("message/")]
    if named and work.actor.agent_id is not None:
        names = ", ".join(f"`{file.name}`" for file in named)
        ref = work.rules.ref(receipt.number or 0)
        sentence = _KEPT_BACK.get(work.rules.language, _KEPT_BACK["en"])
        notify_agent(work, work.actor.agent_id, sentence.format(cut_at_word(names, 200), ref))
    return replace(receipt, reason=f"{receipt.reason}; {left_out(kept_back)}")


def _wait_of(work: Work, argument: str) -> tuple[WaitingFor, datetime | Day | None]:
    """For whom, and until when: `2d`, `supplier`, `requester tomorrow 10:00`; nothing is a wait for the requester."""
    word, _, rest = argument.partition(" ")
    if word.casefold() in WAITS_BY_HAND:
        whom, when = WaitingFor(word.casefold()), rest.strip()
    else:
        whom, when = (WaitingFor.DATE if argument else WaitingFor.REQUESTER), argument
    return whom, parse_until(when, now=work.now, zone=ZoneInfo(work.rules.time_zone)) if when else None


def _asked_about(work: Work, number: int, token: Shown) -> Message:
    """The note that a token asks to confirm."""
    message = work.session.get(Message, token.message_ref) if token.message_ref is not None else None
    if message is None or message.ticket_id != number:
        raise BadInput("there is nothing here that waits to be sent", "write the answer itself")
    return message


def _note_and_ask(
    work: Work, incoming: Incoming, ticket: Ticket, agent_id: int, why: str, *, hindrance: str | None, asks: bool = True
) -> Receipt:
    """Keep an agent's mail as an internal note, whatever it says, and, where it `asks`, ask him whether it was he."""
    number, agent = require_id(ticket), work.rules.agents[agent_id]
    # Anybody can write his address: until he confirms it, the note is nobody's, and says so.
    doubted = replace(incoming.mail, defects=(*incoming.mail.defects, f"not confirmed to be {agent.key}'s"))
    row = add_mail(work, replace(incoming, mail=doubted, person=None), number, Direction.NOTE)
    record(work, number, "note", by="system", message=row, kind="mail", claims=agent.key)
    if asks:
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
