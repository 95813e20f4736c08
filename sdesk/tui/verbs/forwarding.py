"""Asking a supplier from the console."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.render.conversation import MOST_LETTERS
from sdesk.tui.verbs.doing import Verbs, named


class Forwarding(Verbs):
    """Asks those outside."""

    def action_forward(self) -> None:
        """Ask a supplier."""
        from sdesk.tui.screens.form_forward import ForwardForm

        if not (rows := self._only("forward", _("A supplier is asked about one ticket at a time"))):
            return
        title = _("{tickets}: ask a supplier").format(tickets=named(rows))
        form = ForwardForm(title, self._end, self._clock)
        self._ask(form, "forward", rows)
        number, now = rows[0].number, self.console.now()
        self.console.link.read(
            form,
            lambda reader, actor: (
                reader.ticket(actor, number, now=now, longest=MOST_LETTERS),
                reader.suppliers(actor),
            ),
            lambda answer: form.fill(*answer),
            self.console.notice_error,
        )
