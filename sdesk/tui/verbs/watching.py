"""Watching tickets that are another's."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Possible, Verbs, named


class Watching(Verbs):
    """Says of what one wants to be told."""

    def action_watch(self) -> None:
        """Watch it; what one watches all of already, no more."""
        if not (rows := self._possible("watch")):
            return
        me = self.console.link.login
        left = [row for row in rows if me not in row.watchers]
        if not left:
            self._perform("unwatch", rows, {})
            return
        self._perform("watch", Possible(left, rows.left_out if isinstance(rows, Possible) else ()), {})

    def action_unwatch(self) -> None:
        """Watch it no more."""
        if not (rows := self._possible("unwatch")):
            return
        watched = [row for row in rows if self.console.link.login in row.watchers]
        if not watched:
            self.console.notice(_("You do not watch {tickets}").format(tickets=named(rows)), "error")
            return
        self._perform("unwatch", tuple(watched), {})
