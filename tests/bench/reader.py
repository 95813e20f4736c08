"""The read side in this process: what the console asks for, out of 100,000 open tickets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sdesk.domain.filters import Filter, parse
from sdesk.store.reader import Reader
from sdesk.tui.views import views_of

from .measure import Line, best_ms
from .store import COMMON_WORD, RARE_WORD, build, present

TICKETS = 100_000
DEEP = 60_000
PAGE_MS = 5.0


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "reader.db"
    now = present()
    build(store, TICKETS, open_share=1.0, now=now)
    zone = ZoneInfo("UTC")
    runs = max(runs * 5, 20)
    lines: list[Line] = []

    def filter_of(text: str) -> Filter:
        return parse(text, now=now, zone=zone)

    with Reader(store) as reader:
        anna = reader.actor("anna")
        whole = Filter()
        deep = next(
            row.place for index, row in enumerate(reader.walk(anna, whole, now=now, limit=DEEP)) if index == DEEP - 1
        )
        views = [filter_of(view.words) for view in views_of(("it",))]

        def line(name: str, call: Callable[[], object], limit: float | None = None) -> None:
            lines.append(Line(name, None, best_ms(call, runs), "ms", limit))

        line("first page of the queue", lambda: reader.page(anna, whole, now=now), PAGE_MS)
        line(f"page at place {DEEP}", lambda: reader.page(anna, whole, now=now, after=deep), PAGE_MS)
        line("the page before it", lambda: reader.page(anna, whole, now=now, before=deep), PAGE_MS)
        for text in ("team:it", "assignee:me", "assignee:none team:it", "status:waiting", "is:breached", "priority:P1"):
            wanted = filter_of(text)
            line(f"first page of {text}", partial(reader.page, anna, wanted, now=now), PAGE_MS)
        line("six view counts in one pass", lambda: reader.counts_of(anna, views, now=now))
        line("counts of the header", lambda: reader.counts(anna, now=now))
        line("next", lambda: reader.next_ticket(anna, now=now), PAGE_MS)
        line("one ticket whole", lambda: reader.ticket(anna, TICKETS // 2, now=now), PAGE_MS)
        for name, word in (("a rare word", RARE_WORD), ("a word of every ticket", COMMON_WORD)):
            sought = filter_of(word)
            line(f"search: {name}", partial(reader.page, anna, sought, now=now))
            line(f"count: {name}", partial(reader.count, anna, sought, now=now))
    return lines
