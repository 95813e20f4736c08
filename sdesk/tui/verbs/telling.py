"""`explain` and `why`: the same pages as the commands print, on any ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs

if TYPE_CHECKING:
    from sdesk.reports.decided import Decided
    from sdesk.reports.explained import Explained


class Telling(Verbs):
    """Tells how it came about."""

    def action_explain(self) -> None:
        """Every step of the ticket's clocks."""
        from sdesk.reports.explained import explained
        from sdesk.tui.render.story import explain_lines
        from sdesk.tui.screens.page import Page

        row = self._one()
        if row is None:
            return
        now, zone = self.console.now(), self.console.zone
        page = Page(_("Explain {ref}").format(ref=row.ref))

        def ask(reader: Reader, actor: Actor) -> Explained:
            return explained(*reader.promises(actor, row.number, now=now))

        self.app.push_screen(page)
        self.console.link.read(
            page,
            ask,
            lambda found: page.fill(lambda width: explain_lines(found, width=width, zone=zone)),
            self.console.notice_error,
        )

    def action_why(self) -> None:
        """What decided about the ticket, and where it stands."""
        from sdesk.domain.why import why
        from sdesk.reports.decided import Decided
        from sdesk.tui.render.story import why_lines
        from sdesk.tui.screens.page import Page

        row = self._one()
        if row is None:
            return
        now, zone = self.console.now(), self.console.zone
        page = Page(_("Why {ref}").format(ref=row.ref))

        def ask(reader: Reader, actor: Actor) -> Decided:
            ticket, facts, standing = reader.why(actor, row.number, now=now)
            return Decided(ticket, why(facts), standing)

        self.app.push_screen(page)
        self.console.link.read(
            page,
            ask,
            lambda found: page.fill(lambda width: why_lines(found, width=width, zone=zone)),
            self.console.notice_error,
        )

    def _one(self) -> TicketRow | None:
        rows = self.chosen()
        if len(rows) == 1:
            return rows[0]
        words = _("That is done with one ticket: {count} are marked").format(count=len(rows))
        self.console.notice(words if rows else _("There is no ticket here"), "error")
        return None
