"""Letting tickets rest: wait, close, spam, and taking an answer back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sdesk.domain.instant import parse_instant
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.render.signals import clock_text
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.forms import CloseForm, WaitForm
from sdesk.tui.verbs.doing import DoingScreen, named


class Settling(DoingScreen):
    """Lets tickets rest."""

    def action_wait(self) -> None:
        """Wait for somebody or something."""
        if not (rows := self._possible("wait")):
            return
        now, zone = self.console.now, self.console.zone
        form = WaitForm(
            f"{named(rows)} waits",
            parse=lambda text: parse_instant(text, now=now(), zone=zone),
            shown=lambda at: clock_text(at.astimezone(zone), now().astimezone(zone)),
            text=self.console.unsent.get(_key("wait", rows), ""),
        )
        self._ask(form, "wait", rows)

    def action_close(self) -> None:
        """Close with a resolution."""
        if rows := self._possible("close"):
            form = CloseForm(f"Close {named(rows)}", text=self.console.unsent.get(_key("close", rows), ""))
            self._ask(form, "close", rows)

    def action_spam(self) -> None:
        """It is spam."""
        if not (rows := self._possible("spam")):
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self._perform("spam", rows, {})

        self.app.push_screen(Confirm(f"Is {named(rows)} spam?", "Mark as spam"), confirmed)

    def action_take_back(self) -> None:
        """Take an answer back before it goes."""
        if rows := self._possible("take_back"):
            self._perform("take_back", rows, {})

    def _ask(self, form: WaitForm | CloseForm, verb: str, rows: tuple[TicketRow, ...]) -> None:
        key, unsent = _key(verb, rows), self.console.unsent

        def answered(values: dict[str, Any] | None) -> None:
            if form.text.strip():
                unsent[key] = form.text
            else:
                unsent.pop(key, None)
            if values is not None:
                self._perform(verb, rows, values, succeeded=lambda: unsent.pop(key, None))
            elif form.text.strip():
                self.console.notice(f"words about {named(rows)} kept until the console ends")

        self.app.push_screen(form, answered)


def _key(verb: str, rows: Sequence[TicketRow]) -> tuple[str, tuple[int, ...]]:
    """What kept words of a form belong to."""
    return verb, tuple(sorted(row.number for row in rows))
