"""Who is on call when: weeks that fit together, and nobody's phone rings while he is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.concerned import on_call
from sdesk.domain.rota import Away, Turn, turns

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
INSTANTS = st.integers(-400, 2000).map(lambda hours: NOW + timedelta(hours=hours))
ABSENCES = st.lists(
    st.tuples(st.integers(1, 4), INSTANTS, st.integers(1, 600)).map(
        lambda each: Away(each[0], each[1], each[1] + timedelta(hours=each[2]))
    ),
    max_size=8,
)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True),
    ABSENCES,
    INSTANTS,
    st.integers(1, 8),
    st.sampled_from((MOSCOW, BERLIN, ZoneInfo("America/New_York"))),
)
def test_at_every_hour_it_is_the_first_of_the_rota_who_is_there(
    rota: list[int], away: list[Away], now: datetime, weeks: int, zone: ZoneInfo
) -> None:
    found = turns(rota, away, now=now, weeks=weeks, zone=zone)
    assert found[0].start == now
    assert all(one.end == other.start and one.start < one.end for one, other in pairwise(found))
    # No two that could be one, within a week.
    assert all(
        (one.agent, one.whose) != (other.agent, other.whose) or _monday(other.start, zone)
        for one, other in pairwise(found)
    )
    end = found[-1].end.astimezone(zone)
    assert (end.weekday(), end.hour, end.minute) == (0, 0, 0)
    hour = now
    while hour < found[-1].end:
        (turn,) = [each for each in found if each.start <= hour < each.end]
        order = on_call(rota, hour.astimezone(zone).date())
        gone = {each.agent for each in away if each.start <= hour < each.end}
        assert turn.whose == order[0]
        assert turn.agent == next((each for each in order if each not in gone), None)
        hour += timedelta(hours=1)


def _monday(at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    return (local.weekday(), local.hour, local.minute) == (0, 0, 0)


def test_an_absence_in_the_midst_of_a_week_cuts_it() -> None:
    first, second = on_call((1, 2), NOW.date())[:2]
    begin, end = NOW + timedelta(days=1), NOW + timedelta(days=2)
    monday = datetime(2026, 11, 29, 21, 0, tzinfo=UTC)
    found = turns((1, 2), [Away(first, begin, end)], now=NOW, weeks=1, zone=MOSCOW)
    assert found == (
        Turn(NOW, begin, first, first),
        Turn(begin, end, second, first),
        Turn(end, monday, first, first),
    )


def test_where_all_are_away_nobody_is_on_call() -> None:
    found = turns((1,), [Away(1, NOW, NOW + timedelta(days=30))], now=NOW, weeks=1, zone=MOSCOW)
    assert [each.agent for each in found] == [None]
    assert turns((), [], now=NOW, weeks=5, zone=MOSCOW) == ()


def test_a_week_keeps_to_its_midnights_over_summer_time() -> None:
    found = turns((1, 2), [], now=datetime(2027, 3, 22, 0, 0, tzinfo=UTC), weeks=2, zone=BERLIN)
    assert [each.end for each in found] == [
        datetime(2027, 3, 28, 22, 0, tzinfo=UTC),
        datetime(2027, 4, 4, 22, 0, tzinfo=UTC),
    ]
