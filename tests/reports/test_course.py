"""How the work has gone lately agrees with what the report of a period says of the same days."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from desks import NOW

from sdesk.domain.filters import Filter
from sdesk.reports import course
from sdesk.reports.past import past
from sdesk.reports.period import Span, this
from sdesk.store.reader import Reader

ZONE = ZoneInfo("Europe/Moscow")


def test_the_course_is_that_of_the_periods_report(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        found = course.gather(reader, anna, now=NOW, zone=ZONE)
        week = past(reader, anna, this(Span.WEEK, now=NOW, zone=ZONE), Filter(), now=NOW)
        open_now = reader.count(anna, Filter(), now=NOW)
    assert len(found.days) == course.DAYS
    assert len(found.weeks) == course.WEEKS
    assert found.days[-1].backlog == found.this_week.backlog == open_now
    assert (found.this_week.opened, found.this_week.solved) == (week.totals.opened, week.totals.solved)
    assert found.last_week.backlog == week.backlog_before
    assert found.weeks[-1].resolution == week.totals.resolution.share_in_time
    assert found.weeks[-1].first_response == week.totals.first_response.share_in_time
    assert sum(day.opened for day in found.days) > found.this_week.opened


def test_an_empty_desk_has_a_course_of_nothing(desk_path: Path) -> None:
    with Reader(desk_path) as reader:
        found = course.gather(reader, reader.actor("anna"), now=NOW, zone=ZONE)
    assert {step.backlog for step in found.days} == {0}
    assert all(week.resolution is None and week.first_response is None for week in found.weeks)
