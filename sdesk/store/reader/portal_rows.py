"""What the portal shows, as values: only what somebody without a login may see stands in them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sdesk.domain.catalogue import FormField
from sdesk.domain.requesters import Requester
from sdesk.domain.ticket import Status, WaitingFor


class PlaceRow(NamedTuple):
    """A unit in which somebody is served."""

    id: int
    key: str
    name: str
    line: tuple[tuple[str, str], ...]
    """Key and kind of it, then of those that it is a part of."""


class VisitorRow(NamedTuple):
    """Somebody who is signed in."""

    address: str
    """The first by which the desk knew the person."""
    name: str
    language: str | None
    requester: Requester
    places: tuple[PlaceRow, ...]
    """His own unit first."""
    headed: tuple[PlaceRow, ...]
    """Of those, whose tickets he sees as the head."""

    @property
    def called(self) -> str:
        """The name, for eyes; the address where there is none."""
        return self.name or self.address


class OfferRow(NamedTuple):
    """A service that is offered to somebody."""

    key: str
    name: str
    category: str
    """Empty where it stands in none."""
    description: str
    help: str
    """What to try first."""
    team_name: str
    due_at: datetime | None
    """By when it is done, were it asked for now; where that is not promised, answered. None: nothing is."""
    answered: bool
    """Whether `due_at` is the answer's."""
    fields: tuple[FormField, ...] = ()


class RequestRow(NamedTuple):
    """A request of a list."""

    number: int
    ref: str
    subject: str
    status: Status
    is_open: bool
    waiting_for: WaitingFor | None
    wake_at: datetime | None
    service_name: str
    team_name: str
    assignee_name: str
    """Empty where nobody has it."""
    unit_name: str
    requester_name: str
    """The address where there is no name."""
    mine: bool
    """Whether who looks asked it; else he sees it as the head of the unit."""
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    due_at: datetime | None
    """By when it is solved, else answered; of what is past the promise that is broken."""
    reopens_until: datetime | None
    """Until when it may be said that it is not solved; None of what is at work."""
    merged_into: int | None = None
    """The request that it goes on in, where that is to be seen."""
    is_incident: bool = False
    is_refused: bool = False
    """Whether it is done with since an approver said no."""

    @property
    def who(self) -> str:
        """Who answers."""
        return self.assignee_name or self.team_name


class FileRow(NamedTuple):
    """A file of a request."""

    id: int
    name: str
    media_type: str
    size: int


class SaidRow(NamedTuple):
    """A message between the requester and the desk."""

    id: int
    author: str
    by_desk: bool
    mine: bool
    """Who looks wrote it."""
    at: datetime
    text: str
    quoted: str
    files: tuple[FileRow, ...]


class QuestionRow(NamedTuple):
    """A request that waits for the decision of who looks: no more than the mail to him says."""

    number: int
    ref: str
    subject: str
    service_name: str
    requester_name: str
    """The address where there is no name."""
    asked_at: datetime


class KnownOutage(NamedTuple):
    """Something that is known not to work: no word of any ticket."""

    service_name: str
    """Empty where nobody said what it is about."""
    units: tuple[str, ...]
    """Names; none where it is not known where."""
    since: datetime
