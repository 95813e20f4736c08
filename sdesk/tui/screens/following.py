"""What a screen has to do with the desk going on under it: whoever knows the screens asks this, and knows no more."""

from __future__ import annotations

from sdesk.domain.ticket import Doing


class Following:
    """A screen that may show a ticket, or something that is written to one."""

    @property
    def attended(self) -> tuple[int, Doing] | None:
        """The ticket that the agent is at here, and what he does, so that others can be told."""
        return None

    def store_changed(self) -> None:
        """Somebody wrote: show what is new, if this screen shows any of it."""

    def show_company(self) -> None:
        """Others came or went: say who is here, if this screen does."""

    def leave_draft(self) -> None:
        """The console ends: keep what is being written."""
