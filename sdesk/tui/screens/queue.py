"""The queue's own commands: views, the filter bar, marks, opening a ticket, fetching mail, what is shown."""

from __future__ import annotations

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from sdesk.domain.filters import Sort
from sdesk.tui.actions import Context, bindings_of
from sdesk.tui.language import _, count_of
from sdesk.tui.screens.choose import Choice, Choose
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.screens.queue_moving import QueueMoving
from sdesk.tui.screens.queue_reading import DEBOUNCE
from sdesk.tui.widgets.queue_list import QueueList


class QueueScreen(QueueMoving):
    """The main screen."""

    BINDINGS = bindings_of(Context.LIST)
    AUTO_FOCUS = "#list"

    def __init__(self) -> None:
        super().__init__()
        self._kept_text = ""
        """The filter to go back to when the field is left with Esc."""
        self._filter_timer: Timer | None = None

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
            self._set_filter("")

    def action_leave(self) -> None:
        """Quit; asks where marks would be lost by a slip of the finger, and where words are left unsent."""
        if not self.rows.window.marks and not self.console.begun:
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
        question = _("Quit with {what}?").format(what=", ".join(left))
        self.app.push_screen(Confirm(question, _("Quit")), confirmed)

    # ---- views ----------------------------------------------------------------------------------

    def _show_view(self, place: int) -> None:
        if place == self._view:
            return
        if self.filter_error:
            self._texts[self._view] = self._kept_text
        self._view = place
        self.rows.window.marks.clear()
        field = self.field
        with field.prevent(Input.Changed):
            field.value = self.filter_text
        self.rows.window.cursor = None
        self.load_start()
        self.rows.focus()

    def action_view_1(self) -> None:
        """The agent's own."""
        self._show_view(0)

    def action_view_2(self) -> None:
        """Nobody's."""
        self._show_view(1)

    def action_view_3(self) -> None:
        """The team's."""
        self._show_view(2)

    def action_view_4(self) -> None:
        """Waiting."""
        self._show_view(3)

    def action_view_5(self) -> None:
        """Breached."""
        self._show_view(4)

    def action_view_6(self) -> None:
        """All."""
        self._show_view(5)

    def action_next_view(self) -> None:
        """The view to the right."""
        self._show_view((self._view + 1) % len(self.console.views))

    def action_previous_view(self) -> None:
        """The view to the left."""
        self._show_view((self._view - 1) % len(self.console.views))

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

    # ---- the filter bar -------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        field = self.field
        if not self.filter_error:
            self._kept_text = self.filter_text
        field.can_focus = True
        field.focus()
        field.cursor_position = len(field.value)
        self.bars.show()

    @on(Input.Changed, "#filter")
    def filter_typed(self, event: Input.Changed) -> None:
        """Narrow the list when the typing pauses."""
        self._texts[self._view] = event.value
        if self._filter_timer is not None:
            self._filter_timer.stop()
        self._filter_timer = self.set_timer(DEBOUNCE, self.load_start)

    @on(Input.Submitted, "#filter")
    def filter_kept(self) -> None:
        """Enter keeps the filter; a faulty one keeps the field."""
        known = self.filter_error and self._faulty_text == self.filter_text
        if not known and self._filter_now() is not None:
            self.leave_filter(keep=True)

    def leave_filter(self, *, keep: bool) -> None:
        """Back to the list, with the filter that was typed or with the one before it."""
        field = self.field
        text = self.filter_text if keep else self._kept_text
        field.can_focus = False
        self.rows.focus()
        self._set_filter(text)

    def _set_filter(self, text: str) -> None:
        if self._filter_timer is not None:
            self._filter_timer.stop()
        self._texts[self._view] = text
        field = self.field
        with field.prevent(Input.Changed):
            field.value = text
        self.load_around(keep=False)

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

    def action_unfold(self) -> None:
        """Show or fold the quoted parts in the preview."""
        self.preview.toggle_quotes()

    def action_refresh(self) -> None:
        """Read again and sort anew."""
        self.sort_anew()
        self._show_preview_soon()

    def action_fetch(self) -> None:
        """Fetch mail in the background."""
        self.console.fetch_mail()
