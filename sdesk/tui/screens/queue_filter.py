"""The filter bar: typed, kept, left; what is wrong with it stands below it, and no filter is ever lost."""

from __future__ import annotations

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Filter
from sdesk.tui.paging import Stretch
from sdesk.tui.screens.queue_parts import DEBOUNCE
from sdesk.tui.screens.queue_reading import QueueReading
from sdesk.tui.views import filter_of


class QueueFilter(QueueReading):
    """A queue that can be narrowed."""

    def __init__(self) -> None:
        super().__init__()
        self._kept_text = ""
        """The filter to go back to when the field is left with Esc."""
        self._faulty_text = ""
        self._filter_timer: Timer | None = None

    def _filter_now(self) -> Filter | None:
        """The filter of view and field; None, with the reason under the bar, where its words are wrong."""
        now, zone = self.console.now(), self.console.zone
        try:
            return filter_of(self.view, self.filter_text, now=now, zone=zone)._replace(sort=self.sort)
        except BadInput as error:
            self._fault(str(error), self.filter_text)
            return None

    def _fault(self, error: str, text: str) -> None:
        """Say what is wrong with the filter; the last good list stays, but not that of another view."""
        self.filter_error, self._faulty_text = error, text
        if self._wanted_view != self.view_key:
            self.rows.replace(Stretch((), False, False), self.console.now())
        if not self.is_typing and text:
            self.action_filter()
        self.bars.show()

    def _applied(self) -> None:
        """Nothing is wrong with it."""
        self.filter_error = self._faulty_text = ""

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
        self._texts[self.view_key] = event.value
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
        text = self.filter_text if keep else self._kept_text
        self.field.can_focus = False
        self.rows.focus()
        self.set_filter(text)

    def set_filter(self, text: str) -> None:
        """Narrow the view to something else, around the ticket under the cursor."""
        if self._filter_timer is not None:
            self._filter_timer.stop()
        self._texts[self.view_key] = text
        self.show_field()
        self.load_around(keep=False)

    def show_field(self) -> None:
        """Write the view's filter into the field."""
        with self.field.prevent(Input.Changed):
            self.field.value = self.filter_text

    def _leave_view(self) -> None:
        """Another view is to be shown: a filter that was wrong is not kept for this one."""
        if self.filter_error:
            self._texts[self.view_key] = self._kept_text
