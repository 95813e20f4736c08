"""Equipment as a line of a table says it: each field read and checked before the store is asked.

What a line does not say stays as it is; what it says with an empty cell, or null, is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sdesk.domain import line_values
from sdesk.domain.equipment import CheckName, check_names, inventory_number, kind_of, number_key, short_text
from sdesk.domain.errors import BadInput, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import one_line

FIELDS = (
    *("inventory_number", "kind", "name", "model", "serial", "unit", "service", "bought_on", "warranty_until"),
    *("checks", "note", "retired_at"),
)
"""What a line may say, in the order in which an export writes it."""
TEXTS = ("name", "model", "serial", "note")
DAYS = ("bought_on", "warranty_until")
BETWEEN_CHECKS = ";"
"""Between the checks of a cell, and a blank behind it where they are written."""


@dataclass(frozen=True, slots=True)
class AssetLine:
    """What is said of a piece of equipment."""

    number: str
    said: Mapping[str, Any]
    """By field, without the number: texts; None for what is taken away; checks as `CheckName`s; `retired_at` an
    instant. A unit and a service stand by their keys, which the desk knows."""

    @property
    def key(self) -> str:
        """By which it is found."""
        return number_key(self.number)

    @property
    def digest(self) -> str:
        """What another line of the same number says too, if it says the same."""
        return repr(sorted(self.said.items()))


def read_line(raw: Mapping[str, object], *, now: datetime, zone: tzinfo) -> AssetLine:
    """A line as it stands. BadInput names the field, what is wrong with it and the nearest right word."""
    said: dict[str, Any] = {}
    number = ""
    for name, value in raw.items():
        if name not in FIELDS:
            raise unknown_field(name)
        with about(name):
            if name == "inventory_number":
                number = inventory_number("" if value is None else line_values.text_of(name, value))
            else:
                said[name] = _read(name, value, now, zone)
    if not number:
        raise BadInput("it has no inventory number", "give it in the field `inventory_number`")
    return AssetLine(number, said)


def asset_line(number: str, said: Mapping[str, object], *, now: datetime, zone: tzinfo) -> AssetLine:
    """The same of options that somebody typed."""
    return read_line({"inventory_number": number, **said}, now=now, zone=zone)


def unknown_field(name: str) -> BadInput:
    """What to say of a name that no field has."""
    shown = one_line(name)[:80]
    return BadInput(f"there is no field `{shown}`", did_you_mean(shown, FIELDS, f"fields: {', '.join(FIELDS)}"))


def day(name: str, value: object, now: datetime, zone: tzinfo) -> str:
    """A day, as the store has it: written as 2026-11-27 or 27.11.2026. BadInput."""
    try:
        found = line_values.instant(name, value, now, zone)
    except BadInput:
        shown = one_line(str(value))[:80]  # as it was written: a dotted day is turned round on its way
        raise BadInput(f"`{shown}` is no day", "write it as 2026-11-27 or 27.11.2026") from None
    return found.astimezone(zone).date().isoformat()


def checks_of(value: object) -> tuple[CheckName, ...]:
    """Checks: a list, or one text with semicolons between them. BadInput."""
    if isinstance(value, str):
        return check_names(part for part in value.split(BETWEEN_CHECKS) if part.strip())
    if isinstance(value, list):
        return check_names(line_values.text_of("a check", each) for each in value)
    raise BadInput("checks are no list", 'write ["zabbix till-3:*"], or `zabbix till-3:*`')


def cell_of(name: str, value: object) -> str:
    """A field in one cell, as `read_line` reads it again."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"{BETWEEN_CHECKS} ".join(value)
    return str(value)


def _read(name: str, value: object, now: datetime, zone: tzinfo) -> object:
    if name in TEXTS:
        return short_text(name, "" if value is None else line_values.text_of(name, value))
    if name == "kind":
        # Without one there is no column for it on the board.
        return kind_of("" if value is None else line_values.text_of(name, value))
    if name == "checks":
        return () if value is None else checks_of(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _OF_WHAT_MAY_BE_NONE[name](name, value, now, zone)


def _key(name: str, value: object, now: datetime, zone: tzinfo) -> str | None:
    found = line_values.key(name, value)
    return None if found == "none" else found


def _day(name: str, value: object, now: datetime, zone: tzinfo) -> str | None:
    return None if value == "none" else day(name, value, now, zone)


_OF_WHAT_MAY_BE_NONE: Mapping[str, Callable[[str, object, datetime, tzinfo], object]] = {
    "unit": _key,
    "service": _key,
    "bought_on": _day,
    "warranty_until": _day,
    "retired_at": line_values.past_instant,
}
