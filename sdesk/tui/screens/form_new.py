"""The form of a new ticket, for who is on the telephone: who calls, what is open there already, what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from sdesk.domain.actor import Actor
from sdesk.domain.catalogue import FieldKind
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Filter, Match
from sdesk.domain.instant import parse_instant
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Channel
from sdesk.store.reader import Reader
from sdesk.store.reader.known import CallerRow
from sdesk.store.reader.offers import OfferRow
from sdesk.store.reader.organisation_rows import UnitRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _, count_of, in_context
from sdesk.tui.render.choices import Choice
from sdesk.tui.render.columns import fit
from sdesk.tui.render.words import word
from sdesk.tui.screens.form import Form, Values, Words, buttons
from sdesk.tui.screens.form_answers import PREFIX, Answers, ask_equipment, widget_of
from sdesk.tui.screens.form_edit import CALLER_WIDTHS, address_in, ask_callers, caller_choice, unit_choices
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.lookup import Lookup

OPEN_ONES = 4
"""How many open tickets of a shop are shown."""


class OpenOnes(OptionList):
    """Open tickets of a shop; a letter typed here is the first of the subject."""

    class Typed(Message):
        """A letter was typed."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    def on_key(self, event: events.Key) -> None:
        if event.character is not None and event.is_printable:
            event.stop()
            event.prevent_default()
            self.post_message(self.Typed(event.character))


