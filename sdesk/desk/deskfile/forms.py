"""What the fields of a service's form must say together, and what they may and surely do not mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdesk.config.section import shown
from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.sections_of_catalogue import FIELDS
from sdesk.desk.deskfile.trial import first_slow
from sdesk.desk.deskfile.values import DeskFile
from sdesk.domain.catalogue import MOST_FIELDS, FieldKind, anchored
from sdesk.domain.errors import BadInput
from sdesk.domain.offered import EVERYBODY

Values = Mapping[str, Any]

_KIND = "kind:"


def check_forms(tables: Part, services: Values) -> None:
    """Note the mistakes of all forms: a key twice, a choice without choices, a pattern that fits nothing or is slow."""
    patterns: list[tuple[Part, str]] = []
    for key, service in services.items():
        if "fields" in service:
            part = tables.part(key, tables.values[key])
            with tables.reading.noting():
                if len(service["fields"]) > MOST_FIELDS:
                    part.fail("fields", f"{len(service['fields'])} fields are too many", f"at most {MOST_FIELDS}")
            patterns += _form(part, service["fields"])
    slow = first_slow([anchored(pattern) for _, pattern in patterns])
    if slow is not None:
        part, pattern = patterns[slow]
        with tables.reading.noting():
            part.fail(
                "pattern",
                f"the pattern {shown(pattern)} takes for ever in some texts",
                "let no repetition stand within another or beside its like: (a+)+ is a+, and .*.* is .*",
            )


def _form(service: Part, fields: tuple[Values, ...]) -> Iterator[tuple[Part, str]]:
    """Note the mistakes of a form; gives the patterns that are left to be tried."""
    known: set[str] = set()
    for part, field in zip(_parts(service), fields, strict=True):
        key, kind, pattern = field.get("key"), field.get("kind"), field.get("pattern")
        with service.reading.noting():
            if key in known:
                part.fail("key", f"the form has a field `{key}` already", "give each a key of its own")
        if key is not None:
            known.add(key)
        if kind is None:
            continue
        with service.reading.noting():
            if kind is FieldKind.CHOICE and not field.get("choices"):
                if "choices" in part.values:
                    part.fail("choices", "there is nothing to choose", 'list them, as in choices = ["Atol", "Evotor"]')
                part.fail("kind", "a choice has no choices", 'add choices = ["Atol", "Evotor"]')
            _require_different(part, field.get("choices") or ())
        plain = kind is FieldKind.TEXT and not field.get("multiline")
        for name, only, fits in (
            ("choices", 'goes with kind = "choice"', kind is FieldKind.CHOICE),
            ("multiline", 'goes with kind = "text"', kind is FieldKind.TEXT),
            ("pattern", 'goes with kind = "text" on one line', plain),
        ):
            with service.reading.noting():
                if field.get(name) and not fits:
                    part.fail(name, f"{name} {only}", "leave it out")
        if pattern and plain:
            try:
                anchored(pattern)
            except BadInput as error:
                with service.reading.noting():
                    part.fail("pattern", error.what, "write it for the whole answer, without flags as (?i)")
            else:
                yield part, pattern


def _require_different(part: Part, choices: tuple[str, ...]) -> None:
    known: set[str] = set()
    for choice in choices:
        if choice.casefold() in known:
            part.fail("choices", f"`{choice}` is there twice", "letter case is no difference: name each once")
        known.add(choice.casefold())


def _parts(service: Part) -> Iterator[Part]:
    """The fields of a form, as parts of the file."""
    for number, each in enumerate(service.values.get("fields", ()), 1):
        yield FIELDS.nth(service, "fields", each, number)


def doubts_of_services(tables: Part, desk: DeskFile) -> None:
    """Warn of forms that people of the desk's own language cannot read, and of services offered to nobody there is."""
    for key, service in desk.services.items():
        part = tables.part(key, tables.values[key])
        for place, values in ((part, tables.values[key]), *((each, each.values) for each in _parts(part))):
            for name in ("description", "label", "help"):
                if values.get(name) and desk.language not in values[name]:
                    place.warn(name, f"it has no words in `{desk.language}`, the desk's own language")
        for selector in service.offered_to or ():
            if not _means_somebody(selector, desk):
                part.warn("offered_to", f"`{selector}` is no unit of the file, no kind of one, and no mail address")


def _means_somebody(selector: str, desk: DeskFile) -> bool:
    if selector == EVERYBODY or "@" in selector:
        return True
    if selector.startswith(_KIND):
        return any(unit.kind == selector.removeprefix(_KIND) for unit in desk.units.values())
    return selector in desk.units
