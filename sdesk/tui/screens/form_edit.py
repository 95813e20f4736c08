"""The forms that set a ticket's facts right: all of them for one ticket, tags for several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from sdesk.domain.errors import BadInput
from sdesk.domain.mail_address import is_mail_address
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Impact, Urgency
from sdesk.store.reader.known import CallerRow
from sdesk.store.reader.organisation_rows import UnitRow
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import N_, _
from sdesk.tui.render.choices import Choice
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.last_word import LastWord
from sdesk.tui.widgets.lookup import Lookup
from sdesk.tui.widgets.picks import Picks

NO_UNIT = "none"
"""What takes a unit away, for the use case."""

CALLER_WIDTHS = (18, 24)

IMPACTS: Mapping[Impact, str] = {
    Impact.EXTENSIVE: N_("extensive"),
    Impact.SIGNIFICANT: N_("significant"),
    Impact.MODERATE: N_("moderate"),
    Impact.MINOR: N_("minor"),
}
URGENCIES: Mapping[Urgency, str] = {
    Urgency.CRITICAL: N_("critical"),
    Urgency.HIGH: N_("high"),
    Urgency.MEDIUM: N_("medium"),
    Urgency.LOW: N_("low"),
}


class EditForm(Form):
    """The facts of one ticket as they are; only what differs is sent."""

    def __init__(self, title: str, row: TicketRow) -> None:
        super().__init__(title, hint=_("Tab Next field   Ctrl+G Set   Esc Cancel"))
        self._row = row
        self._impact = row.own_impact or row.impact

    def fields(self) -> ComposeResult:
        row = self._row
        yield Field(_("Subject"), id="subject", value=one_line(row.subject))
        yield Lookup(
            _("Requester"),
            id="requester",
            value=row.requester_email,
            shown=one_line(row.requester_name or row.requester_email or ""),
            widths=CALLER_WIDTHS,
            placeholder=_("name, address, phone or shop"),
            asks=True,
            free=address_in,
        )
        yield Lookup(
            _("Unit"),
            id="unit",
            value=row.unit,
            shown=one_line(row.unit_name or ""),
            widths=(28, 16),
            placeholder=_("none"),
        )
        yield named_picks(
            _("Impact"),
            Picks(
                [_(IMPACTS[each]) for each in Impact],
                id="impact",
                in_line=True,
                chosen=list(Impact).index(self._impact),
            ),
        )
        yield named_picks(
            _("Urgency"),
            Picks(
                [_(URGENCIES[each]) for each in Urgency],
                id="urgency",
                in_line=True,
                chosen=list(Urgency).index(row.urgency),
            ),
        )
        yield Field(
            _("Tags"), id="tags", value=" ".join(row.tags), read=self._tags, placeholder=_("words; Right completes")
        )
        with Horizontal(classes="buttons"):
            yield from buttons(_("Set"))

    def on_mount(self) -> None:
        self.query_one("#requester", Lookup).say(one_line(self._row.requester_email or ""))
        self.query_one("#subject", Field).input.focus()

    def fill(self, units: Sequence[UnitRow], tags: Sequence[str]) -> None:
        """Give the units and the known tags, when they were read."""
        self.query_one("#unit", Lookup).fill(unit_choices(units))
        self.query_one("#tags", Field).input.suggester = LastWord(tags)

    @on(Lookup.Asked, "#requester")
    def seek_caller(self, event: Lookup.Asked) -> None:
        """Seek who may be meant."""
        ask_callers(self, event.lookup, event.words)

    def _tags(self, text: str) -> str:
        adds, takes = tag_changes(self._row.tags, text.split())
        return changes_in_words(adds, takes) or _("as it is")

    def values(self) -> Values | None:
        row = self._row
        values: Values = {}
        subject = self.text_of("subject")
        if not subject:
            self.missing("subject", _("A ticket needs a subject"))
            return None
        if subject != one_line(row.subject).strip():
            values["subject"] = subject
        requester = self.query_one("#requester", Lookup)
        if requester.value is not None:
            if _box(requester.value) != (row.requester_email or "").lower():
                values["requester"] = requester.value
        elif requester.text != one_line(row.requester_name or row.requester_email or ""):
            self.missing("requester", _("Say who asks: take one of those found, or write an address"))
            return None
        unit = self.query_one("#unit", Lookup)
        if unit.text and unit.value is None:
            self.missing("unit", _("Take one of the units, or leave the field empty"))
            return None
        if (unit.value or None) != row.unit:
            values["unit"] = unit.value or NO_UNIT
        impact = list(Impact)[self.query_one("#impact", Picks).chosen]
        urgency = list(Urgency)[self.query_one("#urgency", Picks).chosen]
        if impact is not self._impact:
            values["impact"] = impact.value
        if urgency is not row.urgency:
            values["urgency"] = urgency.value
        adds, takes = tag_changes(row.tags, self.text_of("tags").split())
        if adds:
            values["tags"] = adds
        if takes:
            values["untags"] = takes
        if not values:
            self.complain(_("Nothing differs from what is there"))
            return None
        return values


class TagsForm(Form):
    """Tags to add and, with a `-` before them, to take away; of one ticket or of several."""

    def __init__(self, title: str, rows: Sequence[TicketRow]) -> None:
        super().__init__(title, hint=_("Enter Set   Right Complete   Esc Cancel"))
        self._rows = rows

    def fields(self) -> ComposeResult:
        now = sorted({tag for row in self._rows for tag in row.tags})
        yield Static(_("now: {tags}").format(tags=" ".join(now) or _("none")), id="known", markup=False)
        yield Field(_("Tags"), id="tags", placeholder=_("pos -vip: adds pos, takes vip away"), read=self._read)
        with Horizontal(classes="buttons"):
            yield from buttons(_("Set"))

    def on_mount(self) -> None:
        self.query_one("#tags", Field).input.focus()

    def fill(self, tags: Sequence[str]) -> None:
        """Give the known tags, when they were read."""
        self.query_one("#tags", Field).input.suggester = LastWord(tags, prefix="-+")

    def go_on(self) -> None:
        """Enter does it: there is one field."""
        self.action_send()

    def _read(self, text: str) -> str:
        return changes_in_words(*_signed(text))

    def values(self) -> Values | None:
        adds, takes = _signed(self.text_of("tags"))
        if not adds and not takes:
            self.missing("tags", _("Write a tag, or -tag to take one away"))
            return None
        return {name: tags for name, tags in (("tags", adds), ("untags", takes)) if tags}


def tag_changes(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is to be added, and what taken away, for the tags to be those after."""
    wanted = dict.fromkeys(tag.lower() for tag in after)
    return tuple(tag for tag in wanted if tag not in before), tuple(tag for tag in before if tag not in wanted)


