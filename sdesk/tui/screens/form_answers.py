"""The form of a service within the form of a ticket: its fields, with what is already known of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static, TextArea

from sdesk.domain.actor import Actor
from sdesk.domain.catalogue import (
    ABOUT,
    FieldKind,
    FormField,
    Lookups,
    checked,
    filled,
    help_text,
    in_language,
    label,
)
from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.store.reader import Reader
from sdesk.store.reader.assets import AssetQuery
from sdesk.tui.language import N_, _, spoken, told_error
from sdesk.tui.render.choices import Choice
from sdesk.tui.render.columns import fit
from sdesk.tui.screens.form import Form
from sdesk.tui.screens.form_edit import CALLER_WIDTHS, address_in, named_picks
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.lookup import Lookup
from sdesk.tui.widgets.picks import GAP, Picks

if TYPE_CHECKING:
    from sdesk.domain.inbound import InboundAttachment

_HINTS = {
    FieldKind.NUMBER: N_("in digits"),
    FieldKind.DATE: N_("2026-11-23, 23.11.2026, tomorrow"),
    FieldKind.FILE: N_("the path of a file"),
}
"""What stands in an empty line that has no help of its own."""
PREFIX = "field-"
"""Stands before a field's key in the id of its widget."""
LABEL = 20
"""Cells of the column of names."""
IN_LINE = 46
"""Cells that choices may take to stand in one line."""
MOST_PICKS = 6
"""Choices that are shown at once; more are sought by their words."""
EQUIPMENT_WIDTHS = (18, 24)
MOST_FOUND = 18
"""Pieces of equipment that are shown for what was typed."""


