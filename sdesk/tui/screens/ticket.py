"""One ticket on the whole screen: moving through its conversation and its list, and finding within it."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from sdesk.tui.actions import Context, bindings_of
from sdesk.tui.language import _
from sdesk.tui.paging import Stretch
from sdesk.tui.screens.scrolling import ScrollingScreen
from sdesk.tui.screens.ticket_reading import TicketReading
from sdesk.tui.widgets.pane import Pane


class TicketScreen(TicketReading, ScrollingScreen):
    """A ticket."""

    BINDINGS = bindings_of(Context.TICKET)
    AUTO_FOCUS = ".conversation"

    # ---- moving within the ticket ---------------------------------------------------------------

    @property
    def _pane(self) -> Pane:
        preview = self.preview
        return preview.focused_pane or preview.conversation

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def keys_are_elsewhere(self) -> None:
        """Who has the keys is known by events, which may come after the next refresh; the bar follows."""
        self.show_find()

    def action_next_found(self) -> None:
        """The next hit; the next message where nothing is sought."""
        self._step(1)

    def action_previous_found(self) -> None:
        """The hit before; the message before where nothing is sought."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.preview.sought:
            self.preview.step_hit(step)
            self._show_hit()
        elif not self.preview.step_message(step):
            self.console.notice(_("This is the last message") if step > 0 else _("This is the first message"))

    def action_other_pane(self) -> None:
        """Between conversation and facts."""
        preview = self.preview
        self._to_pane(preview.next_pane() or preview.conversation)

    def _to_pane(self, pane: Pane) -> None:
        # On a narrow screen only one of them is shown.
        self.set_class(pane is self.preview.facts, "-facts")
        pane.focus()

    # ---- moving between tickets -----------------------------------------------------------------

    def action_next_ticket(self) -> None:
        """The next ticket of the list."""
        self._go(1)

    def action_previous_ticket(self) -> None:
        """The previous ticket of the list."""
        self._go(-1)

    def _go(self, step: int) -> None:
        """To the ticket beside this one; the list is asked for more where it ends only as far as it was loaded."""
        neighbours = self.neighbours
        number = neighbours.beside(self.number, step) if neighbours is not None else None
        if number is not None:
            self._go_to(number)
            return
        further = neighbours.further(self.number, step, self.console.now()) if neighbours is not None else None
        if neighbours is None or further is None:
            self.console.notice(
                _("This is the last ticket of the list") if step > 0 else _("This is the first ticket of the list")
            )
            return
        start = self.number

        def read(stretch: Stretch) -> None:
            neighbours.add(stretch, step)
            # Whoever has gone elsewhere meanwhile stays there.
            if self.number == start:
                self._go(step)

        self.console.link.read(self, further, read, self.console.notice_error, topic="neighbours")

    def _go_to(self, number: int) -> None:
        self.number = number
        self._leave_field()
        self.console.queue.put_cursor(number)
        if self.console.queue.held(number) is None:
            self.console.queue.rows.window.cursor = number
            self.console.queue.load_around(keep=True)
        self.take_from_list()
        self.read_ticket()

    # ---- finding --------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Find words in the ticket."""
        self.field.can_focus = True
        with self.field.prevent(Input.Changed):
            self.field.value = self.preview.sought
        self.field.focus()
        self.field.action_select_all()
        self.call_after_refresh(self.show_find)

    @on(Input.Changed, "#find")
    def find_typed(self, event: Input.Changed) -> None:
        """Show the hits while one types."""
        if self.is_typing:
            self.preview.seek(event.value)
            self._show_hit(move=False)

    @on(Input.Submitted, "#find")
    def find_kept(self) -> None:
        """Enter: go through the hits with n and N."""
        self._leave_field()
        self._show_hit()

    def _leave_field(self) -> None:
        if self.is_typing:
            self.field.can_focus = False
            self._to_pane(self.preview.conversation)

    def _show_hit(self, *, move: bool = True) -> None:
        pane = self.preview.pane_of_hit
        if pane is not None and move:
            self._to_pane(pane)
            self.call_after_refresh(self.preview.show_hit)
        self.call_after_refresh(self.show_find)

    # ---- leaving --------------------------------------------------------------------------------

    def action_back(self) -> None:
        """Back to the list; first out of what is sought, the zoom and the facts."""
        preview = self.preview
        if self.is_typing or preview.sought:
            self._leave_field()
            preview.seek("")
            self.call_after_refresh(self.show_find)
        elif self.has_class("-zoom"):
            self.remove_class("-zoom")
        elif preview.facts.has_focus:
            self.action_other_pane()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss()

    def action_zoom(self) -> None:
        """The conversation alone, or with the facts."""
        self.toggle_class("-zoom")

    def action_refresh(self) -> None:
        """Read it anew."""
        self.read_ticket()
