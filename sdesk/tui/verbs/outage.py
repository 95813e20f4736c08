"""Outages from the console: confirmed as they were, and ended."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs, named


class Outages(Verbs):
    """Says what stood, and since when it works again."""

    def action_confirm(self) -> None:
        """Confirm the outage: its loss counts."""
        from sdesk.tui.screens.form_outage import ConfirmForm

        if not (rows := self._possible("confirm")):
            return
        title = _("Outage of {tickets} confirmed").format(tickets=named(rows))
        form = ConfirmForm(title, self._past_instant, self._clock)
        self._ask(form, "confirm", rows)
        if len(rows) == 1:
            self._read_ticket(form, rows[0], form.fill)

    def action_restored(self) -> None:
        """It works again; the ticket stays open."""
        from sdesk.tui.screens.form_outage import RestoredForm

        if rows := self._possible("restored"):
            title = _("{tickets}: it works again").format(tickets=named(rows))
            form = RestoredForm(title, self._past_instant, self._clock)
            self._ask(form, "restored", rows)
