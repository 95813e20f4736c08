"""Values in a line of an import, as other systems write them: read and made safe, or BadInput with what is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TypeVar

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.instant import parse_instant, to_rfc3339
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.safe_text import neutralise, one_line

Word = TypeVar("Word", bound=StrEnum)

LONGEST_ID = 200
"""Characters of an external id."""
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
_MOMENT = timedelta(minutes=5)
"""How far the clock of another machine may be ahead: who writes a clock or an end takes it for now at the latest."""


def text_of(name: str, value: object) -> str:
    """A text; a whole number is one too."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise BadInput(f"{name} is no text", "write it between quotes")


def key(name: str, value: object) -> str:
    """A name of the desk file: whether there is such a one, the desk knows."""
    return one_line(text_of(name, value))


def external_id(value: object) -> str:
    """What a ticket is called where it comes from."""
    found = one_line(text_of("external_id", value))
    if not found or len(found) > LONGEST_ID:
        raise BadInput(f"external_id has {len(found)} characters", f"it has 1 to {LONGEST_ID}")
    return found


def subject(value: object) -> str:
    """A subject, on one line."""
    found = one_line(text_of("subject", value))
    if not found:
        raise BadInput("the subject is empty", "write one")
    return found


def long_text(value: object) -> str:
    """A text of several lines, in which nothing commands a terminal."""
    return neutralise(text_of("text", value))


def mailbox(value: object) -> Mailbox:
    """`Name <address>`, an address, or `{"name": ..., "email": ...}` as `show -o json` prints it."""
    if isinstance(value, dict):
        name, address = value.get("name"), value.get("email")
        if not isinstance(address, str) or not (name is None or isinstance(name, str)):
            raise BadInput("who it is wants an email", 'write "Maria <maria@x.example>"')
        box = parse_mailbox(one_line(address))
        return Mailbox(box.address, personal_name(name or ""))
    box = parse_mailbox(one_line(text_of("requester", value)))
    return Mailbox(box.address, personal_name(box.name))


def personal_name(name: str) -> str:
    """A name without what ends one in a mailbox."""
    return one_line(name).replace("<", "").replace(">", "").strip().strip('"').strip()


def word(name: str, words: type[Word]) -> Callable[[object], Word]:
    """Reads one of the words of an enumeration, in any case."""

    def read(value: object) -> Word:
        text = one_line(text_of(name, value))
        known = [word.value for word in words]
        found = next((word for word in known if word.lower() == text.lower()), None)
        if found is None:
            raise BadInput(
                f"there is no {name.replace('_', ' ')} `{text[:80]}`",
                did_you_mean(text[:80], known, f"it is one of {', '.join(known)}"),
            )
        return words(found)

    return read


def words(
    value: object, *, name: str, example: str, most: int, lower: bool = False, parted: str = r"\s,;"
) -> tuple[str, ...]:
    """A list of words, or words with commas or blanks between them (`parted`: with these alone); each once. `example`:
    two of them.
    """
    if not isinstance(value, (str, list)):
        first, second = example.split(",")
        raise BadInput(f"{name} are no list", f'write ["{first}", "{second}"], or `{example}`')
    parts = re.split(f"[{parted}]+", value) if isinstance(value, str) else value
    said = [one_line(text_of(f"one of {name}", part)).strip() for part in parts]
    found = tuple(dict.fromkeys(each.lower() if lower else each for each in said if each))
    if len(found) > most:
        raise BadInput(f"{len(found)} {name} are too many", f"at most {most}")
    return found


def past_instant(name: str, value: object, now: datetime, zone: tzinfo) -> datetime:
    """Of what has happened."""
    found = instant(name, value, now, zone)
    if found > now + _MOMENT:
        raise BadInput(f"{name} is still to come: {to_rfc3339(found)}", "look at the date, and at the clock")
    # As it was written: what `now` came into would be another value at each import.
    return found


def instant(name: str, value: object, now: datetime, zone: tzinfo) -> datetime:
    """A date, or date and time, in the zone of the desk where it names none."""
    text = one_line(text_of(name, value))
    dotted = _DOTTED_DATE.fullmatch(text)
    if dotted is not None:
        day, month, year, time = dotted.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f" {time}" if time else "")
    if _ISO_DATE.fullmatch(text) is None:
        # `-7d` would be another instant at each import.
        raise BadInput(f"`{text[:80]}` is no date", "write it as 2026-11-23T09:30:00Z, 2026-11-23 09:30 or 23.11.2026")
    return parse_instant(text, now=now, zone=zone)
