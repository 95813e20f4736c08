"""What a notification says: one ticket whole, or a line for each of several, in the agent's language.

A mail can be answered, and says how; what goes by any other way carries no key. Nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.desk.outbox.batch import Batch, Notice
from sdesk.desk.outbox.facts import LetterFacts
from sdesk.desk.rules import Rules, TeamRule
from sdesk.desk.steps.notify import DESK_EVENT
from sdesk.domain.outgoing import AgentEvent, MailKind, Speaker
from sdesk.domain.safe_text import cut_at_word, neutralise, one_line
from sdesk.domain.thread import token_address, without_quotes
from sdesk.domain.ticket import ClockKind
from sdesk.mail.outbox.templates import choose, fill
from sdesk.mail.outbox.words import local

MOST_WORDS = 1500
"""Characters of a message that a notification shows; a line of several shows far less."""
_MOST_IN_LINE = 160
_MOST_IN_SUBJECT = 80

_EVENTS: dict[str, dict[str, str]] = {
    "en": {
        AgentEvent.NEW: "New",
        AgentEvent.ASSIGNED: "Yours now",
        AgentEvent.REPLY: "Answer",
        AgentEvent.AT_RISK: "At risk",
        AgentEvent.BREACHED: "Promise breached",
        AgentEvent.STALE: "Breached twice over",
        AgentEvent.UNDELIVERABLE: "Did not arrive",
        AgentEvent.INCIDENT: "Looks like one incident",
        AgentEvent.STRANGER: "A stranger names it",
        AgentEvent.APPROVAL: "Approval missing",
        DESK_EVENT: "About the desk",
    },
    "ru": {
        AgentEvent.NEW: "Новая",
        AgentEvent.ASSIGNED: "Теперь ваша",
        AgentEvent.REPLY: "Ответ",
        AgentEvent.AT_RISK: "Срок под угрозой",
        AgentEvent.BREACHED: "Срок нарушен",
        AgentEvent.STALE: "Срок нарушен вдвое",
        AgentEvent.UNDELIVERABLE: "Не доставлено",
        AgentEvent.INCIDENT: "Похоже на общий сбой",
        AgentEvent.STRANGER: "Её назвал посторонний",
        AgentEvent.APPROVAL: "Нет согласования",
        DESK_EVENT: "О работе службы",
    },
}
_CLOCKS: dict[str, dict[str, str]] = {
    "en": {
        ClockKind.FIRST_RESPONSE: "first response",
        ClockKind.NEXT_REPLY: "next reply",
        ClockKind.RESOLUTION: "resolution",
    },
    "ru": {
        ClockKind.FIRST_RESPONSE: "первый ответ",
        ClockKind.NEXT_REPLY: "следующий ответ",
        ClockKind.RESOLUTION: "решение",
    },
}
_SPEAKERS: dict[str, dict[str, str]] = {
    "en": {
        Speaker.REQUESTER: "requester",
        Speaker.SUPPLIER: "supplier",
        Speaker.AGENT: "agent",
        Speaker.MACHINE: "automatic",
        Speaker.APPROVER: "approver",
        Speaker.PARTICIPANT: "takes part",
        Speaker.STRANGER: "takes no part",
    },
    "ru": {
        Speaker.REQUESTER: "заявитель",
        Speaker.SUPPLIER: "поставщик",
        Speaker.AGENT: "сотрудник",
        Speaker.MACHINE: "автоматическое письмо",
        Speaker.APPROVER: "согласующий",
        Speaker.PARTICIPANT: "участник",
        Speaker.STRANGER: "посторонний",
    },
}
_WORDS = {
    "en": {
        "due": "due",
        "late": "late since",
        "an_hour": "{} {} an hour",
        "loss": "loss",
        "all_turnover": "loss (all turnover)",
    },
    "ru": {
        "due": "срок",
        "late": "просрочено с",
        "an_hour": "{} {} в час",
        "loss": "убыток",
        "all_turnover": "убыток (весь оборот)",
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """A notification in words."""

    subject: str
    text: str


def preview_values(facts: LetterFacts, language: str) -> dict[str, Any]:
    """What the templates of notifications may name, for a look at them: what a ticket's own facts say, and no more."""
    ticket = facts.ticket
    due_kind = ClockKind.FIRST_RESPONSE if ticket.first_response_due is not None else ClockKind.RESOLUTION
    event = _word(_EVENTS, language, str(facts.values.get("event") or AgentEvent.NEW))
    who = facts.requester.name or facts.requester.address if facts.requester is not None else ""
    return {
        "ticket": {
            **{name: getattr(ticket, name) for name in ("number", "ref", "subject", "priority", "service", "unit")},
            "phone": "",
            "requester": one_line(who),
            "form": "\n".join(f"{one_line(label)}: {neutralise(value)}" for label, value in ticket.form),
            "due_at": ticket.first_response_due or ticket.resolution_due,
            "due_kind": _word(_CLOCKS, language, due_kind),
            "loss": "",
            "loss_name": "",
        },
        "event": event,
        "author": one_line(facts.message.author) if facts.message is not None else "",
        "count": 1,
        "more": 0,
        "first": f"{ticket.priority} {one_line(ticket.subject)}",
        "lines": f"{ticket.priority} {ticket.ref} {event}: {one_line(ticket.subject)}",
        "answerable": False,
    }


