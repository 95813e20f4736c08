"""A trial of the patterns of a desk file: none may keep the desk busy, whatever a mail says.

Python's `re` tries every way in which a pattern could match, which for `(a+)+$` doubles with each letter, and it cannot
be interrupted. So each pattern is searched, when the desk file is applied, in texts that are made of its own letters
and fit it nearly; in a process of its own, which the system ends when a search takes too much processor time. A pattern
whose time grows with the square of a text's length passes: of the longest text that is searched (20,000 characters)
that is seconds, and not for ever.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Sequence

SECONDS = 1
"""Of processor time that the search of one text may take: so a machine that has much to do refuses nothing."""
_PATIENCE = 120
"""Seconds on the clock after which the trial itself is given up."""
_LENGTH = 3_000
"""Characters of a text that is searched: what takes for ever does so long before."""
_MOST_UNITS = 16
_UNITS = (" ", "a", "0", "\n", "a ", "a\n")
_ESCAPE = re.compile(r"\\.")
_WORD = re.compile(r"\w+")
_SIGN = re.compile(r"[^\w\s]")

_TRIAL = """
import json, re, signal, sys
for pattern, size, units in json.load(sys.stdin):
    compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for unit in units:
        for end in ("", "\\0"):
            signal.setitimer(signal.ITIMER_PROF, %s)
            compiled.search((unit * (size // len(unit) + 1))[: size - len(end)] + end)
    print("", flush=True)
"""


def command() -> list[str]:
    """The process that tries: it is told the patterns by its standard input, and nothing else."""
    return [sys.executable, "-I", "-S", "-c", _TRIAL % SECONDS]


_passed: set[str] = set()
"""What was tried in this process: a desk file is applied more often than its patterns change."""


def first_slow(patterns: Sequence[str]) -> int | None:
    """The place of the first pattern whose search may take longer than `SECONDS`; None where none does.

    About 30 ms for the process and a few for each pattern that was not tried before, up to a second for one whose time
    grows with the square.
    """
    fresh = [each for each in dict.fromkeys(patterns) if each not in _passed]
    if not fresh:
        return None
    asked = json.dumps([(each, _LENGTH, _units(each)) for each in fresh])
    try:
        done = subprocess.run(
            command(),
            input=asked,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return patterns.index(fresh[0])
    passed = done.stdout.count("\n")
    _passed.update(fresh[:passed])
    if done.returncode == -signal.SIGPROF:
        return patterns.index(fresh[passed])
    if done.returncode != 0:
        raise RuntimeError(f"the trial of patterns ended with {done.returncode}: {done.stderr[-300:]}")
    return None


def _units(pattern: str) -> list[str]:
    """What texts that nearly fit are made of, repeated: the pattern's own letters, signs and words, and common ones."""
    plain = _ESCAPE.sub(" ", pattern)
    words = _WORD.findall(plain)
    letters = dict.fromkeys(letter for word in words for letter in word)
    signs = dict.fromkeys(_SIGN.findall(plain.translate(dict.fromkeys(map(ord, "()[]{}|*+?^$")))))
    return list(dict.fromkeys((*_UNITS, *words, *letters, *signs)))[:_MOST_UNITS]
