"""Views: named filters. Six come with every desk, others are saved; the command line and the console share them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from sdesk.domain.errors import BadInput, NotFound
from sdesk.domain.filters import Sort
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Status

EVERYBODY = ""
"""The owner of a view that all agents have."""

LONGEST_NAME = 40

DIGITS = range(1, 10)
FREE_DIGITS = (7, 8, 9)
"""Those that no view of every desk has: where a saved view goes by itself, and all that one for everybody may take."""


_LETTER = re.compile(r"[^\W\d_]")


class NamedView(NamedTuple):
    """A filter with a name."""

    name: str
    words: str
    """In the filter language, as it was written; empty: all that is open."""
    sort: Sort = Sort.SLA
    digit: int | None = None
    """The console's key, where one was chosen."""
    owner: str | None = None
    """The login of whose it is, `EVERYBODY`, or None for one that comes with every desk."""

    @property
    def is_saved(self) -> bool:
        """Whether somebody saved it."""
        return self.owner is not None


class Placed(NamedTuple):
    """A view and the digit that it is on just now, if it is on any."""

    view: NamedView
    digit: int | None


def standing(teams: Sequence[str]) -> tuple[NamedView, ...]:
    """The views of every desk, for an agent of these teams (keys); who has none sees every team's queue as his."""
    of_teams = f"team:{','.join(teams)}" if teams else ""
    return (
        NamedView("Mine", "assignee:me", digit=1),
        NamedView("Unassigned", f"assignee:none {of_teams}".strip(), digit=2),
        NamedView("Team", of_teams, digit=3),
        NamedView("Waiting", "status:waiting", digit=4),
        NamedView("Breached", "is:breached", digit=5),
        NamedView("All", "status:" + ",".join(status.value for status in Status), digit=6),
    )


def placed(own: Sequence[NamedView], saved: Iterable[NamedView]) -> tuple[Placed, ...]:
    """All views of an agent with their digits, those with one first, in its order. `saved`: as they were saved.

    A digit that the agent chose himself beats one chosen for everybody, which beats that of every desk. Saved views
    for which none was chosen take what is free of `FREE_DIGITS`, the eldest first: a new one moves none from its key.
    """
    as_saved = list(saved)
    mine_first = sorted(as_saved, key=lambda view: view.owner == EVERYBODY)
    taken: dict[int, NamedView] = {}
    for view in (*mine_first, *own):
        if view.digit is not None:
            taken.setdefault(view.digit, view)
    for view in as_saved:
        free = next((digit for digit in FREE_DIGITS if digit not in taken), None)
        if view.digit is None and free is not None:
            taken[free] = view
    on = [Placed(view, digit) for digit, view in sorted(taken.items())]
    off = [Placed(view, None) for view in (*own, *as_saved) if view not in taken.values()]
    return (*on, *off)


class Named(Protocol):
    """What has a name, and an owner as a `NamedView` has."""

    @property
    def name(self) -> str: ...
    @property
    def owner(self) -> str | None: ...


AnyView = TypeVar("AnyView", bound=Named)


def find(name: str, views: Iterable[AnyView]) -> AnyView:
    """The view of a name, whatever the case of its letters: an agent's own before everybody's. NotFound, with the
    nearest name."""
    known = list(views)
    found = [view for view in known if view.name.casefold() == name.strip().casefold()]
    if found:
        return min(found, key=lambda view: view.owner == EVERYBODY)
    remedy = did_you_mean(name, (view.name for view in known), phrase("see `sdesk view list`"))
    raise NotFound(phrase("there is no view `{name}`", name=one_line(name)), remedy)


def checked_name(name: str) -> str:
    """A name that a view may be saved under; BadInput otherwise."""
    wanted = " ".join(name.split())
    if not wanted or wanted != one_line(wanted):
        raise BadInput(phrase("a view needs a name"), phrase("for instance: sdesk view save tills service:till"))
    if len(wanted) > LONGEST_NAME:
        raise BadInput(
            phrase("the name of a view has at most {most} characters", most=LONGEST_NAME),
            phrase("choose a shorter one"),
        )
    if not _LETTER.search(wanted):
        raise BadInput(
            phrase("`{name}` is no name: it has no letter", name=wanted), phrase("its digit is asked for apart")
        )
    if wanted.startswith("-"):
        raise BadInput(
            phrase("`{name}` would be taken for an option", name=wanted), phrase("let the name begin with a letter")
        )
    if any(view.name.casefold() == wanted.casefold() for view in standing(())):
        raise BadInput(
            phrase("every desk has a view `{name}`", name=wanted),
            phrase("choose another name; its digit is free to take"),
        )
    return wanted


def checked_digit(digit: int | None, *, everybody: bool) -> int | None:
    """A digit that a view may take; BadInput otherwise."""
    if digit is not None and digit not in DIGITS:
        raise BadInput(phrase("there is no key for {digit}", digit=digit), phrase("a view's digit is 1 to 9"))
    if everybody and digit is not None and digit not in FREE_DIGITS:
        raise BadInput(
            phrase("{digit} is a view of every desk", digit=digit),
            phrase("a view for everybody takes 7, 8 or 9; each may set his own on 1 to 9"),
        )
    return digit
