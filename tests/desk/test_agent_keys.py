"""Agents' keys in the desk file: kept, told of, given back, and gone with the agent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from desks import DESK_FILE, NOW

from sdesk.desk.deskfile.write import write
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply, plan, source_of
from sdesk.domain.actor import SYSTEM
from sdesk.domain.errors import BadInput
from sdesk.store.reader import Reader

ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOjKhQKIV43sXW6jM3teEpG1ypbvxQnOmv/MVfIEihgI"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN8BJwd6ZJM+zSjedD2rINyQbnoUSEdaki92XtBnokvg"


def with_keys(**keys: list[str]) -> str:
    text = DESK_FILE
    for login, lines in keys.items():
        text = text.replace(f"[agents.{login}]\n", f"[agents.{login}]\nkeys = {lines!r}\n".replace("'", '"'))
    return text


def keys_of(path: Path) -> tuple[tuple[str, str], ...]:
    with Reader(path) as reader:
        return reader.login_keys()


def test_keys_come_with_the_file_and_go_with_it(desk_path: Path) -> None:
    desk = open_desk(desk_path)
    text = with_keys(anna=[f"{ONE} anna@laptop", f"{ONE} the same again"], boris=[OTHER])
    apply(desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW)  # with the holidays of this year
    report = plan(desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    assert {change.what: [each.key for each in change.keys] for change in report.changes} == {
        "agent anna": ["keys"],
        "agent boris": ["keys"],
    }
    assert keys_of(desk_path) == ()
    apply(desk, text, "desk.toml", actor=SYSTEM, now=NOW)
    assert keys_of(desk_path) == (("anna", ONE), ("boris", OTHER))
    # What is written back makes the same desk, and changes none.
    assert apply(desk, write(source_of(desk)), "desk.toml", actor=SYSTEM, now=NOW).unchanged
    # Boris leaves; his key may be another's then.
    before, _, after = with_keys(anna=[ONE], olga=[OTHER]).partition("[agents.boris]\n")
    apply(desk, before + after[after.index("[agents.olga]") :], "desk.toml", actor=SYSTEM, now=NOW)
    assert keys_of(desk_path) == (("anna", ONE), ("olga", OTHER))
    apply(desk, DESK_FILE, "desk.toml", actor=SYSTEM, now=NOW)
    assert keys_of(desk_path) == ()
    desk.close()


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"anna": [ONE], "boris": [f"{ONE} boris"]}, "is a key of `anna` already"),
        ({"anna": ["ssh-dss AAAA"]}, "too weak"),
        ({"anna": [f"no-pty {ONE}"]}, "options stand before the key"),
        ({"anna": ["anna"]}, "there is no kind of key"),
    ],
)
def test_a_key_that_cannot_be_is_a_mistake_with_its_place(
    desk_path: Path, keys: dict[str, list[str]], why: str
) -> None:
    desk = open_desk(desk_path)
    with pytest.raises(BadInput, match=why) as refused:
        apply(desk, with_keys(**keys), "desk.toml", actor=SYSTEM, now=NOW)
    assert re.match(r"desk\.toml:[0-9]+: \[agents\.(anna|boris)\] keys: ", str(refused.value))
    desk.close()
