"""Every command that a sentence of the program names in backquotes exists, has these options, and works as printed."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import sdesk
from sdesk.cli.commands import COMMANDS, Noun
from sdesk.cli.grammar import build_root

SOURCE = Path(sdesk.__file__).parent
PUT_IN = re.compile(r"\{[^{}]*\}")


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every literal, whole; `PUT` for what is put in."""
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "PUT" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.lineno, PUT_IN.sub("PUT", node.value)


def named() -> Iterator[tuple[str, str]]:
    """Where a command stands, and it."""
    for path in sorted(SOURCE.rglob("*.py")):
        for line, text in texts(ast.parse(path.read_text(encoding="utf-8"))):
            for command in re.findall(r"`sdesk ([^`]+)`", text):
                yield f"{path.relative_to(SOURCE)}:{line}", command


@cache
def _tree() -> tuple[Any, Any]:
    root: Any = build_root()
    return root, root.context_class(root, info_name="sdesk")


def found(words: list[str]) -> tuple[Any, list[str]]:
    """The command of the words, and what stands behind it. LookupError where there is none."""
    command, context = _tree()
    table: Any = COMMANDS
    while isinstance(table, dict) and words and not words[0].startswith("-"):
        # What is put in for a noun: each that is has a list.
        name = "team" if words[0] == "PUT" else words[0]
        if name not in table:
            raise LookupError(f"there is no {name}")
        command = command.get_command(context, name)
        context = command.context_class(command, info_name=name, parent=context)
        entry, words = table[name], words[1:]
        table = entry.verbs if isinstance(entry, Noun) else None
    return command, words


def fault(text: str) -> str:
    """What is wrong with a command as it is printed; empty where nothing is. One that only names a command, or an
    option of it, or what it prints as JSON, need not be whole."""
    if text.split()[0] == "PUT" and text.split()[1:] in ([], ["PUT"]):
        return ""  # a command that is put in: begun drafts, keys, the help
    try:
        words = shlex.split(text)
        if words[0] in ("--db", "--as", "--config"):
            words = words[2:]
        command, left = found(words)
    except (LookupError, ValueError) as error:
        return str(error)
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts) if name[:1] == "-"}
    given: set[str] = set()
    arguments: list[str] = []
    valued = False
    while left:
        flag, equals, _ = left.pop(0).partition("=")
        if flag == "-" or not flag.startswith("-"):
            arguments.append(flag)
        elif flag not in options and flag != "--help":
            return f"it has no option {flag}"
        elif flag != "--help":
            given.add(options[flag].name)
            if not equals and not options[flag].is_flag and left:
                left.pop(0)
                valued = valued or flag != "-o"
    return _lacking(command, given, arguments) if arguments or valued else ""


def _lacking(command: Any, given: set[str], arguments: Sequence[str]) -> str:
    wanted = [each for each in command.params if each.param_type_name == "argument" and each.required]
    if len(arguments) < len(wanted):
        return f"it lacks {wanted[len(arguments)].name}"
    most = sum(each.nargs if each.nargs > 0 else 1000 for each in command.params if each.param_type_name == "argument")
    if len(arguments) > most:
        return f"it does not take {arguments[-1]}"
    options = {each.name: each for each in command.params if each.param_type_name == "option"}
    lacking = [name for name, each in options.items() if each.required and name not in given]
    if "text" in options and "silent" not in options and "text" not in given:
        # Without a terminal nobody is asked for it.
        lacking.append("text")
    return f"it lacks --{lacking[0]}" if lacking else ""


def test_every_command_that_is_named_works_as_it_is_printed() -> None:
    assert [f"{where}: sdesk {text}: {wrong}" for where, text in named() if (wrong := fault(text))] == []


def test_the_commands_are_found() -> None:
    assert len({text for _, text in named()}) > 80
    assert list(texts(ast.parse('f"see `sdesk show {number}`"'))) == [(1, "see `sdesk show PUT`")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("show PUT", ""),
        ("PUT list", ""),
        ("close PUT --silent", ""),
        ("reply --attach", ""),
        ("playbook move", ""),
        ('approve PUT --text "Irina said yes"', ""),
        ("--db FILE db check", ""),
        ("team shw", "there is no shw"),
        ("show PUT --wide", "it has no option --wide"),
        ("approve PUT", "it lacks --text"),
        ("playbook start PUT", "it lacks --date"),
        ("playbook skip PUT --text WHY", "it lacks step"),
        ("undo PUT", "it does not take PUT"),
    ],
)
def test_what_is_wrong_is_seen(text: str, wrong: str) -> None:
    assert fault(text) == wrong
