"""Facets: how many tickets of the present list have each value of status, team, assignee ...; one is added or taken
away by choosing it, and the list follows at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from sdesk.domain.completion import ranked
from sdesk.domain.facets import FacetTerm
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.facets import FIELDS, FacetRow
from sdesk.tui.language import N_, _
from sdesk.tui.render.columns import fit
from sdesk.tui.render.filter_words import value_words
from sdesk.tui.screens.dialog import Dialog

TITLES: Mapping[str, str] = {
    "status": N_("Status"),
    "priority": N_("Priority"),
    "team": N_("Team"),
    "assignee": N_("Assignee"),
    "service": N_("Service"),
    "unit": N_("Unit"),
    "tag": N_("Tag"),
    "is": N_("Is"),
}


def _words_of(field: str, row: FacetRow) -> tuple[str, ...]:
    """What finds a value: its key, and what stands beside it."""
    return row.key, row.name or value_words(field, row.key)


KEY_CELLS, COUNT_CELLS = 24, 8


class Facets(Dialog[None]):
    """Values with their counts; those that are in the filter have an `x`."""

    def __init__(self, title: str, toggle: Callable[[FacetTerm], None]) -> None:
        """`toggle` adds a term to the filter, or takes it away; it answers by `fill` and `say`."""
        super().__init__(title, hint=_("Enter Add or take away   type to narrow   Esc Done"), classes="choose facets")
        self._toggle = toggle
        self._rows: dict[str, tuple[FacetRow, ...]] = {}
        self._on: frozenset[FacetTerm] = frozenset()
        self._shown: list[FacetTerm | None] = []

    def fields(self) -> ComposeResult:
        yield Input(placeholder=_("type to narrow"), id="words", compact=True)
        yield OptionList(id="rows", markup=False, compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self._show()
        self.query_one("#words").focus()

    # ---- what it shows --------------------------------------------------------------------------

    def fill(self, field: str, rows: Sequence[FacetRow]) -> None:
        """The counts of one field; each comes when the reader has it."""
        self._rows[field] = tuple(rows)
        if self.is_mounted:
            self._show()

    def say(self, terms: frozenset[FacetTerm]) -> None:
        """What is in the filter now."""
        self._on = terms
        if self.is_mounted:
            self._show()

    @on(Input.Changed, "#words")
    def narrow(self) -> None:
        """Show the values that fit, the best first."""
        self._show(first=True)

    def _show(self, *, first: bool = False) -> None:
        rows = self.query_one("#rows", OptionList)
        at, words = rows.highlighted, self.query_one("#words", Input).value.strip()
        held = self._shown[at] if at is not None and at < len(self._shown) and not first else None
        self._shown = []
        options: list[Option] = []
        for field in FIELDS:
            found = ranked(self._rows.get(field, ()), words, partial(_words_of, field))
            if found:
                self._shown.append(None)
                options.append(Option(Text(_(TITLES[field]), "bold"), disabled=True))
            for row in found:
                self._shown.append(FacetTerm(field, row.key))
                options.append(Option(self._prompt(FacetTerm(field, row.key), row)))
        rows.clear_options()
        if options:
            rows.add_options(options)
        elif self._rows:
            rows.add_option(Option(_("nothing fits"), disabled=True))
        values = [place for place, term in enumerate(self._shown) if term is not None]
        place = self._shown.index(held) if held in self._shown else None
        rows.highlighted = place if held is not None and place is not None else next(iter(values), None)

    def _prompt(self, term: FacetTerm, row: FacetRow) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"  [{'x' if term in self._on else ' '}] ")
        text.append(fit(one_line(row.key), KEY_CELLS))
        text.append(f"{row.tickets:>{COUNT_CELLS}}  ")
        text.append(one_line(row.name) or value_words(term.field, row.key), "dim")
        return text

    # ---- choosing -------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        rows = self.query_one("#rows", OptionList)
        move = {"down": rows.action_cursor_down, "up": rows.action_cursor_up}.get(event.key)
        step = move or {"pagedown": rows.action_page_down, "pageup": rows.action_page_up}.get(event.key)
        if step is not None and self.focused is not rows:
            event.stop()
            event.prevent_default()
            step()

    @on(Input.Submitted, "#words")
    def take_highlighted(self) -> None:
        """Enter in the field takes the highlighted value."""
        self._take(self.query_one("#rows", OptionList).highlighted)

    @on(OptionList.OptionSelected, "#rows")
    def take_row(self, event: OptionList.OptionSelected) -> None:
        """A click, or Enter in the list."""
        self._take(event.option_index)

    def _take(self, at: int | None) -> None:
        term = self._shown[at] if at is not None and at < len(self._shown) else None
        if term is not None:
            self._toggle(term)
