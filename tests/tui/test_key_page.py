"""The reference of the keys is what the registry says."""

from __future__ import annotations

import os
from pathlib import Path

from sdesk.actions.written import verbs
from sdesk.tui.actions import COMMANDS
from sdesk.tui.key_page import key_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "keys.md"
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))


def test_the_key_page_is_what_the_registry_says() -> None:
    if WRITE:
        PAGE.write_text(key_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == key_page()


def test_the_key_page_names_every_command() -> None:
    page = key_page()
    for command in COMMANDS:
        assert f"| `{command.id}` |" in page


def test_what_does_an_action_is_called_as_the_action() -> None:
    """`cli.md`: names of actions are the same in the console."""
    for command in COMMANDS:
        if command.verb is not None and not command.keys:
            assert command.written == command.verb.replace("_", "-"), command.id
            assert command.written in verbs()
    page = key_page()
    assert ":relate" not in page
    assert ":leave-incident" not in page