class Answers(Vertical):
    """The fields of the form of the service that is chosen. What was answered outlives another choice of service."""

    def __init__(self, day: Callable[[str], date | None], *, id: str) -> None:
        """`day` reads a day in words."""
        super().__init__(id=id)
        self._lookups = Lookups(day=day)
        self._fields: tuple[FormField, ...] = ()
        self._kept: dict[str, str] = {}
        """What was answered, by the id of the widget, of every form that was shown."""
        self._unfit: set[str] = set()
        """Of those that are shown: where what was answered in another form cannot stand."""
        self._units: Sequence[Choice] = ()
        self._desk = ""
        """The desk's own language."""
        self.display = False

    # ---- what is asked --------------------------------------------------------------------------

    def kind_of(self, lookup: Lookup) -> FieldKind | None:
        """What is asked for there; None where that is no field of the form."""
        return next((field.kind for field in self._fields if _id(field) == lookup.id), None)

    def know(self, units: Sequence[Choice]) -> None:
        """The units that may be named."""
        self._units = units
        for field in self._fields:
            if field.kind is FieldKind.UNIT:
                self._lookup(field).fill(units)
            elif field.kind is FieldKind.CHOICE and len(field.choices) > MOST_PICKS:
                self._lookup(field).fill([Choice(each, (each,)) for each in field.choices])

    async def show(
        self, fields: Sequence[FormField], help_texts: Mapping[str, str], desk: str, *, approval: bool = False
    ) -> None:
        """Ask for these instead; `help_texts`: what to try first; `desk`: the desk's own language.

        `approval`: somebody is to approve it before it is worked on, which whoever calls is to be told.
        """
        # None is there while they are exchanged: somebody may ask for the words meanwhile.
        self._kept, self._fields, self._desk = self.words(), (), desk
        await self.remove_children()
        notice = [Static(_("It needs an approval first"), classes="advice", markup=False)] if approval else []
        await self.mount(*notice, *self._widgets(fields, in_language(help_texts, spoken(), desk)))
        self._fields = tuple(fields)
        self.know(self._units)
        self._unfit = {_id(field) for field in fields if not self._put(field, self._kept.get(_id(field), ""))}
        self.display = bool(self.children)

    def _widgets(self, fields: Sequence[FormField], advice: str) -> Iterator[Widget]:
        if advice:
            yield Static(_("Try first:"), classes="label", markup=False)
            yield Static(neutralise(advice).strip("\n"), classes="advice", markup=False)
        for field in fields:
            yield from self._asked(field)
        if any(field.required for field in fields):
            yield Static(_("* must be filled in"), classes="dim", markup=False)

    def _asked(self, field: FormField) -> Iterator[Widget]:
        """The widgets of one field; the last has its id, or holds who has."""
        name = f"{one_line(label(field, spoken(), self._desk))}{' *' if field.required else ''}"
        advice = one_line(help_text(field, spoken(), self._desk))
        short, id_ = fit(name, LABEL).rstrip(), _id(field)
        if field.kind is FieldKind.CHOICE and len(field.choices) <= MOST_PICKS:
            labels = [_("not said"), *map(one_line, field.choices)]
            if advice:
                yield Static(advice, classes="dim", markup=False)
            if sum(cell_len(each) + len("(x) ") + GAP for each in labels) <= IN_LINE:
                yield named_picks(short, Picks(labels, id=id_, in_line=True))
            else:
                yield Static(name, classes="label", markup=False)
                yield Picks(labels, id=id_)
        elif field.kind is FieldKind.CHOICE:
            yield Lookup(short, id=id_, placeholder=advice or ", ".join(map(one_line, field.choices)))
        elif field.kind is FieldKind.UNIT:
            yield Lookup(short, id=id_, widths=(28, 16), placeholder=advice)
        elif field.kind is FieldKind.PERSON:
            hint = advice or _("name, address, phone or shop")
            yield Lookup(short, id=id_, widths=CALLER_WIDTHS, placeholder=hint, asks=True, free=address_in)
        elif field.kind is FieldKind.EQUIPMENT:
            hint = advice or _("an inventory number")
            yield Lookup(short, id=id_, widths=EQUIPMENT_WIDTHS, placeholder=hint, asks=True)
        elif field.multiline:
            yield Static(f"{name}  {advice}".rstrip(), classes="label", markup=False)
            yield TextArea(id=id_, compact=True, tab_behavior="focus")
        else:
            yield Field(short, id=id_, placeholder=advice or _(_HINTS.get(field.kind, "")), read=self._reading(field))

    def _reading(self, field: FormField) -> Callable[[str], str]:
        """What was understood of a line: nothing is said of a text that is as it must be."""

        def read(text: str) -> str:
            if field.kind is FieldKind.FILE:
                from sdesk.tui.attaching import attach

                return attach(text).label
            found = checked(field, text, self._lookups, spoken(), self._desk)
            return "" if found == text else found

        return read

    # ---- what is answered -----------------------------------------------------------------------

    def keep(self, words: Mapping[str, str]) -> None:
        """Answers of the last time, by the ids of widgets: of fields that are not shown yet."""
        self._kept |= {id_: text for id_, text in words.items() if id_.startswith(PREFIX)}

    def words(self) -> dict[str, str]:
        """All that was answered, of forms that are not shown too; without what is empty."""
        now = {_id(field): self._said(field) for field in self._fields}
        now = {id_: text for id_, text in now.items() if text or id_ not in self._unfit}
        return {id_: text for id_, text in (self._kept | now).items() if text}

    def given(self) -> dict[str, str | InboundAttachment]:
        """The answers by the keys of the fields. BadInput for what is wrong or missing, which is said at each field."""
        try:
            texts = {field.key: self._text(field) for field in self._fields}
            filled(self._fields, texts, self._lookups, spoken(), self._desk)
        except BadInput as error:
            for each in (error, *error.others):
                self._complain(each)
            raise
        given: dict[str, str | InboundAttachment] = {key: text for key, text in texts.items() if text}
        for field in self._fields:
            if field.kind is FieldKind.FILE and field.key in given:
                given[field.key] = _file(texts[field.key])
        return given

    def _text(self, field: FormField) -> str:
        found = self.query_one(f"#{_id(field)}")
        if not isinstance(found, Lookup):
            return self._said(field)
        if found.text and found.value is None:
            error = BadInput(_("Take one of those found, or empty the field"))
            error.about = ABOUT + field.key
            raise error
        return found.value or ""

    def _said(self, field: FormField) -> str:
        """What stands there, to be kept."""
        found = self.query_one(f"#{_id(field)}")
        if isinstance(found, Picks):
            return field.choices[found.chosen - 1] if found.chosen else ""
        if isinstance(found, Lookup):
            return found.kept
        return found.text.strip() if isinstance(found, Field | TextArea) else ""

    def _put(self, field: FormField, text: str) -> bool:
        """Whether it could be put there."""
        found = self.query_one(f"#{_id(field)}")
        if not text:
            return True
        if isinstance(found, Picks):
            if text not in field.choices:
                return False
            found.chosen = field.choices.index(text) + 1
        elif isinstance(found, Lookup):
            found.restore(text)
        elif isinstance(found, Field):
            found.put(one_line(text.partition("\t")[0]))
        elif isinstance(found, TextArea):
            found.load_text(text)
        return True

    def _complain(self, error: BadInput) -> None:
        for found in self.query(f"#{PREFIX}{error.about.removeprefix(ABOUT)}").results(Field):
            found.say("", fault=told_error(error))

    def _lookup(self, field: FormField) -> Lookup:
        return self.query_one(f"#{_id(field)}", Lookup)


def ask_equipment(form: Form, lookup: Lookup, words: str, unit: str | None) -> None:
    """Seek which equipment may be meant: of a unit, else of any; where none is written down at all, it is as typed."""
    console = form.console

    def ask(reader: Reader, actor: Actor) -> tuple[Choice, ...]:
        query = AssetQuery(words=words, limit=MOST_FOUND)
        rows = tuple(reader.assets(query._replace(unit=unit))) if unit is not None else ()
        rows = rows or tuple(reader.assets(query))
        if not rows and not reader.asset_kinds():
            return (Choice(words, (words,)),)
        return tuple(Choice(row.number, (row.number, f"{row.kind} {row.name}".strip(), row.model)) for row in rows)

    def found(choices: tuple[Choice, ...]) -> None:
        if lookup.text == words:
            lookup.fill(choices, words=words)

    console.link.read(form, ask, found, console.notice_error, topic="equipment")


def widget_of(parameter: str) -> str:
    """The id of the widget that an error is about, where it is about a field of a form."""
    return PREFIX + parameter.removeprefix(ABOUT) if parameter.startswith(ABOUT) else parameter


def _id(field: FormField) -> str:
    return f"{PREFIX}{field.key}"


def _file(text: str) -> InboundAttachment:
    from sdesk.actions.grammar import attached
    from sdesk.tui.attaching import attach, require_light

    file = attach(text)
    require_light((file,))
    return attached(file.path)
