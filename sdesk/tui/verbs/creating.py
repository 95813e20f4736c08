"""A new ticket from the console."""

from __future__ import annotations

from sdesk.actions.perform import TicketOutcome
from sdesk.domain.actor import Actor
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import ServiceRow, UnitRow
from sdesk.tui.language import _
from sdesk.tui.screens.form import Values
from sdesk.tui.screens.form_new import NewForm
from sdesk.tui.verbs.assigning import services
from sdesk.tui.verbs.doing import DoingScreen, report

KEY = ("new", ())
"""Under which the words of a new ticket are kept."""


class Creating(DoingScreen):
    """Opens tickets for those who call."""

    def action_new(self) -> None:
        """Open a ticket for somebody who calls."""
        console = self.console
        form = NewForm(_("New ticket"), console.open_ticket, kept=console.unsent.get(KEY, {}))

        def created(outcome: TicketOutcome) -> None:
            console.unsent.pop(KEY, None)
            form.done()
            console.notice(*report([outcome], {}))
            console.queue.deed_done([outcome.number])
            console.open_ticket(outcome.number)

        def submit(values: Values) -> None:
            console.link.create(form, values, created, lambda error: form.refused(self._said(error)))

        def left(nothing: None) -> None:
            if form.left:
                console.unsent[KEY] = form.left
                console.notice(_("words of the new ticket kept until the console ends"))
            else:
                console.unsent.pop(KEY, None)

        form.submit = submit
        console.push_screen(form, left)
        console.link.read(form, _ask, lambda answer: form.fill(services(answer[0]), answer[1]), console.notice_error)


def _ask(reader: Reader, actor: Actor) -> tuple[tuple[ServiceRow, ...], tuple[UnitRow, ...]]:
    return reader.services(actor), reader.units()
