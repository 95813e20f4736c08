"""Mailboxes as people type them: a name and an address, one or several in a line."""

from __future__ import annotations

import re
from contextlib import suppress

from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mail_address import is_mail_address
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line

_PART = re.compile(r'(?:"[^"]*"|<[^>]*>|[^",;<])+')
"""What stands between two commas or semicolons: those in quotes or angle brackets part nothing."""


def parse_mailbox(text: str) -> Mailbox:
    """`maria@x.example` or `Maria <maria@x.example>` as a person types it; BadInput."""
    match = re.fullmatch(r"\s*(?:(?P<name>[^<>]*?)\s*<(?P<in>[^<>]+)>|(?P<bare>\S+))\s*", text)
    address = (match["in"] or match["bare"]).strip() if match else ""
    if match is None or not is_mail_address(address):
        raise BadInput(
            phrase("`{text}` is no mail address", text=text),
            phrase('write maria@x.example or "Maria <maria@x.example>"'),
        )
    local, _, domain = address.rpartition("@")
    return Mailbox(f"{local}@{domain.lower()}", one_line((match["name"] or "").strip().strip('"')))


def parse_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Several, with commas or semicolons between them, each once; BadInput names the first that is none."""
    found: dict[str, Mailbox] = {}
    for part in _PART.findall(text):
        if part.strip():
            box = parse_mailbox(part)
            found.setdefault(box.address.lower(), box)
    return tuple(found.values())


def whole_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Those of a line that are typed to their end."""
    found = []
    for part in _PART.findall(text):
        with suppress(BadInput):
            found.append(parse_mailbox(part))
    return tuple(found)


def part_at(text: str, at: int) -> tuple[int, int]:
    """From where to where the mailbox reaches that a place in the line is within."""
    start = 0
    for part in _PART.finditer(text):
        if part.end() >= at:
            return max(start, part.start()), part.end()
        start = part.end()
    return at, at


def written(box: Mailbox) -> str:
    """A mailbox as a person would type it; `parse_mailboxes` reads it again."""
    name = one_line(box.name).replace('"', "").replace("<", "").replace(">", "")
    if not name:
        return box.address
    return f'"{name}" <{box.address}>' if re.search("[,;]", name) else f"{name} <{box.address}>"
