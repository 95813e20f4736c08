"""The history of a ticket as lines, newest first: what happened last is what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.domain.errors import BadInput
from sdesk.domain.instant import from_rfc3339
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import HistoryRow
from sdesk.tui.language import N_, _
from sdesk.tui.render.lines import Line, line, pieces
from sdesk.tui.render.signals import clock_text, currency_sign, money_text
from sdesk.tui.render.words import exact_length_text

_LEFT_OUT = frozenset({"message", "kind", "currency", "rules", "events"})
"""What says nothing to a person, or is said with something else."""

EVENTS = {
    "acknowledgement_withheld": N_("acknowledgement withheld"),
    "answered": N_("answered"),
    "assigned": N_("assigned"),
    "at_risk": N_("at risk"),
    "automatic_mail": N_("automatic mail"),
    "breached": N_("breached"),
    "confirmation_withheld": N_("confirmation withheld"),
    "corrected": N_("corrected"),
    "deadline_moved": N_("deadline moved"),
    "forwarded": N_("forwarded"),
    "impact": N_("impact"),
    "joined_incident": N_("joined an incident"),
    "left_incident": N_("left the incident"),
    "linked": N_("linked"),
    "made_incident": N_("made an incident"),
    "mail_discarded": N_("mail discarded"),
    "mail_released": N_("mail released"),
    "mail_retried": N_("mail tried again"),
    "merged": N_("merged"),
    "merged_with": N_("merged with another"),
    "message": N_("message"),
    "no_incident_any_more": N_("no incident any more"),
    "note": N_("note"),
    "opened": N_("opened"),
    "outage_confirmed": N_("outage confirmed"),
    "outage_corrected": N_("outage corrected"),
    "outage_suspected": N_("outage suspected"),
    "priority": N_("priority"),
    "promise": N_("promise"),
    "promise_withheld": N_("promise withheld"),
    "reopened": N_("reopened"),
    "requester": N_("requester"),
    "restored": N_("restored"),
    "service": N_("service"),
    "split": N_("split"),
    "stale": N_("stale"),
    "status": N_("status"),
    "stranger_named_ticket": N_("a stranger named this ticket"),
    "subject": N_("subject"),
    "supplier_answered": N_("supplier answered"),
    "tags": N_("tags"),
    "taken_back": N_("taken back"),
    "team": N_("team"),
    "time_spent": N_("time spent"),
    "undeliverable": N_("undeliverable"),
    "undone": N_("undone"),
    "unit": N_("unit"),
    "unlinked": N_("unlinked"),
    "urgency": N_("urgency"),
    "visit": N_("visit"),
    "waiting": N_("waiting"),
    "woken": N_("woken"),
}
"""What happened, as people say it."""
_NAMES = {
    "clock": N_("clock"),
    "due_at": N_("due"),
    "incident": N_("incident"),
    "into": N_("into"),
    "other": N_("other"),
    "service": N_("service"),
    "team": N_("team"),
    "to": N_("to"),
    "unit": N_("unit"),
    "verb": N_("verb"),
}
"""Of values."""
_SHOWN = {
    "opened": frozenset({"channel", "subject_of", "follows"}),
    "at_risk": frozenset({"clock", "due_at"}),
    "breached": frozenset({"clock", "due_at"}),
    "stale": frozenset({"clock", "due_at"}),
    "undone": frozenset({"verb"}),
}
"""Of these events no more than this: the rest is in the facts, or in `explain`."""
_CLOCKS = {
    "first_response": N_("First reply"),
    "next_reply": N_("Next reply"),
    "resolution": N_("Resolution"),
}


def history_lines(
    history: tuple[HistoryRow, ...], *, width: int, label: int, now: datetime, zone: ZoneInfo
) -> Iterator[Line]:
    """All events; `label` is the width of the column with the time."""
    local = now.astimezone(zone)
    for event in reversed(history):
        when = clock_text(event.at.astimezone(zone), local)
        text = f"{one_line(event.actor)}  {event_text(event, now=local, zone=zone)}"
        short = len(when) < label - 1
        if not short:
            yield line((f" {when}", "dim"))
        for number, piece in enumerate(pieces(text, max(8, width - label - 1))):
            head = f" {when:<{label - 1}}" if short and not number else " " * label
            yield Line(((head, "dim"), (piece.text, "dim")), glue=piece.glue, skip=len(head) + piece.indent)


def event_text(event: HistoryRow, *, now: datetime, zone: ZoneInfo) -> str:
    """An event and its values in one line: `assigned anna -> boris`, `waiting for requester until tomorrow 10:00`."""
    data = {name: value for name, value in event.data.items() if name in _SHOWN.get(event.event, event.data)}
    words = [_(EVENTS.get(event.event, event.event.replace("_", " ")))]
    if "old" in data or "new" in data:
        old, new = data.pop("old", None), data.pop("new", None)
        after = _word(event.event, new) if new else _("nobody") if event.event == "assigned" else "-"
        words.append(f"{_word(event.event, old)} -> {after}" if old else f"-> {after}")
    currency = currency_sign(str(data.get("currency", "")))
    for name, value in data.items():
        if name in _LEFT_OUT or value in (None, "", []) or isinstance(value, dict):
            # What has parts is for `explain` and `why`, which put it into sentences.
            continue
        words.append(_value(name, value, currency, now, zone))
    if event.undone:
        words.append(_("(undone since)"))
    return one_line(" ".join(words))


def _value(name: str, value: Any, currency: str, now: datetime, zone: ZoneInfo) -> str:
    """One value of an event."""
    match name:
        case "waiting_for":
            return _("for {whom}").format(whom=_(str(value)))
        case "until":
            return _("until {at}").format(at=_local(value, now, zone))
        case "since":
            return _("since {at}").format(at=_local(value, now, zone))
        case "down_from":
            return _("from {at}").format(at=_local(value, now, zone))
        case "down_to":
            return _("to {at}").format(at=_local(value, now, zone))
        case "takes_part":
            return "" if value else _("from somebody who takes no part")
        case "channel":
            return _("by {channel}").format(channel=_(str(value)))
        case "clock":
            return _(_CLOCKS.get(str(value), str(value)))
        case "due_at":
            return _("due {at}").format(at=_local(value, now, zone))
        case "verb":
            return f"“{_(str(value))}”"
        case "reason" | "priority":
            return str(value)
        case "seconds":
            return exact_length_text(int(value))
        case _ if name.startswith("loss"):
            return f"{money_text(Decimal(str(value)))} {currency}{_('/h') if name.endswith('per_hour') else ''}"
        case _:
            return f"{_(_NAMES.get(name, name.replace('_', ' ')))} {_plain(value)}"


def _word(event: str, value: Any) -> str:
    """A value as people say it: statuses and the words of impact and urgency are the desk's, the rest are names."""
    return _(str(value)) if event in {"status", "impact", "urgency"} else _plain(value)


def _local(value: Any, now: datetime, zone: ZoneInfo) -> str:
    try:
        return clock_text(from_rfc3339(str(value)).astimezone(zone), now)
    except BadInput:
        return str(value)


def _plain(value: Any) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
