"""The troubles of the demo's half year: what `history.txt` says, as plain values.

A block is one kind of trouble. It begins with `=== SERVICE WHO xWEIGHT TAKES`, where WHO is `shop`, `office`, `client`
or the key of a unit, and TAKES the working time that it usually needs (`40m`). Marks may follow: `down=50m` (it stands
so long), `visit`, `supplier` or `requester` (for whom it sometimes waits). Then come lines, any number of each: `?` a
subject, `<` what the requester writes, `>` an agent's answer, `!` a note, `=` how it ended. A line `@word` lists, at
the file's beginning, what may stand for `{word}`.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sdesk.demo.letters import age

_HEAD = re.compile(r"=== (?P<service>[a-z-]+) (?P<who>[a-z0-9-]+) x(?P<weight>\d+) (?P<takes>\S+)(?P<marks>( \S+)*)")
_SLOT = re.compile(r"\{([a-z]+)\}")
MARKS = frozenset({"down", "visit", "supplier", "requester"})
_LINES = {"?": "subjects", "<": "texts", ">": "answers", "!": "notes", "=": "ends"}


@dataclass(frozen=True, slots=True)
class Plot:
    """One kind of trouble."""

    service: str
    who: str
    weight: int
    """How often it comes, compared with the others of this service and these people."""
    takes: int
    """Working seconds."""
    down: int
    """Seconds that it stands; 0 where nothing does."""
    visit: bool
    waits_for: str
    """`supplier`, `requester`, or empty."""
    subjects: tuple[str, ...]
    texts: tuple[str, ...]
    answers: tuple[str, ...]
    notes: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plots:
    """All of them, and the words that fill their slots."""

    plots: tuple[Plot, ...]
    words: dict[str, tuple[str, ...]]

    def of(self, service: str, who: str) -> list[Plot]:
        """Those of a service that befall such people."""
        return [plot for plot in self.plots if plot.service == service and plot.who == who]


class Teller:
    """Puts one ticket's plot into words: a slot stands for the same word throughout."""

    def __init__(self, words: dict[str, tuple[str, ...]], draw: random.Random) -> None:
        self._words = words
        self._draw = draw
        self._chosen: dict[str, str] = {}

    def say(self, lines: tuple[str, ...]) -> str:
        """One of the lines, its slots filled; empty where there is none."""
        return _SLOT.sub(self._fill, self._draw.choice(lines)) if lines else ""

    def _fill(self, slot: re.Match[str]) -> str:
        name = slot[1]
        if name not in self._chosen:
            if name == "n":
                self._chosen[name] = str(self._draw.randint(5, 9))  # so that its Russian noun is always the same
            elif name == "num":
                self._chosen[name] = str(self._draw.randint(1000, 9899))
            else:
                self._chosen[name] = self._draw.choice(self._words[name])
        return self._chosen[name]


def parse(source: str) -> Plots:
    """The plots of a source. ValueError for a strange line, and for a plot that lacks a subject, a text or an end."""
    words: dict[str, tuple[str, ...]] = {}
    plots: list[Plot] = []
    head: re.Match[str] | None = None
    said: dict[str, list[str]] = {}

    def finish() -> None:
        if head is not None:
            plots.append(_plot(head, said))

    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        sign, _, rest = line.partition(" ")
        if sign == "===":
            finish()
            head, said = _HEAD.fullmatch(line), {name: [] for name in _LINES.values()}
            if head is None:
                raise ValueError(f"no head: {line!r}")
        elif sign.startswith("@") and head is None:
            words[sign[1:]] = tuple(each.strip() for each in rest.split("|"))
        elif sign in _LINES and head is not None:
            said[_LINES[sign]].append(rest)
        else:
            raise ValueError(f"a strange line: {line!r}")
    finish()
    return Plots(tuple(plots), words)


def _plot(head: re.Match[str], said: dict[str, list[str]]) -> Plot:
    marks = dict(mark.partition("=")[::2] for mark in head["marks"].split())
    if not set(marks) <= MARKS:
        raise ValueError(f"no such mark: {head[0]!r}")
    lines = {name: tuple(each) for name, each in said.items()}
    if not all(lines[name] for name in ("subjects", "texts", "answers", "ends")):
        raise ValueError(f"it says too little: {head[0]!r}")
    return Plot(
        service=head["service"],
        who=head["who"],
        weight=int(head["weight"]),
        takes=int(age(head["takes"]).total_seconds()),
        down=int(age(marks["down"]).total_seconds()) if "down" in marks else 0,
        visit="visit" in marks,
        waits_for=next((each for each in ("supplier", "requester") if each in marks), ""),
        **lines,
    )


@cache
def shipped_plots() -> Plots:
    """The shipped plots."""
    return parse((files("sdesk.demo") / "history.txt").read_text(encoding="utf-8"))
