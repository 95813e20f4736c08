"""Figures as something to look at: what a chart draws, a course of figures in one line, and a bar with its parts.

What matters is told apart by its sign too, since colours may be missing, or not be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sdesk.reports.course import Course
from sdesk.reports.who import Load
from sdesk.tui.drawing import in_ascii
from sdesk.tui.language import in_context
from sdesk.tui.render.lines import Span
from sdesk.tui.render.signals import day_text

LEVELS, PLAIN_LEVELS = "▁▂▃▄▅▆▇█", "_.,-=+*#"
LATE, AT_RISK, IN_TIME, WAITING = "!", "▒", "█", "·"
"""The parts of a bar of tickets."""
CAME, SOLVED, REPLIES = "+", "o", "o"
"""Signs of the lines of a chart that are drawn with dots of their own; the main one is a thin line."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart."""

    points: tuple[tuple[float, float], ...]
    style: str
    """A name of the theme: `info`, `at-risk`."""
    sign: str = ""
    """What each point is drawn with; empty for a line as thin as the terminal can."""
    other_axis: bool = False
    """Measured at the right edge: what is small beside the main line would lie flat."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart shows; it is drawn by whoever has the room."""

    series: tuple[Series, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    """Places along the time, and what is written under them."""
    lowest: float | None = None
    highest: float | None = None
    marks: tuple[float, ...] = ()
    """The heights that are written at the left edge."""
    other_marks: tuple[float, ...] = ()
    """Those at the right one."""


def backlog_drawing(course: Course, *, roomy: bool) -> Drawing:
    """What was open at the end of each day; where there is room, with what came and was solved on it."""
    days = course.days
    at = range(len(days))
    series = [Series(tuple((place, days[place].backlog) for place in at), "info")]
    if roomy:
        series += [
            Series(tuple((place, days[place].opened) for place in at), "at-risk", CAME, other_axis=True),
            Series(tuple((place, days[place].solved) for place in at), "foreground", SOLVED, other_axis=True),
        ]
    mondays = tuple(
        (float(place), short_day(days[place].period.first_day))
        for place in at
        if days[place].period.first_day.weekday() == 0
    )
    open_ = [step.backlog for step in days] or [0]
    lowest, highest = min(open_), max(open_)
    if lowest == highest:
        lowest, highest = max(0, lowest - 1), highest + 1
    moved = max((step.opened for step in days), default=0), max((step.solved for step in days), default=0)
    other = _heights(0, max(*moved, 1)) if roomy else ()
    return Drawing(tuple(series), mondays, lowest, highest, _heights(lowest, highest), other)


def share_drawing(course: Course) -> Drawing:
    """What of the promises was kept in time, week by week, in percent."""
    lines = []
    for style, sign, shares in (
        ("info", "", [week.resolution for week in course.weeks]),
        ("at-risk", REPLIES, [week.first_response for week in course.weeks]),
    ):
        points = tuple((float(at), share * 100) for at, share in enumerate(shares) if share is not None)
        if points:
            lines.append(Series(points, style, sign))
    lowest = min((height for line in lines for _x, height in line.points), default=100)
    floor = max(0, int(lowest // 10) * 10 - 10)
    ticks = tuple((float(at), short_day(week.period.first_day)) for at, week in enumerate(course.weeks))
    return Drawing(tuple(lines), ticks, floor, 100, (floor, (floor + 100) // 2, 100))


def _heights(lowest: int, highest: int) -> tuple[float, ...]:
    middle = (lowest + highest) // 2
    return tuple(dict.fromkeys((lowest, middle, highest)))


def sparkline(figures: Sequence[float | None], width: int) -> str:
    """The last figures that fit, each a sign as high as it is; a blank where there is none."""
    shown = list(figures)[-width:] if width > 0 else []
    known = [figure for figure in shown if figure is not None]
    if not known:
        return ""
    levels = PLAIN_LEVELS if in_ascii() else LEVELS
    lowest, highest = min(known), max(known)
    if lowest == highest:
        return "".join(" " if figure is None else levels[3 if highest else 0] for figure in shown)
    step = (len(levels) - 1) / (highest - lowest)
    return "".join(" " if figure is None else levels[round((figure - lowest) * step)] for figure in shown)


def load_bar(load: Load, most: int, width: int) -> tuple[Span, ...]:
    """An agent's tickets as a bar: late, at risk, the others, those that wait. `most` is the fullest of all bars.

    Whatever there is of late ones is seen, if the bar has room for one sign.
    """
    whole = load.open + load.waiting
    if not whole or width < 1:
        return ()
    late, at_risk = min(load.late, whole), min(load.at_risk, max(0, whole - load.late))
    waiting = min(load.waiting, whole - late - at_risk)
    counts = (late, at_risk, whole - late - at_risk - waiting, waiting)
    cells = max(1, round(whole * width / max(most, whole)))
    sizes = _shared(counts, cells)
    parts = ((LATE, "breached"), (AT_RISK, "at-risk"), (IN_TIME, "text"), (WAITING, "dim"))
    return tuple((sign * size, style) for (sign, style), size in zip(parts, sizes, strict=True) if size)


def _shared(counts: Sequence[int], cells: int) -> list[int]:
    """Cells in the proportion of the counts; the first that has any has one at least, and all add up."""
    whole = sum(counts)
    sizes, before, given = [], 0, 0
    for count in counts:
        before += count
        until = round(before * cells / whole)
        sizes.append(until - given)
        given = until
    for place, count in enumerate(counts):
        if count and not sizes[place]:
            fullest = max(range(len(sizes)), key=lambda at: sizes[at])
            if sizes[fullest] > 1:
                sizes[fullest] -= 1
                sizes[place] = 1
    return sizes


def legend() -> tuple[str, ...]:
    """What the signs of the bars mean, those that matter most first."""
    signs = (
        (LATE, in_context("bar", "late")),
        (AT_RISK, in_context("bar", "at risk")),
        (IN_TIME, in_context("bar", "in time")),
        (WAITING, in_context("bar", "waiting")),
    )
    return tuple(f"{sign} {words}" for sign, words in signs)


def short_day(day: date) -> str:
    """`24 Sep`."""
    return day_text(datetime.combine(day, time())).partition(" ")[2]
