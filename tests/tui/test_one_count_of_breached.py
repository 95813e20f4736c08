"""One word, one number: what is breached is counted alike by header, view, board, `now`, the filter and a ticket's
state; and what is stale, which is another state."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desks import NOW

from sdesk.domain.filters import Filter, parse
from sdesk.domain.ticket import SlaState
from sdesk.reports.now import gather
from sdesk.store.reader import Reader
from sdesk.store.reader.reports.now import Need
from sdesk.tui.board_reading import read_board
from sdesk.tui.paging import read_totals
from sdesk.tui.render.board import headline
from sdesk.tui.render.headline import BREACHED, STALE, header
from sdesk.tui.widgets.bar import Part

ZONE = ZoneInfo("Europe/Moscow")
LATER = NOW + timedelta(days=9)
"""By then some promises of the busy desk are broken, and some twice over."""


def figures(parts: list[Part]) -> dict[str, int]:
    """The numbers of a bar, by their words."""
    text = "".join(part.text for part in parts)
    return {word: int(count) for count, word in re.findall(r"(\d+) (breached|stale)", text)}


def clicked(part: str) -> str:
    """The filter behind a number of the header."""
    return part.removeprefix("narrow('").removesuffix("')")


def test_every_place_counts_the_same(busy_desk_path: Path) -> None:
    with Reader(busy_desk_path) as reader:
        anna = reader.actor("anna")
        rows = reader.page(anna, Filter(), now=LATER, limit=1000).rows
        expected = {
            state.value: sum(row.sla_state is state for row in rows) for state in (SlaState.BREACHED, SlaState.STALE)
        }
        assert all(expected.values())

        def listed(words: str) -> int:
            wanted = parse(words, now=LATER, zone=ZONE)
            found = reader.page(anna, wanted, now=LATER, limit=1000).rows
            assert len(found) == reader.count(anna, wanted, now=LATER)
            return len(found)

        assert {"breached": listed("is:breached"), "stale": listed("is:stale")} == expected
        assert {"breached": listed(clicked(BREACHED)), "stale": listed(clicked(STALE))} == expected
        totals = read_totals(reader, anna, Filter(), LATER, ZONE)
        view = next(view for view in totals.views if view.name == "Breached")
        assert totals.count_of(view) == expected["breached"]
        left, _ = header(view, totals.counts, "RUB", LATER, ZONE, 120)
        assert figures(left) == expected
        now = gather(reader, anna, Filter(), now=LATER, limit=5)
        assert {"breached": now.group(Need.BREACHED).total, "stale": now.group(Need.STALE).total} == expected
        assert figures(headline(read_board(reader, anna, LATER, None), 120)) == expected
