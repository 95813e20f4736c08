"""A round of triage: which tickets it has, what was decided about them, and what comes next. It knows no screen.

The order is that of the queue when it was read; what arrives meanwhile is put behind. What is skipped is not asked
about again in this round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Round:
    """One sitting."""

    began: datetime
    numbers: list[int] = field(default_factory=list)
    """All of it, in its order."""
    decided: dict[int, str] = field(default_factory=dict)
    """What was decided, by number, in the order of the decisions."""
    deeds: list[tuple[int, str]] = field(default_factory=list)
    """What `u` takes back, the last first: the ticket, and the batch; without one it was left as it is."""
    passed: set[int] = field(default_factory=set)
    """Skipped, or taken by somebody else meanwhile."""
    current: int | None = None
    beyond: int = 0
    """Tickets that are to be sorted and were not read yet."""

    def take_in(self, numbers: Iterable[int], whole: int) -> None:
        """Add what is to be sorted and is not known yet; `whole` is how many there are in the store."""
        numbers = list(numbers)
        known = set(self.numbers)
        self.numbers += [number for number in numbers if number not in known]
        self.beyond = max(0, whole - len(numbers))
        if self.current is None:
            self.current = self._next()

    def go_on(self) -> None:
        """To the next one that nothing is decided about."""
        self.current = self._next()

    def decide(self, number: int, what: str) -> None:
        """Something is decided: the next one."""
        self.decided.pop(number, None)
        self.decided[number] = what
        self.passed.discard(number)
        if number == self.current:
            self.go_on()

    def skip(self) -> None:
        """Leave this one for another round."""
        if self.current is not None:
            self.passed.add(self.current)
            self.go_on()

    def leave_out(self, number: int) -> None:
        """Somebody else has it: it need not be decided here, and stays the one to look at."""
        if number not in self.decided:
            self.passed.add(number)

    def go_back(self) -> bool:
        """To the one before, whatever was decided about it; False at the first one."""
        at = len(self.numbers) if self.current is None else self.numbers.index(self.current)
        if not at:
            return False
        self.current = self.numbers[at - 1]
        return True

    def came_back(self, number: int) -> None:
        """What was decided was taken back: it is the one to look at."""
        self.decided.pop(number, None)
        self.passed.discard(number)
        if number not in self.numbers:
            self.numbers.insert(0, number)
        self.current = number

    def comes_again(self, number: int) -> None:
        """What was decided was refused: it is the next one, and this one stays under the fingers."""
        self.decided.pop(number, None)
        self.passed.discard(number)
        if self.current is None:
            self.came_back(number)
        elif number != self.current:
            self.numbers = [each for each in self.numbers if each != number]
            self.numbers.insert(self.numbers.index(self.current) + 1, number)

    def did(self, number: int, batch: str = "") -> None:
        """Something was done to it, that can be undone."""
        self.deeds.append((number, batch))

    def did_nothing(self, number: int, batch: str) -> None:
        """It was so already, or was refused: there is nothing to put back."""
        if (number, batch) in self.deeds:
            at = self.deeds.index((number, batch))
            # Left as it is, is decided too.
            self.deeds[at : at + 1] = [(number, "")] if number in self.decided else []

    @property
    def whole(self) -> int:
        """How many tickets the round has."""
        return len(self.numbers) + self.beyond

    @property
    def place(self) -> int:
        """Which of them is looked at, from 1."""
        done = len(self.decided) + len(self.passed)
        if self.current is None or self.current in self.decided or self.current in self.passed:
            return max(1, done)
        return done + 1

    def per_minute(self, now: datetime) -> int | None:
        """Decisions a minute; None before there is anything to say."""
        seconds = (now - self.began).total_seconds()
        if not self.decided or seconds < 10:
            return None
        return round(len(self.decided) * 60 / seconds)

    def after(self, number: int) -> int | None:
        """The one that will come after it, so that it can be read ahead."""
        return self._next(leaving=number)

    def _next(self, leaving: int | None = None) -> int | None:
        done: Collection[int] = self.decided.keys() | self.passed
        start = self.numbers.index(self.current) + 1 if self.current in self.numbers else 0
        order = [*self.numbers[start:], *self.numbers[:start]]
        return next((number for number in order if number not in done and number != leaving), None)
