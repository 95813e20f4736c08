"""`asset`: equipment by its inventory number, listed, shown whole, written down, changed and taken out of use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.changing import alter
from sdesk.cli.invocation import Invocation
from sdesk.cli.json_ticket import money
from sdesk.cli.options import DryRun, Limit, an_option, cut_of
from sdesk.cli.sheet import DRY_RUN, Column, Eyes, Field, Sheet
from sdesk.cli.whole import Fact, fields_of, listed, print_whole, ticket_line
from sdesk.domain.duration import format_duration
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day
from sdesk.domain.kinds import ANYTHING, DAY, FLAG, INSTANT, MONEY, NUMBER, TEXT, many, maybe, thing
from sdesk.store.reader.asset_detail import AssetDetail, CheckRow
from sdesk.store.reader.assets import AssetQuery, AssetRow, ChangeRow
from sdesk.store.reader.rows import TicketRow

if TYPE_CHECKING:
    from sdesk.desk.assets import AssetDone
    from sdesk.domain.asset_line import AssetLine


class _Asset(NamedTuple):
    detail: AssetDetail
    asset: AssetRow
    tickets: tuple[TicketRow, ...]


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


ASSETS: Sheet[AssetRow] = Sheet(
    fields=(
        Field("inventory_number", lambda row: row.number, kind=TEXT),
        Field("kind", lambda row: row.kind, kind=TEXT),
        Field("name", lambda row: row.name, kind=TEXT),
        Field("model", lambda row: row.model, kind=TEXT),
        Field("serial", lambda row: row.serial, kind=TEXT),
        Field("unit", lambda row: row.unit, kind=maybe(TEXT)),
        Field("unit_name", lambda row: row.unit_name, kind=maybe(TEXT)),
        Field("service", lambda row: row.service, kind=maybe(TEXT)),
        Field("service_name", lambda row: row.service_name, kind=maybe(TEXT)),
        Field("bought_on", lambda row: _day(row.bought_on), kind=maybe(DAY)),
        Field("warranty_until", lambda row: _day(row.warranty_until), kind=maybe(DAY)),
        Field("checks", lambda row: list(row.checks), kind=many(TEXT)),
        Field("note", lambda row: row.note, kind=TEXT),
        Field("created_at", lambda row: row.created_at, kind=INSTANT),
        Field("updated_at", lambda row: row.updated_at, kind=INSTANT),
        Field("retired_at", lambda row: row.retired_at, kind=maybe(INSTANT)),
    ),
    columns=(
        Column("NUMBER", lambda row, eyes: row.number),
        Column("KIND", lambda row, eyes: row.kind),
        Column("NAME", lambda row, eyes: row.name, cut=True, optional=True),
        Column("MODEL", lambda row, eyes: row.model, cut=True, optional=True),
        Column("SERIAL", lambda row, eyes: row.serial, spare=True, optional=True),
        Column("UNIT", lambda row, eyes: row.unit_name or row.unit or "", cut=True),
        Column("SERVICE", lambda row, eyes: row.service or "", spare=True, optional=True),
        Column("WARRANTY", lambda row, eyes: _day(row.warranty_until) or "", optional=True),
        Column("RETIRED", lambda row, eyes: eyes.local(row.retired_at), optional=True),
    ),
)

_CHECK = thing({"source": TEXT, "key": TEXT, "state": TEXT, "last_at": INSTANT, "ticket": NUMBER})
_CHANGE = thing({"at": INSTANT, "actor": TEXT, "event": TEXT, "fields": ANYTHING})

ASSET: Sheet[_Asset] = Sheet(
    fields=(
        *fields_of(ASSETS, "asset"),
        Field("tickets", lambda row: [each.number for each in row.tickets], kind=many(NUMBER)),
        Field("open_tickets", lambda row: row.detail.open_tickets, kind=NUMBER),
        Field("all_tickets", lambda row: row.detail.all_tickets, kind=NUMBER),
        Field("loss", lambda row: money(row.detail.loss), kind=MONEY),
        Field("currency", lambda row: row.detail.currency, kind=TEXT),
        Field("time_spent", lambda row: row.detail.time_spent, kind=NUMBER),
        Field("events", lambda row: [_check(each) for each in row.detail.checks], kind=many(_CHECK)),
        Field("changes", lambda row: [_change(each) for each in row.detail.changes], kind=many(_CHANGE)),
    ),
    columns=(),
)

DONE: Sheet[AssetDone] = Sheet(
    fields=(
        Field("inventory_number", lambda row: row.number, kind=TEXT),
        Field("changed", lambda row: row.changed, kind=FLAG),
        Field("sentence", lambda row: str(row.sentence), kind=TEXT),
        DRY_RUN,
    ),
    columns=(Column("WHAT", lambda row, eyes: str(row.sentence), wrap=True),),
)


def _check(row: CheckRow) -> dict[str, Any]:
    from sdesk.domain.instant import to_rfc3339

    return {
        "source": row.source,
        "key": row.key,
        "state": row.state,
        "last_at": to_rfc3339(row.last_at),
        "ticket": row.number,
    }


def _change(row: ChangeRow) -> dict[str, Any]:
    from sdesk.domain.instant import to_rfc3339

    return {
        "at": to_rfc3339(row.at),
        "actor": row.actor,
        "event": row.event,
        "fields": {name: {"old": old, "new": new} for name, (old, new) in row.fields.items()},
    }


Inventory = Annotated[
    str, typer.Argument(metavar="INVENTORY", help="the number, whatever its letters' case", show_default=False)
]


def asset_list(
    ctx: typer.Context,
    unit: Annotated[str | None, an_option("--unit", "KEY", "where it stands; none: in no unit")] = None,
    kind: Annotated[str | None, an_option("--kind", "KIND", "what it is, as till")] = None,
    service: Annotated[str | None, an_option("--service", "KEY", "what it carries; none: nothing")] = None,
    warranty: Annotated[
        str | None,
        an_option("--warranty", "RANGE", "when it ends: ..30d within thirty days, 2026-01-01..2026-12-31"),
    ] = None,
    search: Annotated[
        str | None, an_option("--search", "WORDS", "parts of a number, a name, a model or a serial number")
    ] = None,
    retired: Annotated[bool, typer.Option("--retired", help="what is out of use")] = False,
    limit: Limit = 50,
) -> None:
    """Print equipment, by inventory number.

    Examples:
      sdesk asset list --unit flagship
      sdesk asset list --kind till --warranty ..30d
      sdesk asset list --search "epson 4711" -o json
      sdesk asset list --retired --limit 0
    """
    call = invocation.of(ctx)
    _ = call.actor
    first, last = (None, None) if warranty is None else _days(call, warranty)
    query = AssetQuery(unit, kind, service, search or "", first, last, retired)
    call.output.limited(lambda most: call.reader.assets(query._replace(limit=most)), ASSETS, cut_of(ctx, limit))


def _days(call: Invocation, text: str) -> tuple[date | None, date | None]:
    """A range of days: both ends, or one of them; `..30d` begins today. BadInput."""
    low, dots, high = text.partition("..")
    if not dots:
        raise BadInput(f"--warranty wants a range, not `{text}`", "write ..30d, or 2026-01-01..2026-12-31")
    today = call.now.astimezone(call.zone).date()
    first = _day_of(call, low) if low else today if high else None
    last = _day_of(call, high) if high else None
    if first is not None and last is not None and last < first:
        if not low:
            return None, last
        raise BadInput(f"the range `{text}` runs backwards", "write the earlier day first")
    return first, last


def _day_of(call: Invocation, text: str) -> date:
    found = call.until(text)
    return found.date if isinstance(found, Day) else found.astimezone(call.zone).date()


def asset_show(ctx: typer.Context, number: Inventory) -> None:
    """Print a piece of equipment whole: its tickets and their loss, its checks, and what was changed of it.

    Examples:
      sdesk asset show T-0031
      sdesk asset show T-0031 -o json
    """
    call = invocation.of(ctx)
    found = call.reader.asset(call.actor, number, now=call.now)
    rows = call.reader.rows(call.actor, found.tickets, now=call.now)
    tickets = tuple(rows[each] for each in found.tickets if each in rows)
    print_whole(call, _Asset(found, found.asset, tickets), ASSET, _facts)


def _facts(row: _Asset, eyes: Eyes) -> Iterator[Fact]:
    asset, detail = row.asset, row.detail
    yield "Equipment", " ".join(filter(None, (asset.number, asset.kind, asset.name)))
    yield "Model", asset.model
    yield "Serial", asset.serial
    yield "Unit", "in no unit" if asset.unit is None else f"{asset.unit}: {asset.unit_name}"
    yield "Service", "" if asset.service is None else f"{asset.service}: {asset.service_name}"
    yield "Bought", _day(asset.bought_on) or ""
    yield "Warranty", "" if asset.warranty_until is None else f"until {asset.warranty_until}"
    yield "Note", asset.note
    yield "Out of use", "" if asset.retired_at is None else f"since {eyes.local(asset.retired_at)}"
    yield "Tickets", f"{detail.all_tickets}, {detail.open_tickets} of them open"
    yield from listed("", map(ticket_line, row.tickets[:_SHOWN]))
    cost = [f"{detail.loss:,.0f} {detail.currency}".replace(",", " ")] if detail.loss else []
    if detail.time_spent:
        cost.append(f"{format_duration(detail.time_spent)} of work")
    yield "Cost", ", ".join(cost)
    yield from listed("Checks", asset.checks)
    prefix = detail.prefix
    yield from listed(
        "Events",
        (
            f"{each.source} {each.key} is {each.state}, last told {eyes.local(each.last_at)} ({prefix}-{each.number})"
            for each in detail.checks
        ),
    )
    yield from listed("History", (_told(each, eyes) for each in reversed(detail.changes[-_SHOWN:])))


_SHOWN = 10
"""Tickets and changes that eyes get: all are in `-o json`."""


def _told(row: ChangeRow, eyes: Eyes) -> str:
    changes = ", ".join(
        f"{name.replace('_', ' ')} {new if old in (None, '') else f'{old} -> {new or None}'}"
        for name, (old, new) in row.fields.items()
        if row.event == "changed"
    )
    return " ".join(filter(None, (eyes.local(row.at), row.actor, row.event, changes)))


Kind = Annotated[str | None, an_option("--kind", "KIND", "what it is, a word: till, workstation, printer")]
Name = Annotated[str | None, an_option("--name", "TEXT", "what people call it")]
Model = Annotated[str | None, an_option("--model", "TEXT", "make and model, as 'Epson TM-T88'")]
Serial = Annotated[str | None, an_option("--serial", "TEXT", "the maker's serial number")]
Unit = Annotated[str | None, an_option("--unit", "KEY", "where it stands; none: in no unit")]
Service = Annotated[str | None, an_option("--service", "KEY", "what it carries; none: nothing")]
Bought = Annotated[str | None, an_option("--bought", "DAY", "when it was bought, as 2026-11-27; none takes it away")]
Warranty = Annotated[
    str | None, an_option("--warranty", "DAY", "the last day of it, as 2028-11-26; none takes it away")
]
Note = Annotated[str | None, an_option("--note", "TEXT", "in one line")]
Check = Annotated[
    list[str] | None,
    an_option("--check", "CHECK", "what watches it, as 'zabbix till-3:ping', or 'zabbix till-3:*'; may be repeated"),
]


def asset_add(
    ctx: typer.Context,
    number: Inventory,
    kind: Annotated[str, an_option("--kind", "KIND", "what it is, a word: till, workstation, printer")],
    name: Name = None,
    model: Model = None,
    serial: Serial = None,
    unit: Unit = None,
    service: Service = None,
    bought: Bought = None,
    warranty: Warranty = None,
    check: Check = None,
    note: Note = None,
    dry_run: DryRun = False,
) -> None:
    """Write down a new piece of equipment.

    Examples:
      sdesk asset add T-0031 --kind till --unit flagship --service till
      sdesk asset add P-0007 --kind printer --model "Epson TM-T88" --warranty 2028-11-26 --check "zabbix prn-7:*"
    """
    call = invocation.of(ctx)
    line = _line(call, number, kind, name, model, serial, unit, service, bought, warranty, note, check)
    from sdesk.desk.assets import add_asset

    alter(call, DONE, lambda work: add_asset(work, line), dry_run=dry_run)


def asset_set(
    ctx: typer.Context,
    number: Inventory,
    kind: Kind = None,
    name: Name = None,
    model: Model = None,
    serial: Serial = None,
    unit: Unit = None,
    service: Service = None,
    bought: Bought = None,
    warranty: Warranty = None,
    check: Check = None,
    no_check: Annotated[
        list[str] | None, an_option("--no-check", "CHECK", "what watches it no more; may be repeated")
    ] = None,
    note: Note = None,
    dry_run: DryRun = False,
) -> None:
    """Change what is written down of a piece of equipment: move it, say what it carries and what watches it.

    Examples:
      sdesk asset set T-0031 --unit flagship
      sdesk asset set T-0031 --service till --check "zabbix till-3:*"
      sdesk asset set T-0031 --no-check "zabbix till-3:*" --unit none
    """
    call = invocation.of(ctx)
    line = _line(call, number, kind, name, model, serial, unit, service, bought, warranty, note, None)
    from sdesk.desk.assets import set_asset
    from sdesk.domain.equipment import check_names

    more, fewer = check_names(check or ()), check_names(no_check or ())
    alter(call, DONE, lambda work: set_asset(work, line, checks=more, no_checks=fewer), dry_run=dry_run)


def _line(
    call: Invocation,
    number: str,
    kind: str | None,
    name: str | None,
    model: str | None,
    serial: str | None,
    unit: str | None,
    service: str | None,
    bought: str | None,
    warranty: str | None,
    note: str | None,
    check: list[str] | None,
) -> AssetLine:
    from sdesk.domain.asset_line import asset_line

    said: dict[str, object] = {
        "kind": kind,
        "name": name,
        "model": model,
        "serial": serial,
        "unit": unit,
        "service": service,
        "bought_on": bought,
        "warranty_until": warranty,
        "note": note,
        "checks": list(check) if check else None,
    }
    given = {field: value for field, value in said.items() if value is not None}
    return asset_line(number, given, now=call.now, zone=call.zone)


def asset_retire(
    ctx: typer.Context,
    number: Inventory,
    back: Annotated[bool, typer.Option("--back", help="it is in use again")] = False,
    dry_run: DryRun = False,
) -> None:
    """Take a piece of equipment out of use. It stays for what was: tickets, losses, history.

    Examples:
      sdesk asset retire T-0031
      sdesk asset retire T-0031 --back
    """
    call = invocation.of(ctx)
    from sdesk.desk.assets import retire_asset

    alter(call, DONE, lambda work: retire_asset(work, number, back=back), dry_run=dry_run)
