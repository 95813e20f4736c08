"""Time spent and visits, written down from the console."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs, named


class Effort(Verbs):
    """Writes down what a ticket took, and who comes when."""

    def action_spent(self) -> None:
        """Write down how long one worked on it; on several, on each of them."""
        from sdesk.tui.screens.form_effort import SpentForm

        if not (rows := self._possible("spent")):
            return
        title = _("Time spent on {tickets}") if len(rows) == 1 else _("Time spent on each of {tickets}")
        form = SpentForm(title.format(tickets=named(rows)))
        self._ask(form, "spent", rows)
        if len(rows) == 1:
            self._read_ticket(form, rows[0], form.fill)

    def action_visit(self) -> None:
        """Agree on a visit, or call it off; one visit may serve several tickets."""
        from sdesk.tui.screens.form_effort import VisitForm

        if not (rows := self._possible("visit")):
            return
        title = _("Visit for {tickets}").format(tickets=named(rows))
        form = VisitForm(title, self._instant, self._clock)
        self._ask(form, "visit", rows)
        if len(rows) == 1:
            self._read_ticket(form, rows[0], form.fill)
