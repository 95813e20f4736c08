"""The queue's own commands: opening a ticket, leaving, the order, fetching mail, what is shown."""

from __future__ import annotations

from textual import on

from sdesk.domain.filters import Sort
from sdesk.tui.actions import Context, bindings_of
from sdesk.tui.language import _, count_of
from sdesk.tui.render.words import word
from sdesk.tui.screens.queue_marks import QueueMarks
from sdesk.tui.widgets.queue_list import QueueList


class QueueScreen(QueueMarks):
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
        """The Esc ladder: field, preview, range, marks, filter; it never quits."""
        if self.is_typing:
            if not self.close_suggestions():
                self.leave_filter(keep=False)
        elif self.has_class("-zoom"):
            self.remove_class("-zoom")
            self.rows.focus()
        elif not self.rows.has_focus:
            self.rows.focus()
        elif self.rows.window.anchor is not None:
            self.rows.leave_range()
            self.bars.show()
        elif self.rows.window.marks:
            self.rows.clear_marks()
            self.bars.show()
        elif self.filter_text:
            self.set_filter("")

    def action_leave(self) -> None:
        """Quit; asks where words are left unsent."""
        from sdesk.tui.screens.dialog import Confirm

        if not (begun := self.console.drafts_left()):
            self.console.exit()
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.console.exit()

        refs = ", ".join(dict.fromkeys(begun.values()))
        left = count_of("{count} draft unsent", "{count} drafts unsent", len(begun)) + f" ({refs})"
        question = _("Quit with {what}?").format(what=left)
        self.app.push_screen(Confirm(question, _("Quit")), confirmed)

    # ---- the order ------------------------------------------------------------------------------

    def action_sort(self) -> None:
        """Choose the order of the list; the cursor goes to its first ticket."""
        from sdesk.tui.screens.choose import Choice, Choose

        choices = [
            Choice(Sort.SLA, ("SLA", _("what must be done first"))),
            Choice(Sort.LOSS, (_("loss"), _("what costs most an hour, confirmed or suspected"))),
            Choice(Sort.PRIORITY, (_("priority"), _("P1 first, each in the SLA's order"))),
            Choice(Sort.AGE, (_("age"), _("oldest first"))),
        ]

        def chosen(order: str | None) -> None:
            if order is not None:
                self.sort_by(Sort(order))

        self.app.push_screen(
            Choose(_("Sort by: now {order}").format(order=word(self.sort)), choices, widths=(10,)), chosen
        )

    def sort_by(self, order: Sort) -> None:
        """Put the list into an order; the cursor goes to its first ticket."""
        if order is not self.sort:
            self.sort = order
            self.rows.window.cursor = None
            self.load_start()
            self.bars.show()

    # ---- what is shown --------------------------------------------------------------------------

    def action_other_pane(self) -> None:
        """Between the list and the panes of the preview."""
        preview = self.preview
        if not self.preview_visible:
            self.console.notice(_("The preview is not shown here: Enter opens the ticket"))
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
