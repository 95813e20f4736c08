"""What a desk file changes, as a person reads it, like a code review; and as programs get it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sdesk.cli.sheet import DRY_RUN, Field, Sheet, Value
from sdesk.cli.wording import counted
from sdesk.domain.duration import format_duration
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.kinds import FLAG, INSTANT, NUMBER, TEXT, many, maybe, thing, word
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import ClockKind, Priority

if TYPE_CHECKING:
    from sdesk.desk.setup_review import AppliedReport, KeyChange, SetupChange, TicketChange

_MARKS = {"added": "+", "changed": "~", "retired": "-"}
_COLORS = {"added": "\x1b[32m", "changed": "\x1b[33m", "retired": "\x1b[31m"}
_BOLD, _RED, _PLAIN = "\x1b[1m", "\x1b[1;31m", "\x1b[0m"
_CLOCKS = {
    ClockKind.FIRST_RESPONSE: "first response",
    ClockKind.NEXT_REPLY: "next reply",
    ClockKind.RESOLUTION: "resolution",
}
_LONGEST = 60
"""Letters of a value that are shown."""
_FEW = 4
"""Members of two lists that are shown whole; of longer ones, what comes and goes."""
_MOST = 8
"""Members of a list that are shown."""

_CHANGE = thing(
    {
        "action": TEXT,
        "kind": TEXT,
        "key": TEXT,
        # What a desk file can say: texts, numbers, lists, tables.
        "keys": many(thing({"key": TEXT, "old": {}, "new": {}})),
    }
)
_TICKET = thing(
    {
        "number": NUMBER,
        "ref": TEXT,
        "subject": TEXT,
        "deadlines": many(
            thing({"clock": word(ClockKind), "old": maybe(INSTANT), "new": maybe(INSTANT), "seconds": maybe(NUMBER)})
        ),
        "breached_at_once": FLAG,
        "old_priority": word(Priority),
        "new_priority": word(Priority),
        "place_changed": FLAG,
    }
)
_KEPT = thing({"number": NUMBER, "ref": TEXT, "priority": word(Priority), "follows": word(Priority)})
_RETIRED = thing({"kind": TEXT, "key": TEXT, "tickets": many(TEXT), "hidden_tickets": NUMBER})

REPORT: Sheet[AppliedReport] = Sheet(
    fields=(
        Field("nothing_to_do", lambda row: row.unchanged, kind=FLAG),
        Field("changes", lambda row: [_change(each) for each in row.changes], kind=many(_CHANGE)),
        Field("tickets", lambda row: [_ticket(each) for each in row.tickets], kind=many(_TICKET)),
        Field("deadlines_moved", lambda row: sum(bool(each.deadlines) for each in row.tickets), kind=NUMBER),
        Field("breached_at_once", lambda row: sum(each.breached for each in row.tickets), kind=NUMBER),
        Field(
            "priorities_changed",
            lambda row: sum(each.old_priority != each.new_priority for each in row.tickets),
            kind=NUMBER,
        ),
        Field(
            "priorities_kept",
            lambda row: [
                {"number": each.number, "ref": each.ref, "priority": each.priority, "follows": each.follows}
                for each in row.kept
            ],
            kind=many(_KEPT),
        ),
        # Nothing is told of what stands behind walls, not even how much it is: what was once a number is 0 for good.
        Field("hidden_priorities_kept", lambda row: 0, kind=NUMBER),
        Field("places_changed", lambda row: sum(each.displaced for each in row.tickets), kind=NUMBER),
        Field("hidden_tickets", lambda row: 0, kind=NUMBER),
        Field(
            "retired_in_use",
            lambda row: [
                {"kind": each.kind, "key": each.key, "tickets": list(each.refs), "hidden_tickets": 0}
                for each in row.orphans
            ],
            kind=many(_RETIRED),
        ),
        Field("mails", lambda row: row.mails, kind=NUMBER),
        Field("warnings", lambda row: list(row.warnings), kind=many(TEXT)),
        DRY_RUN,
    ),
    columns=(),
)
"""`-o json` prints one object of these."""


def _change(change: SetupChange) -> Value:
    keys: list[Value] = [{"key": each.key, "old": each.old, "new": each.new} for each in change.keys]
    return {"action": change.action.value, "kind": change.kind, "key": change.key, "keys": keys}


def _ticket(ticket: TicketChange) -> Value:
    moved: list[Value] = [
        {
            "clock": each.clock.value,
            "old": to_rfc3339(each.old) if each.old else None,
            "new": to_rfc3339(each.new) if each.new else None,
            "seconds": int((each.new - each.old).total_seconds()) if each.old and each.new else None,
        }
        for each in ticket.deadlines
    ]
    return {
        "number": ticket.number,
        "ref": ticket.ref,
        "subject": ticket.subject,
        "deadlines": moved,
        "breached_at_once": ticket.breached,
        "old_priority": ticket.old_priority.value,
        "new_priority": ticket.new_priority.value,
        "place_changed": ticket.displaced,
    }


def page(report: AppliedReport, name: str, *, colored: bool, kept: bool) -> Iterator[str]:
    """The report, line by line, safe for a terminal. `kept`: whether it has been done, or is but a plan."""

    def styled(text: str, style: str) -> str:
        return f"{style}{text}{_PLAIN}" if colored else text

    if report.unchanged:
        yield f"nothing to do: the desk is as {one_line(name)} says"
        return
    kind = None
    for change in report.changes:
        if change.kind != kind:
            kind = change.kind
            yield styled(_heading(kind), _BOLD)
        said = f"{_MARKS[change.action]} {one_line(change.key) or kind}{_name(change)}"
        yield f"  {styled(said, _COLORS[change.action])}"
        if change.action == "changed":
            for key in change.keys:
                yield f"      {one_line(key.key)}: {_difference(key)}"
            if not change.keys:
                yield "      the same in other words, or in another order"
    yield from _tickets(report, styled)
    yield _sum(report, name, kept=kept)


def _heading(kind: str) -> str:
    if kind in ("desk", "priority", "incidents", "events", "portal", "desk file"):
        return kind
    return {"SLA": "SLAs"}.get(kind, f"{kind}s")


def _name(change: SetupChange) -> str:
    """What people read of it, where it comes or goes."""
    if change.action == "changed":
        return ""
    values = {each.key: each.new if each.new is not None else each.old for each in change.keys}
    if change.kind == "routing rule":
        return f": {'; '.join(f'{one_line(key)} {_shown(value)}' for key, value in values.items())}"
    said = values.get("name") or values.get("subject")
    return f": {_cut(str(said))}" if said else ""


def _difference(key: KeyChange) -> str:
    if isinstance(key.old, list) and isinstance(key.new, list) and len(key.old) + len(key.new) > _FEW:
        gone = [each for each in key.old if each not in key.new]
        come = [each for each in key.new if each not in key.old]
        if gone or come:
            return ", ".join((*_some("+", come), *_some("-", gone)))
    if _both_long(key.old, key.new):
        # Long texts differ somewhere behind what would be shown of them.
        old, new = (str(each).splitlines() for each in (key.old, key.new))
        was, now = next(
            ((one, other) for one, other in zip(old, new, strict=False) if one != other),
            (counted(len(old), "line"), counted(len(new), "line")),
        )
        return f"{_cut(was)} -> {_cut(now)}"
    return f"{_shown(key.old)} -> {_shown(key.new)}"


def _both_long(old: Any, new: Any) -> bool:
    return all(isinstance(each, str) and (len(each) > _LONGEST or "\n" in each) for each in (old, new))


def _some(mark: str, values: Sequence[Any]) -> Iterator[str]:
    yield from (f"{mark} {_cut(str(each))}" for each in values[:_MOST])
    if len(values) > _MOST:
        yield f"{mark} {len(values) - _MOST} more"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_shown(each) for each in value[:_MOST])}{', ...' if len(value) > _MOST else ''}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{one_line(key)} = {_shown(each)}" for key, each in value.items()) + " }"
    return _cut(str(value))


def _cut(text: str) -> str:
    whole = one_line(text)
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 3]}..."


def _tickets(report: AppliedReport, styled: Any) -> Iterator[str]:
    zone = ZoneInfo(report.time_zone)
    moved = [each for each in report.tickets if each.deadlines]
    if moved or report.orphans or report.tickets or report.kept:
        yield styled("open tickets", _BOLD)
    width = max((len(each.ref) for each in moved), default=0)
    for ticket in moved:
        for place, each in enumerate(ticket.deadlines):
            ref = ticket.ref if place == 0 else ""
            line = f"  {ref:<{width}}  {_CLOCKS[each.clock]:<14}  {_move(each.old, each.new, zone)}"
            yield f"{line}   {_cut(ticket.subject)}" if place == 0 else line
        if ticket.breached:
            yield "  " + " " * width + "  " + styled("breached at once", _RED)
    for ticket in report.tickets:
        if ticket.old_priority != ticket.new_priority:
            yield f"  {ticket.ref}  {ticket.old_priority} -> {ticket.new_priority}   {_cut(ticket.subject)}"
    for orphans in report.orphans:
        yield f"  of {orphans.kind} {one_line(orphans.key)}, which is retired: {', '.join(orphans.refs)}"
    if report.kept:
        first, count = report.kept[0].number, len(report.kept)
        yield f"  priorities stay as they are: {count} would differ; sdesk ticket set {first} --priority auto"


def _move(old: datetime | None, new: datetime | None, zone: ZoneInfo) -> str:
    was, now = (each.astimezone(zone).strftime("%Y-%m-%d %H:%M") if each else "none" for each in (old, new))
    by = ""
    if old and new:
        by = f"  {format_duration(abs(int((new - old).total_seconds())))} {'later' if new > old else 'earlier'}"
    return f"{was} -> {now}{by}"


def _sum(report: AppliedReport, name: str, *, kept: bool) -> str:
    counts = [(len(report.added), "added"), (len(report.changed), "changed"), (len(report.retired), "retired")]
    pieces = [f"{number} {word}" for number, word in counts if number]
    tickets = report.tickets
    for number, words in (
        (sum(bool(each.deadlines) for each in tickets), "with another deadline"),
        (sum(each.breached for each in tickets), "breached at once"),
        (sum(each.old_priority != each.new_priority for each in tickets), "with another priority"),
        (sum(each.displaced for each in tickets), "with another place in the queue"),
    ):
        if number:
            pieces.append(f"{number} {'ticket' if number == 1 else 'tickets'} {words}")
    if report.mails:
        pieces.append("1 mail or notice" if report.mails == 1 else f"{report.mails} mails and notices")
    if kept:
        return f"done: {', '.join(pieces)}"
    return f"plan: {', '.join(pieces)}. Nothing is written yet: `sdesk desk apply {one_line(name)}` does it"