def put_into_words(batch: Batch, notices: Sequence[Notice], now: datetime) -> Told:
    """The text of these notices of a batch. BadInput where a template of the desk file cannot be used."""
    if len(notices) == 1 and not batch.more:
        notice = notices[0]
        if notice.number is None:
            return _of_desk(notice, batch.language)
        return _whole(batch, notice) if notice.message_id else _brief(batch, notice, now)
    return _several(batch, notices, now)


def veiled(notice: Notice) -> Notice:
    """What everybody may read of it: no key, and of a private team's ticket that something happened, and not what."""
    notice = keyless(notice)
    if not notice.private:
        return notice
    return replace(
        notice, subject="", service="", unit="", phone="", requester="", form="", author="", speaker=None, text=""
    )


def keyless(notice: Notice) -> Notice:
    """The same without the agent's key: whoever has that writes to the requester in the agent's name."""
    return replace(notice, token="", message_id="")


def _of_desk(notice: Notice, language: str) -> Told:
    event = _word(_EVENTS, language, DESK_EVENT)
    return Told(f"{event}: {cut_at_word(one_line(notice.text), _MOST_IN_SUBJECT)}", neutralise(notice.text))


def _whole(batch: Batch, notice: Notice) -> Told:
    rules = batch.rules
    team = rules.teams[notice.team_id or 0]
    chosen = choose(MailKind.NOTIFICATION, batch.language, rules.language, team.key, batch.wordings)
    values: dict[str, Any] = {
        "team": {"name": team.name},
        "agent": {"name": batch.agent.name},
        "ticket": {
            "number": notice.number,
            "ref": notice.ref,
            "subject": one_line(notice.subject),
            "priority": notice.priority.value,
            "service": notice.service,
            "unit": notice.unit,
            "phone": notice.phone,
            "requester": one_line(notice.requester),
            "form": cut_at_word(neutralise(notice.form), MOST_WORDS),
            "due_at": notice.due_at,
            "due_kind": _word(_CLOCKS, chosen.language, notice.due_kind),
            "loss": _loss(notice),
            "loss_name": _loss_name(notice, chosen.language).capitalize(),
        },
        "event": _events(notice, chosen.language),
        "author": _author(notice, chosen.language),
        "message": cut_at_word(neutralise(notice.text).strip(), MOST_WORDS),
    }
    subject, body = fill(chosen, values, ZoneInfo(rules.time_zone))
    return Told(one_line(subject), _squeezed(body))


def _brief(batch: Batch, notice: Notice, now: datetime) -> Told:
    """One ticket for a way that takes no answers: the template of the mail would invite to one."""
    rules = batch.rules
    team = rules.teams[notice.team_id or 0]
    language = choose(MailKind.NOTIFICATION, batch.language, rules.language, team.key, batch.wordings).language
    subject = ": ".join(filter(None, (_events(notice, language), one_line(notice.subject))))
    facts = filter(None, _facts(notice, language, ZoneInfo(rules.time_zone), now))
    words = cut_at_word(neutralise(notice.text).strip(), MOST_WORDS)
    said = f"{_author(notice, language)}:\n{words}" if words and notice.author else words
    return Told(f"[{notice.ref}] {subject}", "\n\n".join(filter(None, ("\n".join(facts), said))))


