"""Running playbooks, and their steps: what the desk file said when each was started holds to its end."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from sdesk.domain.playbook import RunState, StepState
from sdesk.store.columns import Document, Instant, Word, one_of, partial_index
from sdesk.store.models.base import Table


class PlaybookRun(Table, table=True):
    """`[playbooks.KEY]` of the desk file, started for a unit and a day."""

    __tablename__ = "playbook_run"
    __table_args__ = (one_of("state", RunState),)

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", unique=True)
    """The parent."""
    key: str
    name: str
    """As it was called when it was started."""
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    day: str
    """Local, in the desk's zone, as `2027-03-01` or `2027-03-01T09:00`."""
    closes: bool
    """Whether the parent is resolved when the last step is done."""
    picture: dict[str, Any] = Field(sa_type=Document)
    """The parent's `subject` and the `steps`, as the desk file had them."""
    state: RunState = Field(default=RunState.RUNNING, sa_type=Word(RunState))
    started_at: datetime = Field(sa_type=Instant)
    started_by: str
    """A login."""
    moved_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the day was moved last."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class PlaybookStep(Table, table=True):
    """A step of one of them."""

    __tablename__ = "playbook_step"
    __table_args__ = (
        UniqueConstraint("run_id", "key"),
        one_of("state", StepState),
        partial_index("ix_playbook_step_planned", "opens_at", "run_id", where="state = 'planned'"),
    )

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="playbook_run.id")
    position: int
    key: str
    subject: str
    team_id: int = Field(foreign_key="team.id")
    service_id: int | None = Field(default=None, foreign_key="service.id")
    opens_at: datetime | None = Field(default=None, sa_type=Instant)
    """Not before then; None: as soon as what it waits for is done."""
    waits_for: list[str] = Field(sa_type=Document)
    """Keys of other steps."""
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    """As it was opened: where it was merged, the one that goes on is the step's (`Link`)."""
    state: StepState = Field(default=StepState.PLANNED, sa_type=Word(StepState))
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str | None = None
    """The login of who skipped or cancelled it."""
    why: str | None = None
    """Why it was."""
