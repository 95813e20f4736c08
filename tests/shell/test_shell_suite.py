"""The shell test suite runs every command there is; its own format is read as its page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell_script import Ended, Script, Step, commands_of, read, transcript

from sdesk.cli.commands import COMMANDS, Noun, Verb

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.test"))


def verbs_of(table: dict[str, Verb | Noun], above: str = "") -> dict[tuple[str, str], str]:
    """Every command, by its function; one that stands in two places has the first name."""
    found: dict[tuple[str, str], str] = {}
    for name, entry in table.items():
        words = f"{above} {name}".strip()
        more = verbs_of(entry.verbs, words) if isinstance(entry, Noun) else {(entry.module, entry.function): words}
        found = {**more, **found}
    return found


def verb_of(words: list[str]) -> Verb | None:
    """The command that the words begin with."""
    table = COMMANDS
    for word in words:
        entry = table.get(word)
        if isinstance(entry, Noun):
            table = entry.verbs
        else:
            return entry
    return None


def test_every_command_is_run() -> None:
    run = set()
    for file in FILES:
        for step in read(file).steps:
            for words in commands_of(step):
                verb = verb_of(words)
                if verb is not None:
                    run.add((verb.module, verb.function))
    missing = [words for key, words in verbs_of(COMMANDS).items() if key not in run]
    assert missing == [], "no file of tests/shell runs these: give each a line with what it prints"


def test_every_surrounding_is_played() -> None:
    """A terminal, root and not, no desk, several zones and languages, closed streams."""
    scripts = [read(file) for file in FILES]
    steps = [step for script in scripts for step in script.steps]
    assert {script.desk for script in scripts} == {"small", "busy", "none"}
    assert any(script.as_user for script in scripts)
    assert any(script.as_root for script in scripts)
    assert sum(step.on_terminal for step in steps) >= 10
    for piece in ("TZ=", "LANG=", "NO_COLOR=", ">&-", "| head -1", "-o ids | sdesk", "chmod a-w home"):
        assert any(piece in step.command for step in steps), piece


def played(text: str, folder: Path, ended: Ended) -> tuple[str, Script]:
    file = folder / "x.test"
    file.write_text(text)
    script = read(file)
    return "\n".join(transcript(script, lambda step: ended)) + "\n", script


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("$ x\n", Ended("", "", 0)),
        ("# why\n\n$ x\n| a\n|\n| b\n! c\n= 3\n", Ended("a\n\nb\n", "c\n", 3)),
        ("$ x\n|~ \\d+ s\n! ...\n! end\n", Ended("12 s\n", "1\n2\nend\n", 0)),
        ("$ x\n| ...\n", Ended("", "", 0)),
        ("$ x\n| a\\\n", Ended("a", "", 0)),
        ("@desk none\n@user\n[pty] $ x\n> y\n< yes\n| a\n", Ended("a\n", "", 0)),
    ],
)
def test_what_fits_is_left_as_it_stands(text: str, ended: Ended, tmp_path: Path) -> None:
    assert played(text, tmp_path, ended)[0] == text


@pytest.mark.parametrize(
    ("text", "ended", "instead"),
    [
        ("$ x\n", Ended("a\n", "", 0), "$ x\n| a\n"),
        ("$ x\n| a\n", Ended("", "a\n", 1), "$ x\n! a\n= 1\n"),
        ("$ x\n|~ \\d+\n", Ended("12 s\n", "", 0), "$ x\n| 12 s\n"),
        ("$ x\n| a\n| ...\n", Ended("b\n", "", 0), "$ x\n| b\n"),
        ("$ x\n| a\n", Ended("a ", "", 0), "$ x\n| a \\\n"),
        ("$ x\n| a\n", Ended("a \n", "", 0), "$ x\n|~ a[ ]{1}\n"),
    ],
)
def test_what_does_not_fit_is_written_as_it_is(text: str, ended: Ended, instead: str, tmp_path: Path) -> None:
    found, _ = played(text, tmp_path, ended)
    assert found == instead
    assert played(found, tmp_path, ended)[0] == found


@pytest.mark.parametrize("text", ["| a\n", "$ x\n\n| a\n", "@desk large\n", "$ x\nsdesk\n"])
def test_what_is_no_file_of_commands_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="line"):
        played(text, tmp_path, Ended("", "", 0))


def test_the_commands_of_a_step() -> None:
    step = Step(1, 'n=$(sdesk new --subject "sdesk | y" -o ids); sdesk list -o ids|sdesk --as anna ticket take - 2>&1')
    found = [verb_of(words) for words in commands_of(step)]
    assert found == [COMMANDS["new"], COMMANDS["list"], COMMANDS["take"]]
