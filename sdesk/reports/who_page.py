"""`who` for eyes: teams, agents, who is away, who is expected where, and which promises will break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.reports.forecast import Break, Reason
from sdesk.reports.page import Cell, Heading, Page, Section, Table, Tone
from sdesk.reports.who import AgentLoad, TeamLoad, Who
from sdesk.reports.wording import counted, listed, signed_time, when

SHOWN = 10
"""Rows of the forecast and of visits; the rest is counted."""

_TEAMS = (
    Heading("TEAM", cut=True),
    Heading("ON CALL"),
    Heading("OPEN", right=True),
    Heading("NOBODY'S", right=True),
    Heading("BREACHED", right=True),
    Heading("AT RISK", right=True),
    Heading("WAITING", right=True),
    Heading("NEXT DUE", right=True),
)
_AGENTS = (
    Heading("AGENT", cut=True),
    Heading("OPEN", right=True),
    Heading("BREACHED", right=True),
    Heading("AT RISK", right=True),
    Heading("WAITING", right=True),
    Heading("WORK", right=True),
    Heading("ROOM", right=True),
    Heading("THIS WEEK", right=True),
    Heading("", cut=True),
)
_VISITS = (
    Heading("WHEN"),
    Heading("WHO"),
    Heading("ID", typed=True),
    Heading("SUBJECT", cut=True),
    Heading("UNIT", cut=True),
)
_BREAKS = (
    Heading("DUE"),
    Heading("ID", typed=True),
    Heading("WHO"),
    Heading("SUBJECT", cut=True),
    Heading("LEFT", right=True),
    Heading("NEEDED", right=True),
    Heading("BECAUSE"),
)


def page(found: Who, *, desk: str, prefix: str, zone: ZoneInfo) -> Page:
    """The page; `desk` is its name, `prefix` stands before a ticket's number."""
    sections = [
        Section(
            "Teams",
            Table(_TEAMS, tuple(_team(each, found, zone) for each in found.teams)),
            below="BREACHED counts what is stale too.",
        ),
        Section(
            "Agents",
            Table(_AGENTS, tuple(_agent(each, found, zone) for each in found.agents)),
            _effort(found),
        ),
        *_away(found, zone),
        *_visits(found, prefix, zone),
        _forecast(found, prefix, zone),
    ]
    subtitle = f"{when(found.at, zone)}, {counted(found.days, 'day')} ahead"
    return Page(f"{desk}: who does what, by when", subtitle, tuple(sections), when(found.at, zone))


def _team(each: TeamLoad, found: Who, zone: ZoneInfo) -> tuple[Cell, ...]:
    load = each.load
    due = "" if load.next_due_at is None else when(datetime.fromisoformat(load.next_due_at), zone, now=found.at)
    return (
        Cell(each.name),
        Cell(each.on_call.login if each.on_call else "-"),
        Cell(str(load.open)),
        _number(load.unassigned, Tone.WARN),
        _number(load.late, Tone.BAD),
        _number(load.at_risk, Tone.WARN),
        _number(load.waiting, Tone.PLAIN),
        Cell(due),
    )


def _agent(each: AgentLoad, found: Who, zone: ZoneInfo) -> tuple[Cell, ...]:
    load = each.load
    work = signed_time(each.work) if each.work else "0"
    if each.unknown:
        work = f"{work}+{each.unknown}?" if each.work else f"{each.unknown}?"
    words = listed(
        (
            f"away until {when(each.away.ends_at, zone)}" if each.away else "",
            f"{each.away.stand_in.login} stands in" if each.away and each.away.stand_in else "",
            "on call" if each.on_call else "",
        )
    )
    return (
        Cell(each.agent.login if each.agent.login else each.agent.name),
        Cell(str(load.open)),
        _number(load.late, Tone.BAD),
        _number(load.at_risk, Tone.WARN),
        _number(load.waiting, Tone.PLAIN),
        Cell(work),
        _room(each),
        Cell(signed_time(each.spent) if each.spent else "-"),
        Cell(words, Tone.WARN if each.away else Tone.DIM),
    )