def _several(batch: Batch, notices: Sequence[Notice], now: datetime) -> Told:
    rules = batch.rules
    chosen = choose(MailKind.DIGEST, batch.language, rules.language, "", batch.wordings)
    zone = ZoneInfo(rules.time_zone)
    lines = [_lines(each, chosen.language, rules, zone, now) for each in notices]
    values = {
        "agent": {"name": batch.agent.name},
        "count": len(notices) + batch.more,
        "more": batch.more,
        "first": f"{notices[0].priority.value} {_title(notices[0])}",
        "lines": "\n\n".join(lines),
        "answerable": any(address_of(each, rules) for each in notices),
    }
    subject, body = fill(chosen, values, zone)
    return Told(one_line(subject), _squeezed(body))


def _lines(notice: Notice, language: str, rules: Rules, zone: ZoneInfo, now: datetime) -> str:
    """One ticket among several: what it is, where and by when, the first words, its address."""
    if notice.number is None:
        return f"{_word(_EVENTS, language, DESK_EVENT)}: {neutralise(notice.text)}"
    words = cut_at_word(one_line(neutralise(without_quotes(notice.text))), _MOST_IN_LINE)
    said = f"{_author(notice, language)}: {words}" if words and notice.author else words
    found = [*_facts(notice, language, zone, now), said, address_of(notice, rules)]
    return "\n    ".join(filter(None, found))


def _title(notice: Notice) -> str:
    return cut_at_word(one_line(notice.subject or notice.text), _MOST_IN_SUBJECT)


def _author(notice: Notice, language: str) -> str:
    """Who wrote, and what he is to the ticket: `Tim Till (supplier)`."""
    if not notice.author or notice.speaker is None:
        return one_line(notice.author)
    return f"{one_line(notice.author)} ({_word(_SPEAKERS, language, notice.speaker)})"


def _facts(notice: Notice, language: str, zone: ZoneInfo, now: datetime) -> list[str]:
    """What a ticket is; where, by when and what it costs."""
    words = _WORDS.get(language, _WORDS["en"])
    what = f"{notice.priority.value} {notice.ref} {_events(notice, language)}: {one_line(notice.subject)}"
    facts = [", ".join(filter(None, (notice.unit, notice.phone))), one_line(notice.requester)]
    if notice.due_at is not None:
        facts.append(f"{words['late' if notice.due_at <= now else 'due']} {local(notice.due_at, zone, language)}")
    if notice.loss_per_hour:
        facts.append(words["an_hour"].format(_loss_name(notice, language), _loss(notice)))
    return [what, "; ".join(filter(None, facts))]


def _loss(notice: Notice) -> str:
    """What an hour costs; `~` before what nobody has confirmed; empty without an outage."""
    if not notice.loss_per_hour:
        return ""
    return f"{'' if notice.loss_confirmed else '~'}{_money(notice.loss_per_hour, notice.currency)}"


def _loss_name(notice: Notice, language: str) -> str:
    return _WORDS.get(language, _WORDS["en"])["loss" if notice.margin_known else "all_turnover"]


def address_of(notice: Notice, rules: Rules) -> str:
    """The address of the ticket for this agent alone; empty where the team has no plus addressing."""
    team: TeamRule | None = rules.teams.get(notice.team_id) if notice.team_id is not None else None
    if team is None or not team.plus_addressing or not team.address or notice.number is None or not notice.token:
        return ""
    return token_address(team.address, notice.number, notice.token)


def _events(notice: Notice, language: str) -> str:
    return ", ".join(_word(_EVENTS, language, each) for each in notice.events)


def _word(words: dict[str, dict[str, str]], language: str, key: str) -> str:
    return words.get(language, words["en"]).get(key, key)


def _money(amount: Decimal | None, currency: str) -> str:
    return f"{amount:,.0f}".replace(",", " ") + f" {currency}" if amount is not None else ""


def _squeezed(body: str) -> str:
    """A text without the empty lines that conditions leave behind."""
    lines: list[str] = []
    for line in body.strip("\n").split("\n"):
        if line.strip() or (lines and lines[-1].strip()):
            lines.append(line.rstrip())
    return "\n".join(lines)
