"""`ahead` for eyes: a line for each day, and below what comes by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from sdesk.reports.ahead import Ahead, Day, Item, Kind
from sdesk.reports.page import Cell, Heading, Page, Section, Table, Tone
from sdesk.reports.wording import counted, day, listed, signed_time, when

_DAYS = (
    Heading("DAY"),
    Heading("WORKING TIME", wrap=True),
    Heading("DUE", right=True),
    Heading("WAKE", right=True),
    Heading("VISITS", right=True),
    Heading("NEW", right=True),
    Heading("ON CALL", cut=True),
    Heading("AWAY, FREE", cut=True),
)
_STEPS = Heading("STEPS", right=True)
"""Behind the recurring tickets, where any step comes: a desk without playbooks has no use for it."""
_ITEMS = (
    Heading("TIME"),
    Heading("WHAT"),
    Heading("ID", typed=True),
    Heading("SUBJECT", cut=True),
    Heading("WHO"),
    Heading("UNIT", cut=True, spare=True),
)
_WORDS = {Kind.DEADLINE: "due", Kind.WAKE_UP: "wakes", Kind.VISIT: "visit", Kind.RECURRING: "new", Kind.STEP: "step"}


def page(found: Ahead, *, desk: str, prefix: str, zone: ZoneInfo) -> Page:
    """The page; `desk` is its name, `prefix` stands before a ticket's number."""
    last = found.days[-1].day
    return Page(
        f"{desk}: what comes",
        f"{when(found.at, zone)}, up to {day(last)}",
        (
            Section("Days", _days(found)),
            *_each_day(found, prefix, zone),
        ),
        f"{day(found.days[0].day)} to {day(last)}",
    )


def _days(found: Ahead) -> Table:
    kinds = [kind for kind in Kind if kind is not Kind.STEP or any(each.counts[kind] for each in found.days)]
    headings = (*_DAYS[:6], _STEPS, *_DAYS[6:]) if Kind.STEP in kinds else _DAYS
    return Table(headings, tuple(_row(each, kinds) for each in found.days))


def _row(each: Day, kinds: Sequence[Kind]) -> tuple[Cell, ...]:
    idle = not any(seconds for _, seconds in each.working)
    there = {seconds for _, seconds in each.working}
    # One figure where all calendars agree, which is the most frequent case.
    if len(there) == 1:
        working = signed_time(there.pop()) if not idle else "-"
    else:
        working = listed(f"{key} {signed_time(seconds)}" if seconds else "" for key, seconds in each.working)
    notes = listed(
        (
            *(f"{absent.agent.login} away" for absent in each.away),
            *(f"{key} free" for key in each.free),
        )
    )
    tone = Tone.DIM if idle else Tone.PLAIN
    return (
        Cell(day(each.day), tone),
        Cell(working or "-", tone),
        *(_count(each.counts[kind]) for kind in kinds),
        Cell(listed(f"{duty.team}: {duty.agent.login if duty.agent else 'nobody'}" for duty in each.on_call)),
        Cell(notes, Tone.WARN),
    )


def _count(value: int) -> Cell:
    return Cell(str(value)) if value else Cell("-", Tone.DIM)


def _each_day(found: Ahead, prefix: str, zone: ZoneInfo) -> Iterator[Section]:
    for each in found.days:
        if each.items:
            more = f" ({each.more} more due: --limit 0 shows all)" if each.more else ""
            rows = tuple(_item(item, prefix, zone) for item in each.items)
            things = counted(sum(each.counts.values()), "thing")
            yield Section(f"{day(each.day)}: {things}{more}", Table(_ITEMS, rows))


def _item(item: Item, prefix: str, zone: ZoneInfo) -> tuple[Cell, ...]:
    return (
        Cell(f"{item.at.astimezone(zone):%H:%M}"),
        Cell(_WORDS[item.kind], Tone.STRONG if item.kind is Kind.VISIT else Tone.PLAIN),
        Cell(f"{prefix}-{item.number}" if item.number is not None else item.key or ""),
        Cell(item.subject),
        Cell(item.agent or (f"({item.team})" if item.team else "-")),
        Cell(item.unit or ""),
    )
