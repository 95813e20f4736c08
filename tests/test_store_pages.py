"""The queries of the pages about the store, asked of the demo's store as their readers would: read-only."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from demo_desk import DEMO_NOW as NOW

from sdesk.demo.build import Demo

DOCS = Path(__file__).parents[1] / "docs"
FROM, TO = "1761955200000", f"{int(NOW.timestamp())}000"
"""What Grafana's corner could say."""


def queries() -> Iterator[tuple[str, str]]:
    """Every query of the pages, with the page's name and the query's place."""
    for page in ("explanation/store.md", "how-to/look-with-datasette-and-grafana.md", "explanation/deadlines.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        blocks = re.findall(r"^```sql\n(.*?)^```$", text, flags=re.M | re.S)
        blocks += re.findall(r"sql: \|-\n((?: {10}.*\n)+)", text)
        yield from ((f"{Path(page).stem}-{place}", block) for place, block in enumerate(blocks, 1))


@pytest.fixture
def store(demo: Demo) -> Iterator[sqlite3.Connection]:
    """The demo's store, which nobody can write to by this connection."""
    with closing(sqlite3.connect(f"file:{demo.store}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_page_of_the_store_names_every_table_and_every_view(demo: Demo) -> None:
    page = (DOCS / "explanation" / "store.md").read_text(encoding="utf-8")
    with closing(sqlite3.connect(f"file:{demo.store}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")]
    own = {name for name in names if not name.startswith(("sqlite_", "ticket_fts", "alembic_"))}
    assert len(own) > 80
    assert {name for name in own if f"`{name}`" not in page} == set()


def test_the_pages_have_their_queries() -> None:
    assert len(list(queries())) == 3 + 8 + 1


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize(("name", "query"), list(queries()), ids=[name for name, _ in queries()])
def test_a_query_of_a_page_finds_something(name: str, query: str, store: sqlite3.Connection) -> None:
    asked = query.replace("$__from", FROM).replace("$__to", TO).replace("'now'", f"'{NOW:%Y-%m-%d %H:%M:%S}'")
    # An example number of a page; a ticket of the demo whose clock has run in its place.
    asked = asked.replace("number = 123", "number IN (SELECT number FROM clock_run_view WHERE NOT past)")
    rows = store.execute(asked, {"unit": store.execute("SELECT unit FROM queue_view").fetchone()[0]}).fetchall()
    assert rows
    if "AS time" in query:
        assert all(isinstance(row[0], int) for row in rows)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.execute("DELETE FROM ticket")
