"""A new ticket from the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError
from sdesk.domain.ticket import Role
from sdesk.store.reader import Reader
from sdesk.tui.language import _
from sdesk.tui.verbs.assigning import services
from sdesk.tui.verbs.doing import Verbs, report

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.store.reader.organisation_rows import ServiceRow, UnitRow
    from sdesk.tui.screens.form import Values

KEY = "new"
"""Under which the words of a new ticket are kept."""


class Creating(Verbs):
    """Opens tickets for those who call."""

    def action_new(self) -> None:
        """Open a ticket for somebody who calls."""
        from sdesk.tui.screens.form_new import NewForm

        console = self.console
        if console.ground is None or console.ground.actor.role is Role.AUDITOR:
            console.notice(
                _("an auditor opens no tickets") if console.ground else _("the store is not open yet"), "error"
            )
            return
        form = NewForm(_("New ticket"), console.open_ticket)
        form.keep_as(KEY, _("the new ticket"))

        def created(outcome: TicketOutcome) -> None:
            form.done()
            console.notice(*report([outcome], {}))
            console.queue.deed_done([outcome.number])
            now, number = console.now(), outcome.number
            # Not of a private team's: who asks on behalf of somebody does not see what becomes of it.
            console.link.read(
                self,
                lambda reader, actor: number in reader.rows(actor, [number], now=now),
                lambda seen: console.open_ticket(number) if seen else None,
                console.notice_error,
            )

        def refused(error: SdeskError) -> None:
            if form.is_attached:
                form.refused(self._said(error), error.about)
            else:
                console.notice(self._said(error), "error")  # it was left meanwhile; its words are kept

        def submit(values: Values) -> None:
            console.link.create(self, values, created, refused, words=form.kept)

        form.submit = submit
        console.push_screen(form)
        console.link.read(form, _ask, lambda answer: form.fill(services(answer[0]), answer[1]), console.notice_error)


def _ask(reader: Reader, actor: Actor) -> tuple[tuple[ServiceRow, ...], tuple[UnitRow, ...]]:
    return reader.services(actor), reader.units()
