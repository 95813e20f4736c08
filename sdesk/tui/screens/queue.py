"""The queue's own commands: opening a ticket, leaving, the order, marks, fetching mail, what is shown."""

from __future__ import annotations

from textual import on

from sdesk.domain.filters import Sort
from sdesk.tui.actions import Context, bindings_of
from sdesk.tui.language import _, count_of
from sdesk.tui.screens.choose import Choice, Choose
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.queue_moving import QueueMoving
from sdesk.tui.widgets.queue_list import QueueList


class QueueScreen(QueueMoving):
    """The main screen."""

    BINDINGS = bindings_of(Context.LIST)
    AUTO_FOCUS = "#list"

    # ---- opening and leaving --------------------------------------------------------------------

    @on(QueueList.Opened)
    def open_clicked(self, event: QueueList.Opened) -> None:
        """A double click."""
        self.console.open_ticket(event.number)

    def action_open(self) -> None:
        """Open the ticket under the cursor."""
        number = self.rows.window.cursor
        if self.is_typing:
            self.filter_kept()
        elif number is not None:
            self.console.open_ticket(number)

    def action_back(self) -> None:
        """The Esc ladder: field, preview, marks, filter; it never quits."""
        if self.is_typing:
            if not self.close_suggestions():
                self.leave_filter(keep=False)
        elif self.has_class("-zoom"):
            self.remove_class("-zoom")
            self.rows.focus()
        elif not self.rows.has_focus:
            self.rows.focus()
        elif self.rows.window.marks:
            self.rows.clear_marks()
            self.bars.show()
        elif self.filter_text:
            self.set_filter("")

    def action_leave(self) -> None:
        """Quit; asks where marks would be lost by a slip of the finger, and where words are left unsent."""
        if not (self.rows.window.marks or self.console.begun or self.console.unsent):
            self.console.exit()
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.console.exit()

        left = []
        if count := len(self.rows.window.marks):
            left.append(count_of("{count} ticket marked", "{count} tickets marked", count))
        if begun := self.console.begun:
            refs = ", ".join(dict.fromkeys(begun.values()))
            left.append(count_of("{count} draft unsent", "{count} drafts unsent", len(begun)) + f" ({refs})")
        if unsent := len(self.console.unsent):
            left.append(
                count_of("words of {count} form, which are lost", "words of {count} forms, which are lost", unsent)
            )
        question = _("Quit with {what}?").format(what=", ".join(left))
        self.app.push_screen(Confirm(question, _("Quit")), confirmed)

    # ---- the order ------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Choose the order of the list; the cursor goes to its first ticket."""
        choices = [
            Choice(Sort.SLA, ("SLA", "what must be done first")),
            Choice(Sort.LOSS, ("loss", "what costs most an hour, confirmed or suspected")),
            Choice(Sort.PRIORITY, ("priority", "P1 first, each in the SLA's order")),
            Choice(Sort.AGE, ("age", "oldest first")),
        ]

        def chosen(order: str | None) -> None:
            if order is not None and order != self.sort:
                self.sort = Sort(order)
                self.rows.window.cursor = None
                self.load_start()
                self.bars.show()

        self.app.push_screen(Choose(f"Sort by: now {self.sort.value}", choices, widths=(10,)), chosen)

    # ---- marks ----------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark, and move on."""
        self.rows.toggle_mark()
        self.rows.move(1)
        self.bars.show()

    def action_mark_all(self) -> None:
        """Mark all that are loaded."""
        self.rows.mark_all()
        self.bars.show()

    # ---- what is shown --------------------------------------------------------------------------

    def action_other_pane(self) -> None:
        """Between the list and the panes of the preview."""
        preview = self.preview
        if not self.preview_visible:
            self.console.notice("The preview is not shown here: Enter opens the ticket")
        else:
            (preview.next_pane() or self.rows).focus()

    def action_preview(self) -> None:
        """Show or hide the preview."""
        self.toggle_class("-no-preview")
        self.remove_class("-zoom")
        self.rows.focus()
        self.call_after_refresh(self._show_preview_soon)

    def action_zoom(self) -> None:
        """The preview on the whole screen, or not any more."""
        self.toggle_class("-zoom")
        if self.has_class("-zoom"):
            self.call_after_refresh(self._zoomed)
        else:
            self.rows.focus()

    def _zoomed(self) -> None:
        self.preview.conversation.focus()
        self._show_preview_soon()

    def action_refresh(self) -> None:
        """Read again and sort anew."""
        self.sort_anew()
        self._show_preview_soon()

    def action_fetch(self) -> None:
        """Fetch mail in the background."""
        self.console.fetch_mail()