class NewForm(Form):
    """A new ticket. `open_other` is called with the number of an open one that is chosen instead."""

    def __init__(self, title: str, open_other: Callable[[int], None]) -> None:
        super().__init__(title, hint=_("Tab Next field   Ctrl+G Open it   Esc Cancel"))
        self._open_other = open_other
        self._callers: dict[str, CallerRow] = {}
        self._units: dict[str, Choice] = {}
        self._open: tuple[TicketRow, ...] = ()

    def fields(self) -> ComposeResult:
        yield Lookup(
            _("Who calls"),
            id="requester",
            widths=CALLER_WIDTHS,
            placeholder=_("name, address, phone or shop"),
            asks=True,
            free=address_in,
        )
        yield Lookup(_("Shop"), id="unit", widths=(28, 16), placeholder=_("follows from who calls"))
        yield Static("", id="open-count", markup=False)
        yield OpenOnes(id="open", markup=False, compact=True)
        yield Field(_("Subject"), id="subject")
        yield Lookup(_("Service"), id="service", widths=(16, 8, 3, 8), placeholder=_("what it is about"))
        yield Answers(self._day, id="answers")
        yield Static(_("What they say"), classes="label", markup=False)
        yield TextArea(id="text", compact=True, tab_behavior="focus")
        with Horizontal(classes="buttons"):
            yield from buttons(in_context("button", "Open the ticket"))

    def on_mount(self) -> None:
        self._show_open(())
        self.query_one("#requester", Lookup).input.focus()

    def fill(self, services: Sequence[Choice], units: Sequence[UnitRow]) -> None:
        """Give the catalogue and the units, when they were read."""
        self.query_one("#service", Lookup).fill(services)
        choices = unit_choices(units)
        self._units = {choice.value: choice for choice in choices}
        self.query_one("#unit", Lookup).fill(choices)
        self._answers.know(choices)

    # ---- who calls, and what is open there ------------------------------------------------------

    @on(Lookup.Asked, "#requester")
    def seek_caller(self, event: Lookup.Asked) -> None:
        """Seek who may be calling."""
        lookup, words = event.lookup, event.words

        def found(rows: tuple[CallerRow, ...]) -> None:
            if lookup.text != words:
                return
            choices = [caller_choice(row) for row in rows]
            # A unit without an address is held by its key: it is where the caller is, and nobody mail reaches.
            choices = [
                choice if choice.value else Choice(f"unit:{row.unit}", choice.cells)
                for choice, row in zip(choices, rows, strict=True)
            ]
            self._callers |= {choice.value: row for choice, row in zip(choices, rows, strict=True)}
            lookup.fill(choices, words=words)

        self.console.link.read(
            self, lambda reader, actor: reader.callers(actor, words), found, self.console.notice_error, "callers"
        )

    @on(Lookup.Taken, "#requester")
    def caller_taken(self, event: Lookup.Taken) -> None:
        """Their unit follows, and what is open there is shown."""
        row = self._callers.get(event.lookup.value or "")
        unit = self.query_one("#unit", Lookup)
        if row is not None and row.unit is not None and row.unit_name is not None:
            unit.hold(self._units.get(row.unit) or Choice(row.unit, (row.unit_name, row.unit)))
        else:
            self._seek_open()

    @on(Lookup.Asked)
    def seek_named(self, event: Lookup.Asked) -> None:
        """Seek who, or which equipment, may be meant in a field of the form."""
        match self._answers.kind_of(event.lookup):
            case FieldKind.PERSON:
                ask_callers(self, event.lookup, event.words)
            case FieldKind.EQUIPMENT:
                ask_equipment(self, event.lookup, event.words, self.query_one("#unit", Lookup).value)
            case _:
                pass

    @on(Lookup.Taken, "#unit")
    def unit_taken(self) -> None:
        """Show what is open there."""
        self._seek_open()

    def _seek_open(self) -> None:
        unit, requester = self.query_one("#unit", Lookup).value, self._address()
        now = self.console.now()

        def ask(reader: Reader, actor: Actor) -> tuple[TicketRow, ...]:
            found: dict[int, TicketRow] = {}
            for field, value in (("unit", unit), ("requester", requester)):
                if value:
                    page = reader.page(actor, Filter((Match(field, (value,)),)), now=now, limit=OPEN_ONES + 1)
                    found |= {row.number: row for row in page.rows}
            return tuple(found.values())

        self.console.link.read(self, ask, self._show_open, self.console.notice_error, topic="open-ones")

    def _address(self) -> str | None:
        value = self.query_one("#requester", Lookup).value
        return None if value is None or value.startswith("unit:") else value.rpartition("<")[2].rstrip("> ")

    def _show_open(self, rows: tuple[TicketRow, ...]) -> None:
        self._open = rows[:OPEN_ONES]
        known, listed = self.query_one("#open-count", Static), self.query_one("#open", OptionList)
        listed.clear_options()
        listed.add_options([Option(_line(row)) for row in self._open])
        known.display = listed.display = bool(self._open)
        more = "+" if len(rows) > OPEN_ONES else ""
        words = count_of(
            "{count} ticket is open there: Enter goes to it",
            "{count} tickets are open there: Enter goes to one",
            len(self._open),
        )
        known.update(words.replace(str(len(self._open)), f"{len(self._open)}{more}", 1))

        if self._open and not self.text_of("subject") and self.query_one("#subject", Field).input.has_focus:
            # One looks at these first; what one types there is the subject all the same.
            listed.highlighted = 0
            listed.focus()

    def go_on(self) -> None:
        """From the caller to the subject: the shop follows."""
        if self.query_one("#requester", Lookup).input.has_focus and self.query_one("#requester", Lookup).value:
            self.query_one("#subject", Field).input.focus()
        else:
            self.focus_next()

    @on(OpenOnes.Typed)
    def subject_begun(self, event: OpenOnes.Typed) -> None:
        """None of these: the subject begins."""
        field = self.query_one("#subject", Field).input
        field.focus()
        field.insert_text_at_cursor(event.character)

    @on(OptionList.OptionSelected, "#open")
    def open_other(self, event: OptionList.OptionSelected) -> None:
        """It is known already: go there, and keep what was typed."""
        self.action_leave()
        self._open_other(self._open[event.option_index].number)

    # ---- the form of the service ----------------------------------------------------------------

    @on(Lookup.Taken, "#service")
    def service_taken(self) -> None:
        """Ask what must be known for it; what was answered for another one is kept."""
        service, now = self.query_one("#service", Lookup).value, self.console.now()
        if service is None:
            self._asked(None, ())
            return
        self.console.link.read(
            self,
            lambda reader, actor: (reader.desk.language, reader.offers(actor, now=now, key=service)),
            lambda found: self._asked(service, found[1], found[0]),
            self.console.notice_error,
            topic="form-of-service",
        )

    def _asked(self, service: str | None, found: tuple[OfferRow, ...], language: str = "") -> None:
        if self.query_one("#service", Lookup).value == service:
            fields, advice = (found[0].fields, found[0].help) if found else ((), {})
            approval = bool(found and found[0].approve_by)
            self.run_worker(
                self._answers.show(fields, advice, language, approval=approval), group="answers", exclusive=True
            )

    @property
    def _answers(self) -> Answers:
        return self.query_one("#answers", Answers)

    def _day(self, text: str) -> date | None:
        try:
            now, zone = self.console.now(), self.console.zone
            return parse_instant(text, now=now, zone=zone).astimezone(zone).date()
        except BadInput:
            return None

    def words(self) -> Words:
        """With the answers, of a form that is not shown too."""
        others = {id_: text for id_, text in super().words().items() if not id_.startswith(PREFIX)}
        return {**others, **self._answers.words()}

    def _restore(self, kept: Words) -> None:
        # Their fields come with the service, which is sought when its name is put back.
        self._answers.keep(kept)
        super()._restore({id_: text for id_, text in kept.items() if not id_.startswith(PREFIX)})

    def _go_to(self, parameter: str) -> None:
        super()._go_to(widget_of(parameter))

    # ---- what is sent ---------------------------------------------------------------------------

    def values(self) -> Values | None:
        subject = self.text_of("subject")
        if not subject:
            self.missing("subject", _("A ticket needs a subject"))
            return None
        lookups = {id_: self.query_one(f"#{id_}", Lookup) for id_ in ("requester", "unit", "service")}
        for id_, lookup in lookups.items():
            if lookup.text and lookup.value is None:
                self.missing(id_, _("Take one of those found, or empty the field"))
                return None
        values: Values = {"subject": subject, "text": self.text_of("text"), "channel": Channel.PHONE.value}
        requester = lookups["requester"].value
        if requester is not None and not requester.startswith("unit:"):
            values["requester"] = requester
        for id_ in ("unit", "service"):
            if (value := lookups[id_].value) is not None:
                values[id_] = value
        if answers := self._answers.given():
            values["form"] = answers
        return values


def _line(row: TicketRow) -> Text:
    who = one_line(row.requester_name or row.requester_email or "")
    cells = f"{fit(row.ref, 9)} {row.priority.value} {fit(word(row.status), 8)} {fit(one_line(row.subject), 36)} {who}"
    return Text(cells, no_wrap=True, overflow="ellipsis")
