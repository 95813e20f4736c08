"""The desk's own work is none for an agent from before a wall: what it says is of everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Sdesk
from walled_questions import APART, CHANGING, READING, entry_of, every_command

from sdesk.cli.ssh_commands import DECIDED, Kept, Served, decision
from sdesk.domain.ticket import Role

WHOLE = [words for words in every_command() if entry_of(words).whole]
_MORE = {
    "mail import": "x.mbox --team it",
    "db backup": "copy.db",
    "db restore": "x.db --yes",
    "db purge": "--older 1y",
}


def test_it_is_what_tells_of_all() -> None:
    assert set(WHOLE) == {
        *(f"db {verb}" for verb in ("migrate", "backup", "restore", "check", "size", "purge")),
        *(f"mail {verb}" for verb in ("fetch", "send", "import", "check")),
        *("sla sweep", "tick"),
    }


@pytest.mark.parametrize("words", WHOLE)
def test_who_is_named_and_has_a_wall_before_him_is_refused(sdesk: Sdesk, at_desk: Path, words: str) -> None:
    ran = sdesk("--as", "boris", *words.split(), *_MORE.get(words, "").split())
    assert (ran.code, ran.out) == (1, "")
    assert f"`sdesk {words}` is of the whole desk, and `boris` does not see all of it" in ran.err


@pytest.mark.parametrize("words", WHOLE)
def test_it_is_not_served_over_ssh(words: str) -> None:
    assert isinstance(decision(tuple(words.split())), Kept)


def test_what_is_served_over_ssh_is_asked_across_walls() -> None:
    """Or it is for those alone who see over all walls, or knows nothing of the store."""
    asked = {name.removesuffix(" --list").removesuffix(" --take") for name in (*READING, *CHANGING)}
    served = {words for words, each in DECIDED.items() if isinstance(each, Served)}
    assert served - asked == {*_SAYING, "tui"}
    assert served & APART.keys() == {*_SAYING, "tui"}
    for words in served:
        found = decision(tuple(words.split()))
        assert isinstance(found, Served)
        if found.roles is not None:
            assert found.roles <= {Role.ADMIN, Role.AUDITOR}, words


_SAYING = ("help", "version", "schema", "playbook example")


def test_who_sees_all_or_names_nobody_may(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ticket" in sdesk("db", "size").out
    monkeypatch.delenv("SDESK_AGENT")
    # Cron, under whatever login.
    monkeypatch.setenv("LOGNAME", "boris")
    assert "ticket" in sdesk("db", "size").out
    # Whom the desk does not know is told so by the commands that ask for an agent.
    assert sdesk("--as", "nobody", "db", "size").code == 0
    monkeypatch.setenv("SDESK_DB", str(at_desk.with_name("none.db")))
    assert "there is no" in sdesk("--as", "boris", "db", "size").err


def test_without_a_private_team_there_is_no_wall(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(sdesk("desk", "export").out.replace("private = true", "private = false"))
    assert sdesk("desk", "apply", str(file)).code == 0
    assert sdesk("--as", "boris", "db", "size").code == 0
