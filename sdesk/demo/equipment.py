"""The demo's equipment: in every shop a till, a card terminal, a printer, a workstation, a router and a camera."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from sdesk.desk.imports.assets import import_assets
from sdesk.desk.opening import Desk
from sdesk.domain.actor import Actor
from sdesk.domain.asset_line import asset_line


class Kind(NamedTuple):
    """What every shop has one of."""

    name: str
    letter: str
    """Its inventory numbers begin with it."""
    models: tuple[str, ...]
    years: int
    """Of warranty."""


KINDS: dict[str, Kind] = {
    "till": Kind("till", "T", ("Shtrih-M 01F", "Atol 91F", "Shtrih-M 01F"), 2),
    "terminal": Kind("terminal", "C", ("Ingenico Move 3500", "PAX S90"), 3),
    "printer": Kind("printer", "P", ("Kyocera P2040", "Brother HL-L2300"), 2),
    "workstation": Kind("workstation", "W", ("Dell OptiPlex 3090", "HP ProDesk 400"), 3),
    "internet": Kind("router", "R", ("MikroTik hEX",), 1),
    "video": Kind("camera", "V", ("Hikvision DS-2CD2143", "Dahua HDW2431"), 2),
}
"""By the service that it carries."""


@cache
def shops() -> tuple[str, ...]:
    """The shops of the demo's desk file that sell something, by key: one opens in three weeks."""
    desk = tomllib.loads((files("sdesk.demo") / "desk.toml").read_text(encoding="utf-8"))
    return tuple(sorted(key for key, unit in desk["units"].items() if unit.get("turnover_per_hour")))


def about(service: str, unit: str) -> tuple[str, ...]:
    """The inventory number of what carries a service in a shop; nothing for what no equipment carries."""
    if service not in KINDS or unit not in shops():
        return ()
    return (_number(KINDS[service], unit),)


def furnish(desk: Desk, actor: Actor, now: datetime) -> None:
    """Write all of it down, as a table that was imported."""
    lines = [asset_line(number, said, now=now, zone=UTC) for number, said in _pieces(now)]
    for outcome in import_assets(desk, actor, lines, now=now):
        if outcome.error is not None:
            raise outcome.error


def _pieces(now: datetime) -> Iterator[tuple[str, dict[str, object]]]:
    for place, unit in enumerate(shops()):
        for service, kind in KINDS.items():
            bought = now - timedelta(days=90 + 37 * place % 700)
            yield (
                _number(kind, unit),
                {
                    "kind": kind.name,
                    "model": kind.models[place % len(kind.models)],
                    "serial": f"{kind.letter}{place:03}{len(unit):02}{place * 7919 % 99991:05}",
                    "unit": unit,
                    "service": service,
                    "bought_on": bought.date().isoformat(),
                    "warranty_until": (bought + timedelta(days=365 * kind.years)).date().isoformat(),
                    "checks": [f"zabbix {kind.name}-{_digits(unit)}:*"],
                },
            )


def _number(kind: Kind, unit: str) -> str:
    return f"{kind.letter}-{_digits(unit)}"


def _digits(unit: str) -> str:
    """`017` of `store-017`; the flagship is the first shop."""
    return unit.rpartition("-")[2] if "-" in unit else "001"