def changes_in_words(adds: Sequence[str], takes: Sequence[str]) -> str:
    """The changes of tags in words; empty for none."""
    parts = [_("adds {tags}").format(tags=", ".join(adds))] if adds else []
    if takes:
        parts.append(_("takes {tags} away").format(tags=", ".join(takes)))
    return "; ".join(parts)


def _signed(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = dict.fromkeys(text.lower().split())
    takes = tuple(word[1:] for word in words if word.startswith("-") and word[1:])
    return tuple(word.lstrip("+") for word in words if not word.startswith("-") and word.lstrip("+")), takes


def named_picks(label: str, picks: Picks) -> Horizontal:
    """Answers in one line, with their name before them."""
    return Horizontal(Static(label, markup=False, classes="name"), picks, classes="named")


def unit_choices(units: Sequence[UnitRow]) -> list[Choice]:
    """The units as rows."""
    return [
        Choice(each.key, tuple(one_line(cell or "") for cell in (each.name, each.key, *_whereabouts(each))))
        for each in units
    ]


def _whereabouts(unit: UnitRow) -> tuple[str | None, ...]:
    return unit.phone, unit.address, unit.manager


def caller_choice(row: CallerRow) -> Choice:
    """Somebody who may be calling, as a row; the value is what makes them a requester, empty for a unit alone."""
    address = row.address or ""
    value = f"{row.name} <{address}>" if row.name and address and not row.is_unit else address
    where = row.unit_name or ""
    cells = (row.name or address, address, _("shop") if row.is_unit else where, row.phone or "")
    return Choice(value, tuple(one_line(cell) for cell in cells))


def ask_callers(form: Form, lookup: Lookup, words: str) -> None:
    """Seek who may be meant, and show them, unless other words were typed meanwhile."""
    console = form.console

    def found(rows: tuple[CallerRow, ...]) -> None:
        if lookup.text == words:
            lookup.fill([caller_choice(row) for row in rows if row.address], words=words)

    console.link.read(
        form, lambda reader, actor: reader.callers(actor, words), found, console.notice_error, topic="callers"
    )


def _box(text: str) -> str:
    """The address of `Maria <maria@example.org>`, in small letters."""
    return text.rpartition("<")[2].rstrip("> ").strip().lower()


def address_in(text: str) -> str:
    """What was typed, if it is a mail address with a name or without; BadInput."""
    if not is_mail_address(_box(text)):
        raise BadInput(_("nobody is found"), _("write an address: Maria <maria@example.org>"))
    return text.strip()
