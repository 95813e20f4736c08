"""What can be put into an answer: the requester's last words, and the ready replies of the desk file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.widgets import Input

from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _
from sdesk.tui.screens.choose import Choice, Choose

if TYPE_CHECKING:
    from sdesk.mail.outbox.ready import ReadyText

QUOTE = "quote"
READY = "ready:"


class PutIn(Choose):
    """The list behind `/`; what was typed into it is not lost where nothing is chosen."""

    def __init__(self, quotation: str) -> None:
        self._quotation = quotation
        self._texts: dict[str, str] = {}
        super().__init__(_("Put in"), self._quote(), widths=(30,), hint=_("type to narrow   Enter Put in   Esc Cancel"))

    def _quote(self) -> tuple[Choice, ...]:
        why = None if self._quotation else _("nothing of it is here")
        return (Choice(QUOTE, (_("the requester's last words"), _("as a quotation")), why),)

    def show_ready(self, found: Sequence[ReadyText]) -> None:
        """Show what the desk file has for the ticket."""
        self._texts = {f"{READY}{each.key}": each.text for each in found}
        if self.is_attached:
            choices = [
                Choice(f"{READY}{each.key}", (one_line(each.title), one_line(each.text)[:80]), each.why_not)
                for each in found
            ]
            none = Choice("", ("-", _("no ready replies: [replies] of the desk file")), " ")
            self.fill((*choices, *([] if choices else [none]), *self._quote()))

    def text_of(self, chosen: str) -> str:
        """What is put in."""
        return f"{self._quotation}\n" if chosen == QUOTE else self._texts[chosen]

    @property
    def narrowed_by(self) -> str:
        """What narrows the list."""
        return self.query_one("#words", Input).value
