"""Which commands a session over SSH has: every one is decided upon, and so is every option that names a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from sdesk.cli.commands import COMMANDS, DAILY, Noun, Verb
from sdesk.cli.grammar import is_global, verb_of
from sdesk.cli.ssh_commands import DECIDED, Kept, Served, decision

FILES = ("FILE", "PATH", "FOLDER", "SOURCE", "MAPPING")
BY_STREAMS = {
    "ticket attach add": {"FILE..."},
    "ticket attach get": {"[PATH]"},
    "ticket import": {"[FILE]"},
    "asset import": {"[FILE]"},
    "mail parse": {"[FILE]"},
    "mail test": {"FILE..."},
    "desk plan": {"FILE"},
    "desk apply": {"FILE"},
}
"""What takes `-` alone over SSH; `test_ssh_session` tries each with a path."""


def every(table: Mapping[str, Verb | Noun], before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Verb]]:
    for name, entry in table.items():
        if isinstance(entry, Noun):
            yield from every(entry.verbs, (*before, name))
        elif before != ("ticket",) or name not in DAILY:
            yield (*before, name), entry


def test_every_command_is_decided_upon() -> None:
    there = {" ".join(path) for path, _ in every(COMMANDS)}
    missing = sorted(there - DECIDED.keys())
    assert not missing, f"{missing}: decide in cli/ssh_commands.py whether a session over SSH has it, and say why"
    assert DECIDED.keys() <= there, "a command that is gone is decided upon"
    assert all(each.why for each in DECIDED.values())


def test_what_nobody_decided_is_kept_back() -> None:
    assert isinstance(decision(("new-command",)), Kept)
    assert decision(("ticket", "show")) is decision(("show",))
    assert isinstance(decision(("ticket", "merge")), Served)


@pytest.mark.parametrize(
    "words",
    [
        *("mail fetch", "mail send", "mail pipe", "mail import", "mail check", "import csv", "import otrs"),
        *("desk init", "desk check", "db init", "db migrate", "db backup", "db restore", "db check", "db purge"),
        *(
            "db path",
            "db size",
            "init",
            "demo",
            "tick",
            "completion",
            "doctor",
            "ssh session",
            "ssh setup",
            "sla sweep",
        ),
    ],
)
def test_what_is_the_machines_is_kept_back(words: str) -> None:
    assert isinstance(decision(tuple(words.split())), Kept)


def test_every_option_of_a_file_is_decided_upon() -> None:
    for path, entry in every(COMMANDS):
        words = " ".join(path)
        decided = DECIDED[words]
        if not isinstance(decided, Served):
            continue
        params = [each for each in verb_of(path[-1], entry).params if not is_global(each)]
        known = {name for each in params for name in each.opts}
        assert {*decided.without} <= known, words
        for param in params:
            metavar = param.metavar or ""
            is_path = type(param.type).__name__ == "TyperPath" or any(word in metavar for word in FILES)
            if is_path and not {*param.opts} & {*decided.without}:
                assert metavar in BY_STREAMS.get(words, ()), f"{words} {metavar}: what is it over SSH?"
