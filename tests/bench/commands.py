"""Whole commands, from the start of the process to its end, upon a store with 100,000 tickets."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, islice
from pathlib import Path

from .measure import Line, environment, pairs, run
from .store import COMMON_WORD, RARE_WORD, build, present

TICKETS = 100_000
OPEN_SHARE = 0.08
LIGHT = "import typer, sqlite3, json"
WRITING = "import sqlmodel, typer"


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    store = folder / "commands.db"
    build(store, TICKETS, open_share=OPEN_SHARE, now=present())
    env = environment(SDESK_AGENT="anna", HOME=str(folder))
    numbers = count(1)
    held = run([programs / "sdesk", "--db", store, "list", "team:it", "-o", "ids", "--limit", str(10 * runs)], env)
    waiting = iter(held.out.split())

    def floor(program: str) -> float:
        return run([programs / "python", "-c", program], env).seconds

    def ours(*words: str) -> float:
        # What shells ask stands first, as they ask it.
        return run([programs / "sdesk", *words], {**env, "SDESK_DB": str(store)}).seconds

    def create() -> float:
        return ours(
            "new",
            "--subject",
            f"Измерение {next(numbers)}",
            "--text",
            "Ничего не случилось",
            "--requester",
            "person7@shop.example",
            "--team",
            "it",
        )

    def line(name: str, program: str, limit: float | None, *words: str) -> Line:
        return measured(name, program, limit, lambda: ours(*words))

    def measured(name: str, program: str, limit: float | None, call: Callable[[], float]) -> Line:
        before, own = pairs(lambda: floor(program), call, runs)
        return Line(name, before * 1000, own * 1000, "ms", limit)

    return [
        line("list -o json", LIGHT, 2.0, "list", "-o", "json"),
        line("list team:it assignee:none -o json", LIGHT, None, "list", "team:it", "assignee:none", "-o", "json"),
        line("list left:..4h -o json", LIGHT, None, "list", "left:..4h", "-o", "json"),
        line("list status:closed -o ids", LIGHT, None, "list", "status:closed", "-o", "ids"),
        line("list, a rare word", LIGHT, None, "list", RARE_WORD, "-o", "json"),
        line("list, a word of every ticket", LIGHT, None, "list", COMMON_WORD, "-o", "json"),
        line("list -o tsv", LIGHT, None, "list"),
        line("show N -o json", LIGHT, 2.0, "show", str(TICKETS // 2), "-o", "json"),
        line("next -o ids", LIGHT, 2.0, "next", "-o", "ids"),
        line("version", LIGHT, None, "version"),
        line("TAB after `sdesk `", LIGHT, 1.0, "_complete", "fish", ""),
        line("TAB after `sdesk list team:`", LIGHT, 2.0, "_complete", "fish", "list", "team:"),
        line("TAB after `sdesk show `", LIGHT, 2.0, "_complete", "fish", "show", ""),
        line("TAB after `sdesk take --`", LIGHT, 2.0, "_complete", "fish", "take", "--"),
        measured("new", WRITING, 1.5, create),
        measured("take N", WRITING, None, lambda: ours("take", next(waiting))),
        measured("note N --text ...", WRITING, None, lambda: ours("note", next(waiting), "--text", "Looked at it")),
        measured("take 5 of them", WRITING, None, lambda: ours("take", *islice(waiting, 5))),
    ]
