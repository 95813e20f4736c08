"""The filter bar: typed, completed, kept, left; what is wrong with it stands below it, and no filter is ever lost."""

from __future__ import annotations

import time
from functools import partial

from textual import on
from textual.widgets import Input

from sdesk.domain.completion import Known, Suggestion, suggest
from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.filters import Filter
from sdesk.tui.faulty_filter import place_of, without
from sdesk.tui.language import told_error
from sdesk.tui.paging import Stretch, read_start
from sdesk.tui.render.emptiness import with_meant
from sdesk.tui.render.filter_words import lines_of
from sdesk.tui.screens.queue_reading import QueueReading
from sdesk.tui.views import filter_of
from sdesk.tui.widgets.filter_field import FilterField
from sdesk.tui.widgets.suggestions import Suggestions

NAMES_SECONDS = 60.0
"""After so long, the names that are completed are read again."""


class QueueFilter(QueueReading):
    """A queue that can be narrowed."""

    def __init__(self) -> None:
        super().__init__()
        self._kept_text = ""
        """The filter to go back to when the field is left with Esc."""
        self._faulty_text = ""
        self._good: Filter | None = None
        """What was right of a faulty filter."""
        self._known: Known = {}
        self._known_at = float("-inf")
        self._offered: tuple[Suggestion, ...] = ()
        self._past: list[str] = []
        """Filters that were kept, in this session."""
        self._past_at: int | None = None
        self._unfinished = ""
        """What was typed before the past was looked through."""

    # ---- what it means --------------------------------------------------------------------------

    def _filter_now(self) -> Filter | None:
        """The filter of view and field; None, with the reason under the bar, where its words are wrong."""
        now, zone = self.console.now(), self.console.zone
        try:
            return filter_of(self.view, self.filter_text, now=now, zone=zone)._replace(sort=self.sort)
        except BadInput as error:
            self._fault(told_error(error), self.filter_text)
            return None

    def _fault(self, error: str, text: str) -> None:
        """Say what is wrong with the filter; the last good list stays, but not that of another view."""
        self.filter_error, self._faulty_text = error, text
        if self._wanted_view != self.view_key:
            self.rows.replace(Stretch((), False, False), self.console.now())
        if not self.is_typing and text:
            self.action_filter()
        self.bars.show()

    def _read_good(self) -> None:
        """The list is that of the filter without its faulty word, as before that was typed: letter by letter it was a
        word to search for, which no ticket holds, and nothing that anybody asked for."""
        text = self._faulty_text
        rest = without(text, place_of(self.filter_error, text))
        if self._wanted_view == self.view_key and rest.split() == self.wanted_text.split():
            return
        try:
            good = filter_of(self.view, rest, now=self.console.now(), zone=self.console.zone)._replace(sort=self.sort)
        except BadInput:
            return  # there is another fault: what is shown stays
        self._good = good
        self._read_filter(good, rest, read_start, self.rows.window.keep, from_start=True)

    def _no_page(self, error: SdeskError, wanted: Filter, text: str) -> None:
        if wanted is self._good and isinstance(error, BadInput):
            return  # there is another fault, which only the store can find
        super()._no_page(error, wanted, text)

    def _applied(self) -> None:
        """Nothing is wrong with it."""
        self.filter_error = self._faulty_text = ""

    def _show(self, stretch: Stretch, wanted: Filter, *, from_start: bool = False, from_end: bool = False) -> None:
        """The last list stays too where nothing holds a word that is the beginning of a field: `sta` of `status:`."""
        if wanted is self._asked and not stretch.rows and self._begins_a_field():
            self._applied()
            self.bars.show()
            return
        fault = (self.filter_error, self._faulty_text) if wanted is self._good else ("", "")
        super()._show(stretch, wanted, from_start=from_start, from_end=from_end)
        if fault[0] and wanted is self._wanted:
            self.filter_error, self._faulty_text = fault
            self.bars.show()

    def _begins_a_field(self) -> bool:
        field = self.field
        return self.is_typing and any(
            not each.field and each.text.startswith(field.value[each.start : field.cursor_position])
            for each in self._offered
        )

    # ---- typing ---------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self.seat_the_rest()
        field = self.field
        if not self.filter_error:
            self._kept_text = self.filter_text
        self._past_at = None
        self._read_names()
        field.can_focus = True
        field.focus()
        if field.value.strip() and not self.filter_error:
            # A word that is typed now is one more word.
            with field.prevent(Input.Changed):
                field.value = f"{field.value.rstrip()} "
        field.cursor_position = len(field.value)
        self.bars.show()

    @on(Input.Changed, "#filter")
    def filter_typed(self, event: Input.Changed) -> None:
        """Narrow the list at once: a page takes the reader up to 50 ms among 100,000 hits (measured), and of questions
        that wait for it only the newest is asked."""
        self._texts[self.view_key] = event.value
        self._offer()
        self.load_start()

    @on(Input.Submitted, "#filter")
    def filter_kept(self) -> None:
        """Enter takes the chosen suggestion, else keeps the filter; a faulty one keeps the field."""
        if self.suggestions.chosen is not None:
            self._take(self.suggestions.chosen)
            return
        known = self.filter_error and self._faulty_text == self.filter_text
        if not known and self._filter_now() is not None:
            self.leave_filter(keep=True)
        else:
            self.suggestions.show([])
            self.bars.show()

    def leave_filter(self, *, keep: bool) -> None:
        """Back to the list, with the filter that was typed or with the one before it."""
        text = self.filter_text.rstrip() if keep else self._kept_text
        if keep and text.strip() and text not in self._past[-1:]:
            self._past.append(text)
        self.suggestions.show([])
        self.field.can_focus = False
        self.rows.focus()
        self.set_filter(text)

    def set_filter(self, text: str) -> None:
        """Narrow the view to something else, around the ticket under the cursor."""
        self._texts[self.view_key] = text
        self.show_field()
        self.load_around(keep=False)

    def show_field(self) -> None:
        """Write the view's filter into the field."""
        with self.field.prevent(Input.Changed):
            self.field.value = self.filter_text

    def _leave_view(self) -> None:
        """Another view is to be shown: a filter that was wrong is not kept for this one."""
        self.suggestions.show([])
        self.field.can_focus = False
        if self.filter_error:
            self._texts[self.view_key] = self._kept_text

    # ---- suggestions ----------------------------------------------------------------------------

    def _read_names(self) -> None:
        """Read what the desk has names for, unless it was read lately."""
        if time.monotonic() - self._known_at < NAMES_SECONDS:
            return
        self._known_at = time.monotonic()
        self.console.link.read(
            self, lambda reader, actor: reader.filter_names(actor), self._names_read, self.console.notice_error
        )

    def _names_read(self, known: Known) -> None:
        self._known = known
        if self.is_typing:
            self._offer()

    def _offer(self, *, asked: bool = False) -> None:
        field = self.field
        self._offered = suggest(field.value, field.cursor_position, self._known, asked=asked) if self.is_typing else ()
        self.suggestions.show(lines_of(self._offered))
        self.suggestions.stand_at(field.region.x + field.cursor_position)

    @on(FilterField.Completed)
    def complete(self) -> None:
        """Tab takes what is chosen, else the first; where nothing is offered it asks for what there is."""
        meant = self._meant()
        if meant is not None:
            self.field.value, self.field.cursor_position = meant, len(meant)
        elif self._offered:
            self._take(self.suggestions.chosen or 0)
        else:
            self._offer(asked=True)

    def _meant(self) -> str | None:
        """What was probably meant by words that no ticket holds, where the empty list says so."""
        totals = self.totals
        if totals is None or not totals.meant or self.rows.window.rows or self.suggestions.chosen is not None:
            return None
        meant = with_meant(self.field.value, totals.meant)
        return None if meant == self.field.value else meant

    @on(Suggestions.Taken)
    def suggestion_clicked(self, event: Suggestions.Taken) -> None:
        """A click takes it."""
        self._take(event.place)

    def _take(self, place: int) -> None:
        field = self.field
        field.value, field.cursor_position = self._offered[place].into(field.value)
        field.focus()
        # The field offers again once it has changed; its cursor stands where it should only after that.
        self.call_after_refresh(self._offer)

    @on(FilterField.Stepped)
    def step(self, event: FilterField.Stepped) -> None:
        """Up and down go through the suggestions; where none is chosen, up goes back through earlier filters."""
        if self._past_at is None and self.suggestions.step(event.by):
            return
        self._through_the_past(event.by)

    def _through_the_past(self, by: int) -> None:
        at = len(self._past) if self._past_at is None else self._past_at
        if self._past_at is None:
            self._unfinished = self.field.value
        wanted = at + by
        if not 0 <= wanted <= len(self._past) or at == wanted:
            return
        self._past_at = wanted if wanted < len(self._past) else None
        self.field.value = self._past[wanted] if wanted < len(self._past) else self._unfinished
        self.field.cursor_position = len(self.field.value)
        self.call_after_refresh(partial(self.suggestions.show, []))

    def close_suggestions(self) -> bool:
        """Esc gives up what is chosen in the list, and closes it; whether there was anything chosen."""
        chosen = self.suggestions.chosen is not None
        if chosen:
            self._offered = ()
            self.suggestions.show([])
        return chosen
