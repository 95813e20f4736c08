"""How a command ends where something is not there, or is there already: one rule for all (`diagnostics.RULE`)."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from printed_desk import build, ran, surrounded

from sdesk.cli.diagnostics import RULE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk that has something of everything. Nothing here changes it."""
    made = tmp_path_factory.mktemp("codes")
    build(made)
    return made


NUMBERS_AND_ADDRESSES = (
    "show 99999",
    "take 99999",
    "history 99999",
    "show 1 --raw 99999",
    "ticket split 2 --message 99999",
    "ticket attach get 1 99999 -",
    "mail ledger --ticket 99999",
    "mail outbox list --ticket 99999",
    "mail outbox show 99999",
    "mail outbox retry 99999",
    "mail quarantine show 99999",
    "incident accept 99999",
    "person show nobody@nowhere.example",
)
WHAT_IT_IS_ABOUT = (
    "agent show nope",
    "agent away nope --until tomorrow",
    "agent back nope",
    "team show nope",
    "team on-call nope",
    "service show nope",
    "unit show nope",
    "calendar show nope",
    "sla show nope",
    "view show nope",
    "view delete nope",
    "desk template show nope",
)
VALUES_OF_OPTIONS = (
    "now --team nope",
    "who --team nope",
    "ahead --team nope",
    "past --team nope",
    "list --team nope",
    "list team:nope",
    "list assignee:nope",
    "list --view nope",
    "new --subject x --text x --team nope",
    "new --subject x --text x --service nope",
    "new --subject x --text x --unit nope",
    "new --subject x --text x --assignee nope",
    "assign 1 --to nope",
    "assign 1 --to team:nope",
    "ticket set 1 --service nope",
    "agent away boris --until fri --to nope",
    "mail import spool --team nope",
    "mail ledger --mailbox nope",
    "sla due --calendar nope --start 2026-11-23T09:00 --target 1h",
    "show 1 --as nope",
)
CONFIGURATION_AND_FILES = (
    "mail fetch nope",
    "mail check nope",
    "db restore /nope --yes",
    "ticket import /nope",
    "desk plan /nope",
    "desk apply /nope",
    "mail parse /nope",
    "reply 1 --text @/nope",
    "mail check --config /nope",
)
THERE_ALREADY = ("db backup desk.toml", "db init", "desk init desk.toml")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        *((line, 3) for line in (*NUMBERS_AND_ADDRESSES, *WHAT_IT_IS_ABOUT)),
        *((line, 2) for line in (*VALUES_OF_OPTIONS, *CONFIGURATION_AND_FILES)),
        *((line, 1) for line in THERE_ALREADY),
    ],
)
def test_one_rule_says_how_it_ends(folder: Path, line: str, code: int) -> None:
    with surrounded(folder):
        found, out, err = ran(*shlex.split(line))
    assert (found, out) == (code, ""), err
    assert err.startswith("sdesk: error: ")


@pytest.mark.parametrize(
    "line", ["now --team hr", "who --team hr", "ahead --team hr", "past --team hr", "list --team hr", "list team:hr"]
)
def test_that_a_private_team_exists_is_no_secret_and_its_work_is(folder: Path, line: str) -> None:
    with surrounded(folder, "boris"):
        code, out, err = ran(*line.split(), "-o", "json")
        assert (code, err) == (0, "")
        assert "Leave in December" not in out
        assert ran("team", "show", "hr")[0] == 0


def test_the_rule_is_where_one_looks_for_it(folder: Path) -> None:
    with surrounded(folder):
        assert RULE in ran("help", "exit-codes")[1]
