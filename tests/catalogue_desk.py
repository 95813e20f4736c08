"""The small desk with a catalogue: a till that asks for much, a printer for head office, a category and help."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW

from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

TILL = """
category = "Tills"
description = { en = "Where customers pay", ru = "Кассы и сканеры" }
help = { en = "Switch it off,\\nwait a minute.", ru = "Выключите кассу." }
offered_to = ["kind:store", "*@hq.shop.example"]
[[services.till.fields]]
key = "model"
label = { en = "Model", ru = "Модель" }
required = true
pattern = "[A-Z]{2}-[0-9]+"
help = { en = "It stands on the back: AT-55" }
[[services.till.fields]]
key = "since"
label.en = "Broken since"
kind = "date"
required = true
[[services.till.fields]]
key = "part"
label.en = "What is broken"
kind = "choice"
choices = ["Screen", "Scanner"]
[[services.till.fields]]
key = "shop"
label.en = "Shop"
kind = "unit"
[[services.till.fields]]
key = "boss"
label.en = "Whom to call"
kind = "person"
[[services.till.fields]]
key = "photo"
label.en = "Photo"
kind = "file"
[[services.till.fields]]
key = "story"
label.en = "What happened"
multiline = true
[services.printer]"""
PRINTER = """
category = "Office"
offered_to = ["accounting"]
[[services.printer.fields]]
key = "model"
label.en = "Printer"
[services.other]"""
CATALOGUE = DESK_FILE.replace("\n[services.printer]", TILL, 1).replace("\n[services.other]", PRINTER, 1)


_made: list[bytes] = []
"""The small desk with it, once it was made in this process."""


def with_catalogue(path: Path) -> None:
    """Apply it to a fresh store that has the small desk, and that nobody has open."""
    if _made:
        path.write_bytes(_made[0])
        return
    desk = open_desk(path)
    apply(desk, CATALOGUE, "desk.toml", actor=SYSTEM, now=NOW - timedelta(days=300))
    desk.close()
    _made.append(path.read_bytes())


@pytest.fixture
def catalogue(at_desk: Path) -> Path:
    """The command line's desk with it."""
    with_catalogue(at_desk)
    return at_desk
