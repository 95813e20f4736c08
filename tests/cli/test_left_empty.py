"""What a script leaves empty by mistake means nothing wide: no other store, no other agent, not every ticket."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Sdesk


@pytest.mark.parametrize("option", ["--db", "--config", "--as"])
def test_an_empty_global_option_is_a_mistake(sdesk: Sdesk, at_desk: Path, option: str) -> None:
    for words in ([option, "", "list"], ["list", option, " "], [f"{option}=", "list"]):
        ran = sdesk(*words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"sdesk: error: invalid value for `{option}`: it is empty")


def test_for_a_check_it_is_unknown(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("check", "--db", "")
    assert ran.code == 3
    assert ran.out.startswith("SDESK UNKNOWN")


@pytest.mark.parametrize("words", [["list"], ["past"], ["now"], ["ticket", "export"], ["view", "save", "all"]])
def test_an_empty_word_of_a_filter_is_a_mistake(sdesk: Sdesk, at_desk: Path, words: list[str]) -> None:
    assert sdesk(*words, "").err == (
        "sdesk: error: word 1 of the filter is empty. leave it out, or say what is looked for\n"
    )
    ran = sdesk(*words, "team:it", " ")
    assert (ran.code, ran.out) == (2, "")
    assert "word 2 of the filter is empty" in ran.err


@pytest.mark.parametrize("word", ["*", "???", '"', "-", ",", "not:*"])
def test_a_word_that_would_find_every_ticket_is_a_mistake(sdesk: Sdesk, at_desk: Path, word: str) -> None:
    ran = sdesk("list", word, "-o", "ids")
    assert (ran.code, ran.out) == (2, "")
    assert f"`{word}` has no letter and no digit" in ran.err
    assert "at column 9 of the filter" in sdesk("list", "team:it", word).err


@pytest.mark.parametrize("word", ["508", "SD-508"])
def test_a_number_that_is_no_word_of_any_ticket_is_explained(sdesk: Sdesk, at_desk: Path, word: str) -> None:
    for form in ("tsv", "table", "ids", "json"):
        ran = sdesk("list", word, "-o", form)
        assert ran.code == 0
        assert f"nothing has the word {word}" in ran.err
        assert "`sdesk show 508`, or number:508 in a filter" in ran.err
    assert sdesk("list", "nothing").err == ""


def test_a_number_that_is_a_word_of_a_ticket_is_found_silently(sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("new", "--subject", "Error 508", "--text", "x", "--requester", "a@shop.example").code == 0
    ran = sdesk("list", "508", "-o", "ids")
    assert (ran.out, ran.err) == ("1\n", "")


@pytest.mark.parametrize("word", ["-tag:vip", "-is:stale", "-team:it"])
def test_a_filter_negates_with_a_word_on_the_command_line(sdesk: Sdesk, at_desk: Path, word: str) -> None:
    ran = sdesk("list", word)
    assert ran.code == 2
    assert ran.err == (
        f"sdesk: error: `{word}` is no option. on the command line a filter negates with a word: not:{word[1:]}\n"
    )
    assert "there is no option `--tagg`. did you mean `--team`?" in sdesk("list", "--tagg").err


def test_a_backup_is_no_stream(sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sdesk("db", "backup", "-")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "sdesk: error: a backup is written into a file, not to standard output. name a file, then copy it\n"
    )
    assert not [each.name for each in tmp_path.iterdir() if not each.name.startswith("desk.db")]


def test_a_desk_file_that_could_not_be_written_does_not_stand_in_the_way(
    sdesk: Sdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "dd.toml"

    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        ran = sdesk("desk", "init", str(target))
    assert ran.code == 4
    assert "no space left on device" in ran.err
    assert "room of its disk" in ran.err
    assert not target.exists()
    assert sdesk("desk", "init", str(target)).code == 0
    again = sdesk("desk", "init", str(target))
    assert (again.code, again.err) == (
        1,
        f"sdesk: error: {target} exists already. name another; nothing is overwritten\n",
    )
