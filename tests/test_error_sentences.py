"""The house's style of every sentence that a person reads in an error, held over the whole source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import sdesk
from sdesk.cli.commands import COMMANDS, Noun, Verb

SOURCE = Path(sdesk.__file__).parent
ERRORS = {
    "NotFound",
    "Conflict",
    "Refused",
    "BadInput",
    "Unavailable",
    "StoreLocked",
    "MailServerUnavailable",
    "CallFailed",
}
REFUSALS = {"fail", "wrong", "missing"}
"""Methods that raise BadInput with the sentences they are given."""


@cache
def sentences(path: Path) -> tuple[tuple[int, list[str]], ...]:
    """The line and the pieces of fixed text, one list a sentence, of every sentence that an error is made with."""
    return tuple(spoken(ast.parse(path.read_text(encoding="utf-8"))))


def spoken(tree: ast.Module) -> Iterator[tuple[int, list[str]]]:
    """`sentences` of a file that was read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in ERRORS | REFUSALS:
                for argument in node.args:
                    for whole in branches(argument):
                        yield node.lineno, pieces(whole)


def branches(node: ast.expr) -> Iterator[ast.expr]:
    """Both ways of a condition, or of an `or`."""
    if isinstance(node, ast.IfExp):
        yield from (*branches(node.body), *branches(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from branches(value)
    else:
        yield node


def pieces(node: ast.expr) -> list[str]:
    """The fixed text of a literal, in order; the empty text where something is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
    return []


def begins_large(text: str) -> bool:
    """A capital that begins a word which is neither an acronym nor a placeholder."""
    return text[:1].isupper() and text[1:2].islower()


FILES = sorted(SOURCE.rglob("*.py"))


def test_the_sentences_of_errors_have_one_style() -> None:
    faults = []
    for path in FILES:
        for line, parts in sentences(path):
            whole = "".join(parts)
            wrong = {
                "begins with a capital": parts and begins_large(parts[0]),
                "ends with a full stop": parts and parts[-1].endswith(".") and not parts[-1].endswith(".."),
                "has typographic quotes": set("“”‘’«»") & set(whole),
                "asks": whole.endswith("?") and "did you mean" not in whole,
                "asks for something without its backquotes": (
                    "did you mean" in whole.lower() and "did you mean `" not in whole
                ),
            }
            faults += [f"{path}:{line}: {whole}: {fault}" for fault, found in wrong.items() if found]
    assert faults == []


def test_a_command_that_a_sentence_names_is_one() -> None:
    assert [
        f"{path}:{line}: sdesk {command}"
        for path in FILES
        for line, parts in sentences(path)
        for command in commands_in(parts)
        if not is_command(command)
    ] == []


def commands_in(parts: list[str]) -> list[str]:
    """What stands after `sdesk` in backquotes; `{}` where something is put in."""
    return re.findall(r"`sdesk ([^`]+)`", "".join(part or "{}" for part in parts))


def is_command(text: str) -> bool:
    """Whether the words up to the first argument lead to a command; `{}` stands for every noun that has a list."""
    table: Mapping[str, Verb | Noun] = COMMANDS
    words = text.split()
    while words != ["{}"] and words and not words[0].startswith("-"):
        entry = table.get("team" if words[0] == "{}" else words[0])
        if not isinstance(entry, Noun):
            return entry is not None
        del words[0]
        table = entry.verbs
    return words == ["{}"] or table is COMMANDS


def test_commands_in_sentences_are_found() -> None:
    assert commands_in(["see `sdesk ", "", " list`"]) == ["{} list"]
    right = ["list", "team list", "{} list", "desk apply FILE", "mail quarantine list", "--help"]
    wrong = ["calendar lst", "lst", "team shw", "mail quarantine", "team"]
    assert [text for text in (*right, *wrong) if is_command(text)] == right
    # What `key_of` puts in.
    assert all(is_command(f"{noun} list") for noun in ("agent", "service", "team", "unit"))


def test_the_sentences_are_found() -> None:
    found = [parts for path in FILES for _, parts in sentences(path)]
    assert len(found) > 200
    assert ["the text is empty"] in found
    assert ["", " is no agent of this desk"] not in found
    assert ["`", "", "` is no agent of this desk"] in found


def test_a_sentence_in_another_style_would_be_found() -> None:
    code = 'raise BadInput(f"Unknown {x}", "Did you mean it?" if near else "Write “x”.")'
    assert [parts for _, parts in spoken(ast.parse(code))] == [
        ["Unknown ", ""],
        ["Did you mean it?"],
        ["Write “x”."],
    ]
    assert begins_large("Unknown ")
    assert not begins_large("SQLite")
