"""The page of figures: its queries, run by the bare driver, find what the command prints."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sdesk.domain.outage import loss_so_far
from sdesk.reports.past_rows import AGENT_FIGURES
from sdesk.store.reader import Reader

Ask = Callable[..., Any]
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "figures.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def found(two_weeks: object, ask: Ask) -> Any:
    """What the command prints of the week that was worked out."""
    return ask("past")


@pytest.fixture
def store(two_weeks: object, desk_path: Path) -> Iterator[sqlite3.Connection]:
    """The store, as `sqlite3` opens it."""
    with closing(sqlite3.connect(f"file:{desk_path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def asked(store: sqlite3.Connection, column: str, period: dict[str, Any]) -> list[dict[str, Any]]:
    """What the one query of the page gives that has such a column."""
    (query,) = [each for each in QUERIES if re.search(rf"\bAS {column}\b", each)]
    return [dict(row) for row in store.execute(query, {"start": period["start"], "end": period["end"]})]


@pytest.mark.parametrize("when", ["period", "earlier"])
@pytest.mark.parametrize("column", ["solved", "backlog_end", "first_response_count", "resolution_count"])
def test_queries_find_the_totals(found: Any, store: sqlite3.Connection, column: str, when: str) -> None:
    (row,) = asked(store, column, found[when])
    value = "value" if when == "period" else "earlier"
    assert row == {name: found["totals"][name][value] for name in row}


def test_queries_find_what_was_opened_and_what_comes_back(found: Any, store: sqlite3.Connection) -> None:
    opened = [query for query in QUERIES if "AS opened" in query]
    assert len(opened) == 2
    times = {"start": found["period"]["start"], "end": found["period"]["end"]}
    assert store.execute(opened[0], times).fetchone()[0] == found["totals"]["opened"]["value"]
    assert [dict(row) for row in store.execute(opened[1], times)] == [
        {"unit": each["unit"], "service": each["service"], "opened": each["opened"]["value"]}
        for each in found["coming_back"]
    ]


def test_slices_and_opening_hours_make_the_loss(found: Any, store: sqlite3.Connection, desk_path: Path) -> None:
    for when, value in (("period", "value"), ("earlier", "earlier")):
        with Reader(desk_path) as reader:
            hours = reader.calendar("store")
        total = Decimal(0)
        for row in asked(store, "per_hour", found[when]):
            start, end = (datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at"))
            total += loss_so_far(Decimal(str(row["per_hour"])), hours, start, end, end)
        assert f"{total:.2f}" == found["totals"]["loss"][value]


def test_the_query_finds_the_time_spent(found: Any, store: sqlite3.Connection) -> None:
    spent = {row["agent"]: row["time_spent"] for row in asked(store, "time_spent", found["period"])}
    agents = {each["key"]: each["time_spent"]["value"] for each in found["agents"]}
    assert spent == {key: seconds for key, seconds in agents.items() if seconds}


def test_every_section_and_figure_is_explained(found: Any) -> None:
    for section in found:
        assert f"`{section}`" in PAGE, section
    for figure in (*found["totals"], *AGENT_FIGURES):
        assert f"`{figure}`" in PAGE, figure
    for section in ("course", "outages", "coming_back"):
        for name in found[section][0]:
            assert f"`{name}`" in PAGE, name
