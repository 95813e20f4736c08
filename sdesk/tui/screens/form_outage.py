"""The forms of outages: from when to when something was down, what part of the turnover, since when it works again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from sdesk.domain.outage import parse_share, percent
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.desk_rows import OutageRow
from sdesk.store.reader.detail_rows import TicketDetail
from sdesk.tui.language import _
from sdesk.tui.render.signals import currency_sign, money_text
from sdesk.tui.screens.form import Form, Values, buttons
from sdesk.tui.screens.forms import Parse, Shown
from sdesk.tui.widgets.field import Field
from sdesk.tui.widgets.picks import Picks

KNOWN = 3
"""How many outages are offered to be set right: the last ones."""


class ConfirmForm(Form):
    """An outage as it was: which, from when to when, what share. Nothing typed: as it is suspected."""

    FIELDS: ClassVar[Mapping[str, str]] = {"down_from": "from", "down_to": "to"}

    def __init__(self, title: str, parse: Parse, shown: Shown) -> None:
        super().__init__(title, hint=_("Ctrl+G Confirm   Tab Next field   Esc Cancel"))
        self._parse, self._shown = parse, shown
        self._known: Sequence[OutageRow] = ()

    def fields(self) -> ComposeResult:
        yield Picks((_("the last one, or the one suspected"),), id="which")
        yield Field(_("Down from"), id="from", placeholder=_("9:10, -2h; empty: as it is"), read=self._when)
        yield Field(_("Down to"), id="to", placeholder=_("empty: it lasts, or as it is"), read=self._when)
        yield Field(
            _("Share"),
            id="share",
            placeholder=_("of the unit's turnover: 0.25 or 25%; empty: as it is"),
            read=lambda text: percent(parse_share(text)),
        )
        with Horizontal(classes="buttons"):
            yield from buttons(_("Confirm"))

    def _when(self, text: str) -> str:
        return self._shown(self._parse(text))

    def on_mount(self) -> None:
        self.query_one("#from", Field).input.focus()

    def fill(self, detail: TicketDetail) -> None:
        """Show which outages the ticket has, when they were read; one is chosen where there are several."""
        self._known = detail.outages[-KNOWN:]
        lines = [outage_line(each, self._shown) for each in self._known]
        picks = self.query_one("#which", Picks)
        picks.offer([*reversed(lines), _("another one")] if lines else [_("a new one: nothing is suspected")])

    def values(self) -> Values | None:
        values: Values = {}
        for id_, name in (("from", "down_from"), ("to", "down_to")):
            if text := self.text_of(id_):
                values[name] = self._parse(text)
        if share := self.text_of("share"):
            values["share"] = parse_share(share)
        place = self.query_one("#which", Picks).chosen
        if self._known and place == len(self._known):
            values["again"] = True
        elif self._known and place:
            values["outage"] = self._known[-1 - place].id
        return values


class RestoredForm(Form):
    """Since when it works again."""

    def __init__(self, title: str, parse: Parse, shown: Shown) -> None:
        super().__init__(title, hint=_("Enter Restored   Esc Cancel"))
        self._parse, self._shown = parse, shown

    def fields(self) -> ComposeResult:
        yield Field(
            _("Since"),
            id="at",
            placeholder=_("empty: now; 10:30, -20m"),
            read=lambda text: self._shown(self._parse(text)),
        )
        with Horizontal(classes="buttons"):
            yield from buttons(_("Restored"))

    def on_mount(self) -> None:
        self.query_one("#at", Field).input.focus()

    def go_on(self) -> None:
        """Enter does it: there is one field."""
        self.action_send()

    def values(self) -> Values | None:
        text = self.text_of("at")
        return {"at": self._parse(text)} if text else {}


def outage_line(outage: OutageRow, shown: Shown) -> str:
    """An outage in one line: from when to when, what it costs, whether it is a fact."""
    until = shown(outage.down_to) if outage.down_to is not None else _("lasts")
    fact = _("confirmed") if outage.confirmed else _("suspected")
    sign = currency_sign(outage.currency)
    money = Decimal(outage.per_hour) if outage.per_hour is not None else None
    amount = f"{money_text(outage.loss_so_far if money is None else money)} {sign}"
    cost = amount if money is None else _("{money}/h").format(money=amount)
    return f"{shown(outage.down_from)} - {until}, {one_line(outage.unit_name)}, {percent(outage.share)}, {cost}, {fact}"
