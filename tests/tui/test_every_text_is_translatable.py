"""No text that a person reads stands in the console's source without going through the catalogue.

A heuristic: a literal that looks like words (two in a row, or one with a capital letter) stands inside a call that
marks it, or is listed here with the reason why it is no text for people.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdesk import tui
from sdesk.tui.drawing import SIGNS

ROOM = Path(tui.__file__).parent
MARKED = {"_", "N_", "NC_", "count_of", "in_context", "phrase", "phrases"}
"""Calls whose literals are in the catalogue."""
FOR_PROGRAMS = {
    *("query_one", "query", "has_class", "add_class", "remove_class", "set_class", "toggle_class", "Binding", "cast"),
    *("compile", "run_action", "getattr", "setattr", "ZoneInfo", "removeprefix", "removesuffix", "RuntimeError"),
    *("AssertionError", "TypeError", "TypeVar", "add_argument", "environ", "startswith", "endswith", "split"),
}
"""Calls whose literals are names for a program: selectors, keys, patterns; and errors that are bugs."""
FOR_PROGRAMS_BY_NAME = {"id", "classes", "name", "topic", "selector", "pattern", "group", "event", "initial", "markup"}
"""Arguments that are such names."""
WORDS = re.compile(r"[A-Za-z]{2,}[ ,:.][ ]*[A-Za-z]{2,}|\b[A-Z][a-z]{2,}|[A-Z]{2,} [A-Z]{2,}")
FILTER = re.compile(r"\b(is|status|due|assignee|team):[a-z0-9]")
"""What is written in the filter language."""

ALLOWED = {
    # Names of what is not ours.
    "Content-Type",
    # Errors that the command line says before the console opens: it speaks English.
    *("there is no theme `", "it is one of ", "the console does not speak `", "the console has no command `"),
    "` to give a key",
    # Keys as they are printed on a keyboard, a command; a view by its key, whose name is marked where it is shown.
    *("Enter", "Esc", "Space", "Tab", "Shift+Tab", "Up", "Down", "Home", "End", "Ctrl+", "sdesk show", "Team", "All"),
    # Kinds of files.
    "txt log md csv tsv json pdf rtf odt ods odp docx xlsx pptx",
    "png jpg jpeg jfif gif webp bmp tif tiff heic heif avif",
    *("mp3 ogg oga opus m4a aac wav flac", "mp4 m4v mov webm mkv avi mpg mpeg 3gp"),
}
FILES_FOR_OTHERS = {
    "key_page.py": "a page of the documentation, which is in English",
    "own_keys.py": "what is wrong with the configuration, said by the command line before the console opens",
}
"""Files whose literals are not looked at, and why."""


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals that stand in no marked call, no docstring, no annotation, and are no name for a program."""
    if isinstance(tree, ast.Call):
        name = tree.func.id if isinstance(tree.func, ast.Name) else getattr(tree.func, "attr", "")
        if name in MARKED:
            return
        yield from texts(tree.func)
        if name not in FOR_PROGRAMS:
            for argument in tree.args:
                yield from texts(argument)
            for keyword in tree.keywords:
                if keyword.arg not in FOR_PROGRAMS_BY_NAME:
                    yield from texts(keyword.value)
    elif isinstance(tree, ast.Dict):
        for value in tree.values:  # keys are names
            yield from texts(value)
    elif isinstance(tree, ast.Compare | ast.Subscript):
        return
    elif isinstance(tree, ast.Constant):
        if isinstance(tree.value, str):
            yield tree.lineno, tree.value
    elif isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    elif isinstance(tree, ast.AnnAssign):
        if tree.value is not None:
            yield from texts(tree.value)
    elif isinstance(tree, ast.arguments):
        for default in (*tree.defaults, *(each for each in tree.kw_defaults if each is not None)):
            yield from texts(default)
    elif isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in (*tree.decorator_list, tree.args, *tree.body):
            yield from texts(part)
    elif isinstance(tree, ast.Assign) and any(
        isinstance(target, ast.Name) and re.fullmatch("BINDINGS|CSS.*|TITLE|AUTO_FOCUS|__all__", target.id)
        for target in tree.targets
    ):
        return
    else:
        for child in ast.iter_child_nodes(tree):
            yield from texts(child)


def unmarked(source: str) -> list[tuple[int, str]]:
    return [
        (line, text)
        for line, text in texts(ast.parse(source))
        if WORDS.search(text)
        and not FILTER.search(text)
        and text.strip() not in {each.strip() for each in ALLOWED}
        and not text.startswith("sdesk.")
    ]


@pytest.mark.parametrize(
    "file",
    sorted(file for file in ROOM.rglob("*.py") if file.name not in FILES_FOR_OTHERS),
    ids=lambda file: str(file.relative_to(ROOM)),
)
def test_every_text_goes_through_the_catalogue(file: Path) -> None:
    found = unmarked(file.read_text(encoding="utf-8"))
    assert found == [], "say it with _(...), or mark it with N_(...)"


def test_the_heuristic_finds_what_it_should() -> None:
    source = '''
def show(self, name):
    """A docstring is none."""
    self.notice("Nothing to do")
    self.notice(f"Copied {name}")
    self.notice(_("Right so"))
    self.notice(_("Right, {name}").format(name=name))
    Button("Send", id="Some id here")
    self.query_one("#Rows of it", List)
'''
    assert unmarked(source) == [(4, "Nothing to do"), (5, "Copied "), (8, "Send")]


def test_nothing_is_put_into_a_text_before_it_is_translated() -> None:
    """An f-string inside a marked call is another text at every run, which no catalogue has."""
    wrong = []
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if isinstance(node, ast.Call) and name in {"_", "N_", "count_of"}:
                wrong += [
                    (file.name, node.lineno)
                    for argument in node.args[: 2 if name == "count_of" else 1]
                    if isinstance(argument, ast.JoinedStr | ast.BinOp)
                ]
    assert wrong == []


def test_signs_become_one_character_of_ascii_each() -> None:
    from rich.cells import cell_len

    for sign, plain in SIGNS.items():
        assert plain.isascii()
        assert len(plain) == 1
        assert cell_len(chr(sign)) == 1, f"{chr(sign)} {sign:x}"
        assert not chr(sign).isalnum()
