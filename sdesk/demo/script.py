"""What the agents of the demo have already done with its letters: the steps that make a full mailbox a desk at work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sdesk.demo.letters import age

VERBS = frozenset({"take", "assign", "reply", "note", "wait", "close", "service", "confirm"})
_STEP = re.compile(r"- (?P<ago>\S+) (?P<agent>[a-z]+) (?P<verb>[a-z]+)(?P<values>( [a-z]+=\S+)*)")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an agent did with a ticket."""

    mail: str
    """The id of the letter that opened the ticket."""
    ago: int
    """Seconds before now."""
    agent: str
    """Login."""
    verb: str
    """One of `VERBS`."""
    values: dict[str, Any]
    """What the verb needs. assign: `to`, a login. reply, note: `text`. close: `text`, or `silent` (True).
    service: `service`. wait: `for` (requester, supplier, date), `until` (int, seconds after now), often `text`."""


def _values(words: str, text: str) -> dict[str, Any]:
    values: dict[str, Any] = dict(pair.split("=", 1) for pair in words.split())
    if "until" in values:
        values["until"] = int(age(values["until"]).total_seconds())
    if "silent" in values:
        values["silent"] = values["silent"] == "yes"
    if text:
        values["text"] = text
    return values


def parse(source: str) -> list[Step]:
    """The steps of a source, oldest first; of one moment, in the order written. ValueError for a strange line."""
    steps: list[Step] = []
    mail = ""
    found: re.Match[str] | None = None
    text: list[str] = []

    def finish() -> None:
        if found is not None:
            if found["verb"] not in VERBS:
                raise ValueError(f"{mail}: no such verb: {found['verb']}")
            values = _values(found["values"], "\n".join(text).strip())
            steps.append(Step(mail, int(age(found["ago"]).total_seconds()), found["agent"], found["verb"], values))
        text.clear()

    for line in source.splitlines():
        if line.startswith("=== "):
            finish()
            mail, found = line.removeprefix("=== ").strip(), None
        elif line.startswith("- "):
            finish()
            found = _STEP.fullmatch(line)
            if found is None:
                raise ValueError(f"{mail}: no step: {line!r}")
        elif found is not None:
            text.append(line)
        elif line and not line.startswith("#"):
            raise ValueError(f"{mail}: words before the first step: {line!r}")
    finish()
    return sorted(steps, key=lambda step: -step.ago)


@cache
def shipped_steps() -> tuple[Step, ...]:
    """The shipped steps, oldest first."""
    return tuple(parse((files("sdesk.demo") / "steps.txt").read_text(encoding="utf-8")))
