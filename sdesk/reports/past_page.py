"""The page of `past`: the figures beside those of the period before, then where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sdesk.domain.safe_text import one_line
from sdesk.domain.satisfaction import FEW, SCORES
from sdesk.reports.breaking_page import breaking
from sdesk.reports.figures import Figures, Satisfaction, Times
from sdesk.reports.page import Bar, Cell, Heading, Page, Section, Table, Tone
from sdesk.reports.past import COMES_BACK, WORST, Group, Past, WorstOutage
from sdesk.reports.period import Period
from sdesk.reports.wording import (
    MOST_ROWS,
    NONE,
    amount,
    change,
    day,
    dim,
    left_out,
    moment,
    month,
    percent,
    plain_count,
    points,
    span,
    working_time,
)

_LOW = 0.8
"""A share in time below it is shown as bad."""
_TURNOVER = "Loss is the whole turnover that stood: the desk file names no margin ([priority])."

_FEW = f"A mean of fewer than {FEW} answers says little: their number stands beside it."

_TITLES = {"teams": "Teams", "services": "Services", "units": "Units", "priorities": "Priorities"}
_NAMELESS = {"services": "(no service)", "units": "(no unit)"}


def page(past: Past, filter_text: str) -> Page:
    """The whole answer, for eyes."""
    period, earlier = past.compared.period, past.compared.earlier
    sections = [_figures(past), _course(past)]
    sections += [_groups(past, name) for name in _TITLES if _worth_telling(past.groups[name])]
    if past.groups["agents"]:
        sections.append(_agents(past))
    if past.totals.satisfaction.asked or past.earlier.satisfaction.asked:
        sections.append(_satisfaction(past))
    return Page(
        title=f"What happened {_when(period)}",
        subtitle=", ".join(
            filter(None, (f"compared with {_when(earlier)}", str(period.zone), filter_text and f"of {filter_text}"))
        ),
        sections=(*sections, _outages(past), _coming_back(past), *breaking(past)),
    )


def _when(period: Period) -> str:
    return span(period.first_day, period.last_day)


# ---- all of it -----------------------------------------------------------------------------------


def _figures(past: Past) -> Section:
    now, before = past.totals, past.earlier
    rows = [
        _counted("opened", now.opened, before.opened),
        _counted("resolved", now.solved, before.solved),
        _counted("reopened", now.reopened, before.reopened),
        _counted("open at the end", past.backlog, past.backlog_earlier_end),
        *_promise("first response", now.first_response, before.first_response),
        *_promise("resolution", now.resolution, before.resolution),
        (
            Cell(f"loss, {past.currency}"),
            Cell(amount(now.loss), Tone.BAD if now.loss else Tone.PLAIN),
            dim(amount(before.loss)),
            Cell(change(now.loss, before.loss)),
        ),
    ]
    if now.time_spent or before.time_spent:
        rows.append(_lasted("time spent", now.time_spent, before.time_spent))
    headings = (
        Heading("FIGURE"),
        Heading("PERIOD", right=True),
        Heading("BEFORE", right=True),
        Heading("CHANGE", right=True),
    )
    return Section("Figures", Table(headings, tuple(rows)), below="" if past.margin_known else _TURNOVER)


Row = tuple[Cell | Bar, ...]


def _counted(name: str, now: int, before: int) -> Row:
    return Cell(name), Cell(plain_count(now), Tone.STRONG), dim(plain_count(before)), Cell(change(now, before))


def _lasted(name: str, now: int | None, before: int | None) -> Row:
    return Cell(name), Cell(working_time(now)), dim(working_time(before)), Cell(change(now, before))


def _promise(name: str, now: Times, before: Times) -> list[Row]:
    share, share_before = now.share_in_time, before.share_in_time
    return [
        _lasted(f"{name}, median", now.median, before.median),
        _lasted(f"{name}, 90%", now.p90, before.p90),
        (
            Cell(f"{name} in time"),
            _in_time(now),
            dim(percent(share_before)),
            Cell(points(share, share_before)),
        ),
    ]


def _in_time(times: Times) -> Cell:
    share = times.share_in_time
    return Cell(percent(share), Tone.BAD if share is not None and share < _LOW else Tone.PLAIN)


# ---- the backlog's course ------------------------------------------------------------------------


def _course(past: Past) -> Section:
    most = max((step.backlog for step in past.course), default=0)
    days = past.course[0].period
    name = day if (days.last_day - days.first_day).days == 0 else None
    rows = tuple(
        (
            Cell(name(step.period.first_day) if name else _step(step.period)),
            Cell(plain_count(step.opened)),
            Cell(plain_count(step.solved)),
            Cell(plain_count(step.reopened) if step.reopened else ""),
            Cell(plain_count(step.backlog)),
            Bar(step.backlog, most),
        )
        for step in past.course
    )
    headings = (
        Heading("DAY" if name else "FROM TO"),
        Heading("OPENED", right=True),
        Heading("RESOLVED", right=True),
        Heading("REOPENED", right=True),
        Heading("OPEN", right=True),
        Heading(""),
    )
    return Section("The backlog, at the end of each day" if name else "The backlog", Table(headings, rows))


def _step(period: Period) -> str:
    first, last = period.first_day, period.last_day
    if (last - first).days > 7:
        return month(first)
    return f"{day(first)[4:]} to {day(last)[4:]}"


# ---- by team, service, unit, priority; by agent --------------------------------------------------


def _worth_telling(groups: Sequence[Group]) -> bool:
    """A table of one row would say the totals again."""
    return len(groups) > 1


def _groups(past: Past, name: str) -> Section:
    groups = past.groups[name]
    if name == "units":
        # Where money was lost is what is asked first of a shop.
        groups = tuple(sorted(groups, key=lambda each: (-each.figures.loss, -each.figures.opened, each.key)))
    lost = any(each.figures.loss for each in groups)
    spent = any(each.figures.time_spent for each in groups)
    headings = [
        Heading(name.upper()[:-1] if name != "priorities" else "PRIORITY", cut=True),
        Heading("OPENED", right=True),
        Heading("BEFORE", right=True, spare=True),
        Heading("RESOLVED", right=True),
        Heading("REOPENED", right=True, spare=True),
        Heading("ANSWER", right=True),
        Heading("90%", right=True, spare=True),
        Heading("IN TIME", right=True),
        Heading("RESOLUTION", right=True),
        Heading("90%", right=True, spare=True),
        Heading("IN TIME", right=True),
        *([Heading("LOSS", right=True)] if lost else []),
        *([Heading("SPENT", right=True, spare=True)] if spent else []),
    ]
    rows = tuple(_group(each, _NAMELESS.get(name, NONE), lost=lost, spent=spent) for each in groups[:MOST_ROWS])
    return Section(_TITLES[name], Table(tuple(headings), rows), below=left_out(len(groups) - MOST_ROWS))


def _group(group: Group, nameless: str, *, lost: bool, spent: bool) -> Row:
    figures = group.figures
    return (
        Cell(group.name or group.key or nameless),
        Cell(plain_count(figures.opened), Tone.STRONG),
        dim(plain_count(group.earlier.opened)),
        Cell(plain_count(figures.solved)),
        Cell(plain_count(figures.reopened) if figures.reopened else ""),
        *_times(figures.first_response),
        *_times(figures.resolution),
        *([_lost(figures)] if lost else []),
        *([Cell(working_time(figures.time_spent) if figures.time_spent else "")] if spent else []),
    )


def _times(times: Times) -> tuple[Cell, Cell, Cell]:
    return Cell(working_time(times.median)), Cell(working_time(times.p90)), _in_time(times)


def _lost(figures: Figures) -> Cell:
    return Cell(amount(figures.loss), Tone.BAD) if figures.loss else Cell("")


def _agents(past: Past) -> Section:
    headings = (
        Heading("AGENT", cut=True),
        Heading("RESOLVED", right=True),
        Heading("BEFORE", right=True),
        Heading("SPENT", right=True),
        Heading("BEFORE", right=True),
    )
    groups = past.groups["agents"]
    rows = tuple(
        (
            Cell(each.name),
            Cell(plain_count(each.figures.solved), Tone.STRONG),
            dim(plain_count(each.earlier.solved)),
            Cell(working_time(each.figures.time_spent or None)),
            dim(working_time(each.earlier.time_spent or None)),
        )
        for each in groups[:MOST_ROWS]
    )
    return Section("Agents", Table(headings, rows), below=left_out(len(groups) - MOST_ROWS))


# ---- how it was ----------------------------------------------------------------------------------


def _satisfaction(past: Past) -> Section:
    """All, then by team, service and unit, then by month; a mean never without how many answers it is of."""
    headings = (
        Heading("OF", cut=True),
        Heading("ASKED", right=True),
        Heading("ANSWERED", right=True),
        Heading("SHARE", right=True, spare=True),
        Heading("MEAN", right=True),
        Heading("4-5", right=True),
        Heading("1-2", right=True),
        Heading("BEFORE", right=True, spare=True),
    )
    rows = [_rated("all", past.totals.satisfaction, past.earlier.satisfaction)]
    left = 0
    for name in ("teams", "services", "units"):
        groups = [each for each in past.groups[name] if each.figures.satisfaction.asked]
        if len(groups) < 2:
            continue
        # Where people are least content is what is asked first.
        groups.sort(key=lambda each: (each.figures.satisfaction.mean or SCORES[0] + 1, each.key))
        rows += [
            _rated(
                each.name or each.key or _NAMELESS.get(name, NONE),
                each.figures.satisfaction,
                each.earlier.satisfaction,
            )
            for each in groups[:MOST_ROWS]
        ]
        left += max(0, len(groups) - MOST_ROWS)
    if len(past.months) > 1:
        rows += [_rated(month(each.first_day), each.satisfaction, None) for each in past.months]
    few = any(0 < each.figures.satisfaction.answered < FEW for groups in past.groups.values() for each in groups)
    below = " ".join(filter(None, (_FEW if few else "", left_out(left))))
    return Section("How it was", Table(headings, tuple(rows)), below=below)


def _rated(name: str, found: Satisfaction, before: Satisfaction | None) -> Row:
    few = 0 < found.answered < FEW
    return (
        Cell(name),
        Cell(plain_count(found.asked)),
        Cell(plain_count(found.answered), Tone.STRONG),
        dim(percent(found.share_answered)),
        Cell(_mean(found), Tone.DIM if few else Tone.PLAIN),
        Cell(percent(found.share_good)),
        Cell(percent(found.share_bad), Tone.BAD if found.bad and not few else Tone.PLAIN),
        dim(_mean(before) if before is not None else ""),
    )


def _mean(found: Satisfaction) -> str:
    """A mean; of few answers with their number, since it says little."""
    if found.mean is None:
        return NONE
    return f"{found.mean:.1f} of {found.answered}" if found.answered < FEW else f"{found.mean:.1f}"


# ---- what stood, what comes back -----------------------------------------------------------------


def _outages(past: Past) -> Section:
    title = f"The {WORST} worst outages" if len(past.outages) == WORST else "Outages"
    if not past.outages:
        return Section(title, words=("No confirmed outage cost anything.",))
    most = max(outage.loss for outage in past.outages)
    headings = (
        Heading("TICKET"),
        Heading("UNIT", cut=True),
        Heading("SERVICE", cut=True),
        Heading("SINCE"),
        Heading("OPEN FOR", right=True),
        Heading("LOSS", right=True),
        Heading("", spare=True),
    )
    return Section(title, Table(headings, tuple(_outage(past, outage, most) for outage in past.outages)))


def _outage(past: Past, outage: WorstOutage, most: Decimal) -> Row:
    since = outage.down_from.astimezone(past.compared.period.zone)
    return (
        Cell(f"{past.prefix}-{outage.number}"),
        Cell(outage.unit_name or outage.unit),
        Cell(outage.service_name or one_line(outage.subject)),
        Cell(moment(since)),
        Cell(working_time(outage.open_seconds) + ("" if outage.down_to else ", lasts")),
        Cell(amount(outage.loss), Tone.BAD),
        Bar(int(outage.loss * 100), int(most * 100), Tone.BAD),
    )


def _coming_back(past: Past) -> Section:
    title = "What keeps coming back"
    if not past.coming_back:
        return Section(title, words=(f"No unit had {COMES_BACK} tickets about one service.",))
    headings = (
        Heading("UNIT", cut=True),
        Heading("SERVICE", cut=True),
        Heading("OPENED", right=True),
        Heading("BEFORE", right=True),
        Heading("THE LAST", spare=True),
    )
    rows = tuple(
        (
            Cell(each.unit_name),
            Cell(each.service_name),
            Cell(plain_count(each.opened), Tone.STRONG),
            dim(plain_count(each.earlier)),
            Cell(", ".join(f"{past.prefix}-{number}" for number in each.numbers[:-4:-1])),
        )
        for each in past.coming_back[:MOST_ROWS]
    )
    return Section(title, Table(headings, rows), below=left_out(len(past.coming_back) - MOST_ROWS))
