"""What the reader gives of playbooks."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sdesk.domain.phrase import phrase
from sdesk.domain.playbook import RunState, StepState
from sdesk.domain.ticket import Status, WaitingFor


class PlaybookRow(NamedTuple):
    """A playbook of the desk file."""

    key: str
    name: str
    subject: str
    team: str
    service: str | None
    closes: bool
    steps: int
    running: int
    """How many of it are running."""


class PlannedStep(NamedTuple):
    """A step of one, as the desk file describes it."""

    key: str
    subject: str
    text: str
    team: str
    service: str | None
    at: str | None
    """Its distance from the day, as it is written."""
    days: str
    after: tuple[str, ...]
    unit: str | None
    assignee: str | None


class PlaybookDetail(NamedTuple):
    """A playbook whole."""

    playbook: PlaybookRow
    text: str
    steps: tuple[PlannedStep, ...]


class RunRow(NamedTuple):
    """A running playbook, or one that was: of steps that stand behind a wall nothing is counted."""

    number: int
    """Of the parent."""
    ref: str
    subject: str
    key: str
    name: str
    unit: str | None
    unit_name: str | None
    team: str
    day: str
    state: RunState
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    steps: int
    done: int
    """With those that were skipped."""
    open: int
    late: int
    """Open ones whose promise is broken."""
    next_at: datetime | None
    """When the next time of a planned step comes."""


class StepRow(NamedTuple):
    """A step of a running playbook."""

    position: int
    key: str
    subject: str
    team: str
    state: StepState
    number: int | None
    """Of its ticket; None where it has none yet."""
    ref: str | None
    status: Status | None
    assignee: str | None
    waiting_for: WaitingFor | None
    wake_at: datetime | None
    opens_at: datetime | None
    due_at: datetime | None
    """By when it is promised; while it waits, nobody knows."""
    ended_at: datetime | None
    late: bool
    """Its promise was broken, or is."""
    waits_for: tuple[str, ...]
    """What it waits for that is not done."""
    holds: tuple[str, ...]
    """Which steps wait for it, that is not done."""
    why: str | None
    """Why it was skipped or cancelled; of one that was not approved, what its approver said."""

    def held_up(self, now: datetime, local: str) -> str:
        """What holds it up, in words; empty where it is done, or nobody can say. `local`: its next instant, as read."""
        if self.state in (StepState.SKIPPED, StepState.CANCELLED):
            return self.why or ""
        if self.state is StepState.PLANNED:
            ahead = self.opens_at is not None and self.opens_at > now
            if self.waits_for:
                steps = ", ".join(self.waits_for)
                if ahead:
                    return phrase("waits for {steps}, not before {at}", steps=steps, at=local)
                return phrase("waits for {steps}", steps=steps)
            return phrase("its time comes {at}", at=local) if ahead else ""
        if self.state is StepState.DONE:
            return ""
        if self.status is Status.WAITING and self.waiting_for is not None:
            whom = {
                WaitingFor.REQUESTER: phrase("waits for the requester until {at}", at=local),
                WaitingFor.SUPPLIER: phrase("waits for a supplier until {at}", at=local),
                WaitingFor.DATE: phrase("waits until {at}", at=local),
            }
            return whom.get(self.waiting_for) or phrase("waits for {whom}", whom=self.waiting_for)
        if self.assignee is None:
            return phrase("nobody has it")
        return phrase("{agent} has it", agent=self.assignee)

    @property
    def next_at(self) -> datetime | None:
        """The instant that counts next: when it is opened, woken, or due."""
        if self.state is StepState.PLANNED:
            return self.opens_at
        return self.wake_at if self.wake_at is not None else self.due_at


class Progress(NamedTuple):
    """A running playbook whole."""

    run: RunRow
    steps: tuple[StepRow, ...]