def _room(each: AgentLoad) -> Cell:
    """What nobody knows may take all of it."""
    if each.unknown and not each.work:
        return Cell("?", Tone.DIM)
    return Cell(signed_time(each.room) + ("?" if each.unknown else ""), Tone.BAD if each.room < 0 else Tone.PLAIN)


def _effort(found: Who) -> tuple[str, ...]:
    """What WORK and ROOM are made of."""
    if not found.handled:
        return ("WORK is not known: no time was written down yet (--spent) on what was resolved in the last 90 days.",)
    return (
        f"WORK: what is promised for the next {counted(found.days, 'day')} typically takes, by the time written down on"
        f" {counted(found.handled, 'ticket')} of the last 90 days; 3? are tickets of which nothing is known. ROOM: what"
        " can be taken on with every promise kept.",
    )


def _away(found: Who, zone: ZoneInfo) -> Iterator[Section]:
    if found.away:
        yield Section(
            "Away",
            words=tuple(
                f"{each.agent.name}: "
                + ("" if each.starts_at <= found.at else f"from {when(each.starts_at, zone)} ")
                + f"until {when(each.ends_at, zone)}"
                + (f", {each.stand_in.name} stands in" if each.stand_in else "")
                for each in found.away
            ),
        )


def _visits(found: Who, prefix: str, zone: ZoneInfo) -> Iterator[Section]:
    if not found.visits:
        return
    rows = tuple(
        (
            Cell(when(each.starts_at, zone, now=found.at), Tone.BAD if each.starts_at <= found.at else Tone.PLAIN),
            Cell(each.agent.login if each.agent else "nobody", Tone.PLAIN if each.agent else Tone.BAD),
            Cell(f"{prefix}-{each.number}"),
            Cell(each.subject),
            Cell(each.unit or ""),
        )
        for each in found.visits[:SHOWN]
    )
    more = f" ({len(found.visits) - SHOWN} more)" if len(found.visits) > SHOWN else ""
    yield Section(f"Visits: {len(found.visits)}{more}", Table(_VISITS, rows))


def _forecast(found: Who, prefix: str, zone: ZoneInfo) -> Section:
    count = len(found.breaks)
    said = (
        f"Reckoned for {found.known} of {counted(found.promised, 'promise')} of a resolution due within"
        f" {counted(found.days, 'day')}, by {counted(found.resolved, 'ticket')} that were resolved in the last 90 days:"
        " a ticket needs what is left of what its service typically takes, or the time in which the team closes what"
        " stands before it, whichever is more."
    )
    if not found.known:
        return Section("Forecast", words=("Nothing can be foretold: too little was resolved in the last 90 days.",))
    if not count:
        return Section("Forecast: every promise will be kept", words=(said,))
    more = f" ({count - SHOWN} more: -o json has all)" if count > SHOWN else ""
    rows = tuple(_break(each, found, prefix, zone) for each in found.breaks[:SHOWN])
    return Section(f"Forecast: {counted(count, 'promise')} will break{more}", Table(_BREAKS, rows), (said,))


def _break(each: Break, found: Who, prefix: str, zone: ZoneInfo) -> tuple[Cell, ...]:
    typical = f"typical of {counted(each.samples, 'ticket')}"
    why = typical if each.reason is Reason.TAKES else f"{each.before} before it"
    return (
        Cell(when(each.due_at, zone, now=found.at)),
        Cell(f"{prefix}-{each.number}"),
        Cell(each.assignee.login if each.assignee else f"({each.team})"),
        Cell(each.subject),
        Cell(signed_time(each.left)),
        Cell(signed_time(each.needed), Tone.BAD),
        Cell(why),
    )


def _number(value: int, tone: Tone) -> Cell:
    """A number that is an alarm where it is not 0."""
    return Cell(str(value), tone) if value else Cell("-", Tone.DIM)
