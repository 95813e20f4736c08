"""Walls: an agent asks for everything, on a desk with tickets that he may not see, and on the same desk without them.

Every answer must be the same to the letter: what is behind a wall looks exactly like what never was, in counts, order,
errors and exit codes too. `tests/walled_questions.py` is the table of what is asked.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from desks import NOW
from printed_desk import LETTER, ran, settled, surrounded
from walled_desk import (
    PLAIN,
    Setting,
    build,
    desk_file,
    drawn,
    dump,
    forget_given,
    hidden_from,
    outsiders,
    without_hidden,
    words_in,
)
from walled_questions import (
    APART,
    CHANGING,
    READING,
    TOLD,
    Asked,
    asked_by,
    entry_of,
    every_command,
    is_whole,
    lines_of,
)

from sdesk.cli.complete_values import source_of
from sdesk.cli.grammar import verb_of
from sdesk.desk.opening import open_desk
from sdesk.desk.outbox.notifications import claim
from sdesk.domain.actor import SYSTEM
from sdesk.domain.ticket import Role

_CONFIG = """
[mailboxes.it]
kind = "maildir"
path = "spool"
addresses = ["it@desk.example"]
team = "it"
[mailboxes.hr]
kind = "maildir"
path = "spool-hr"
addresses = ["hr@desk.example"]
team = "hr"
[smtp]
host = "127.0.0.1"
port = 9
security = "none"
timeout = 1
"""


class Pair(NamedTuple):
    """A desk, and what it would be for an agent if nothing were hidden."""

    login: str
    whole: Path
    """The folder of each."""
    seen: Path
    asked: Asked


def _furnish(folder: Path, setting: Setting, asked: Asked) -> None:
    """The files that commands read, the same on both sides."""
    for spool in ("spool", "spool-hr"):
        for name in ("cur", "new", "tmp"):
            (folder / spool / name).mkdir(parents=True)
    file = desk_file(setting)
    (folder / "config.toml").write_text(_CONFIG)
    (folder / "same.toml").write_text(file)
    (folder / "other.toml").write_text(
        file.replace('mon-fri = ["09:00-18:00"]', 'mon-fri = ["08:00-18:00"]').replace(
            'name = "Printer"', 'name = "Ink"'
        )
    )
    (folder / "letter.eml").write_text(LETTER)
    answer = f"From: X <x@far.example>\nTo: it@desk.example\nIn-Reply-To: <{asked.message_id}>\n"
    (folder / "answer.eml").write_text(f"{answer}Message-ID: <a1@far.example>\nSubject: Re: what\n\nWell?\n")
    numbered = f"From: X <x@far.example>\nTo: it@desk.example\nSubject: [SD-{asked.hid}] what\n"
    (folder / "numbered.eml").write_text(f"{numbered}Message-ID: <a2@far.example>\n\nWell?\n")
    again = f"From: {asked.hid_person}\nTo: it@desk.example\nSubject: {asked.word}\nMessage-ID: <a3@far.example>\n"
    (folder / "again.eml").write_text(f"{again}\nWell?\n")
    (folder / "copy.eml").write_bytes(asked.copy)
    (folder / "old.csv").write_text(
        f"external_id,subject,requester,team\n{asked.old},Paper,nobody@far.example,it\nNEW-3,Ink,nobody@far.example,it\n"
    )
    (folder / "mapping.toml").write_text("")
    (folder / "assets.csv").write_text(
        "inventory_number,kind,unit,service,checks\n"
        f"A-{asked.team},till,flagship,{asked.service},nagios {asked.team}:*\n"
        f"A-more,till,flagship,{asked.formed},nagios {asked.team}:two\n"
    )
    (folder / "new.csv").write_text(
        f"external_id,subject,requester,team\nNEW-1,Paper,{asked.hid_person},it\nNEW-2,Ink,nobody@far.example,it\n"
    )


def _pair(folder: Path, store: Path, setting: Setting, login: str) -> Pair:
    hidden = hidden_from(store, login)
    asked = asked_by(store, login, hidden)
    # Names of one length: some lines are broken by it.
    whole, seen = folder / login / "whole", folder / login / "other"
    for each in (whole, seen):
        each.mkdir(parents=True)
        _furnish(each, setting, asked)
    shutil.copy(store, whole / "desk.db")
    forget_given(whole / "desk.db", login)
    without_hidden(store, seen / "desk.db", login)
    return Pair(login, whole, seen, asked)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plain desk's store, built once."""
    path = tmp_path_factory.mktemp("walls") / "desk.db"
    build(path)
    return path


def _answer(folder: Path, login: str, line: str) -> str:
    """What a command line prints, and how it ends; the last one of several."""
    said = ""
    with surrounded(folder, login):
        for each in line.split(" ; "):
            words, _, file = each.partition(" < ")
            stdin = (folder / file).read_text() if file else ""
            code, out, err = ran(*shlex.split(words), at=NOW, stdin=stdin)
            said = f"{out}--\n{err}--\n{code}"
    return settled(said, folder)


def _told_apart(pair: Pair, lines: Iterable[str], *, fresh: bool = False) -> Iterator[str]:
    """The lines whose answers differ, with the first place where they do."""
    for line in lines:
        filled = line.format(**pair.asked._asdict())
        if fresh:
            kept = [(each / "desk.db").read_bytes() for each in (pair.whole, pair.seen)]
        whole, seen = (_answer(folder, pair.login, filled) for folder in (pair.whole, pair.seen))
        if fresh:
            for folder, content in zip((pair.whole, pair.seen), kept, strict=True):
                for each in folder.glob("desk.db*"):
                    each.unlink()
                (folder / "desk.db").write_bytes(content)
        if whole != seen:
            pairs = zip(whole.splitlines(), seen.splitlines(), strict=False)
            one, other = next(((one, other) for one, other in pairs if one != other), (whole, seen))
            yield f"{pair.login}: {filled}\n    whole: {one}\n    seen:  {other}"


def _reading(*formats: str) -> Iterator[str]:
    """Every line that reads, in these formats; empty: in the one that a pipe gets."""
    for command, lines in READING.items():
        for line in lines_of(command, lines):
            if " -o " in line or line.endswith(("--raw", " -")) or command in SILENT:
                yield line
            else:
                yield from (f"{line} -o {wished}" if wished else line for wished in formats)


SILENT = {words for words in READING if not entry_of(words).prints}
"""They print no rows: `-o` means nothing to them."""


def _completions() -> Iterator[str]:
    """What a shell asks while somebody types: once for each place where values come from, for several beginnings."""
    known = set()
    for words in every_command():
        path = tuple(words.split())
        for param in verb_of(path[-1], entry_of(words)).params:
            wish = str(param.name).endswith("_wish")
            source = None if wish else source_of(param.metavar, str(param.name), path)
            if source is None or source in known:
                continue
            known.add(source)
            before = "" if param.param_type_name == "argument" else f" {max(param.opts, key=len)}"
            for typed in ("''", "zq"):
                yield f"_complete zsh {words}{before} {typed}"
    for field in ("requester", "tag", "team", "assignee", "watch", "service", "unit"):
        yield f"_complete bash 'sdesk list {field}:' '' 9"
        yield f"_complete zsh list {field}:"


def test_every_command_is_asked() -> None:
    known = {name.removesuffix(" --list").removesuffix(" --take") for name in (*READING, *CHANGING, *APART)}
    missing = [name for name in every_command() if name not in known]
    assert not missing, f"{missing}: say in tests/walled_questions.py what is asked of it"
    assert not known - set(every_command())
    asked = [line for table in (READING, CHANGING) for lines in table.values() for line in lines]
    assert not TOLD.keys() - set(asked)


def test_what_is_read_is_the_same_without_what_is_hidden(store: Path, tmp_path: Path) -> None:
    pair = _pair(tmp_path, store, PLAIN, "boris")
    secrets = words_in(dump(pair.whole / "desk.db")) - words_in(dump(pair.seen / "desk.db"))
    assert len(secrets) > 50
    assert is_whole(pair.asked)
    found = list(_told_apart(pair, _reading("json")))
    assert not found, "\n".join(found)
    # Who may know is told, by the same questions: there is something to hide.
    told = {line: words_in(_answer(pair.whole, "audra", line.format(**pair.asked._asdict()))) for line in TELLING}
    assert not [line for line, words in told.items() if not words & secrets]


TELLING = (
    *("list", "show {hid}", "history {hid}", "ticket export --with messages", "list {word}", "list tag:{tag}"),
    *("mail ledger", "mail outbox list", "mail quarantine list", "person list", "now -o json", "who -o json"),
    *("why {hid}", "_complete zsh show ''", "_complete zsh list tag:", "asset show A-{team} -o table", "list {model}"),
    *("list form:model:{model}", "list {comment}", "person list --unhappy", "show {hid_asked}"),
    "person show {hid_person}",
)


def test_what_is_changed_is_the_same_without_what_is_hidden(store: Path, tmp_path: Path) -> None:
    pair = _pair(tmp_path, store, PLAIN, "boris")
    found = list(_told_apart(pair, _changing(), fresh=True))
    assert not found, "\n".join(found)


def _changing() -> Iterator[str]:
    return (line for lines in CHANGING.values() for line in lines if line not in TOLD)


def test_nobody_is_told_of_what_he_may_not_see(store: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(store, tmp_path / "desk.db"))
    told: dict[str, set[int | None]] = {}
    desk = open_desk(path, durable=False)
    with desk.work(SYSTEM, NOW + timedelta(hours=1)) as work:
        for login, agent_id in work.rules.agent_keys.items():
            batch = claim(work, agent_id)
            told[login] = set() if batch is None else {each.number for each in batch.notices}
    desk.close()
    hidden = {login: set(hidden_from(store, login)) for login in PLAIN.agents}
    assert not [
        login for login, (role, _) in PLAIN.agents.items() if role is not Role.ADMIN and told[login] & hidden[login]
    ]
    assert told["olga"] & hidden["boris"]
    assert told["boris"]


def test_an_auditor_changes_nothing(store: Path, tmp_path: Path) -> None:
    pair = _pair(tmp_path, store, PLAIN, "boris")
    before = dump(pair.whole / "desk.db")
    for command, lines in CHANGING.items():
        # What is his own he may keep; what the desk does on the whole, and what a mail server hands over, nobody does.
        if entry_of(command).whole or command in ("view save", "mail pipe"):
            continue
        # He sees what is hidden from others: one ticket is as good as another.
        for line in (each for each in lines if "{hid" not in each or each == lines[0]):
            last = line.rpartition(" ; ")[2]
            said = _answer(pair.whole, "audra", last.format(**pair.asked._asdict()))
            assert dump(pair.whole / "desk.db") == before, (line, said)


@pytest.mark.parametrize("line", TOLD)
def test_a_name_that_a_desk_can_give_but_once_is_taken_and_no_more_is_said(
    store: Path, tmp_path: Path, line: str
) -> None:
    pair = _pair(tmp_path, store, PLAIN, "boris")
    assert list(_told_apart(pair, [line], fresh=True))
    secrets = words_in(dump(pair.whole / "desk.db")) - words_in(dump(pair.seen / "desk.db"))
    said = _answer(pair.whole, "boris", line.format(**pair.asked._asdict()))
    # But for the name that he gave himself.
    assert not (words_in(said) & secrets) - {pair.asked.old}
    assert f"SD-{pair.asked.hid}" not in said


def test_what_a_shell_completes_is_the_same_without_what_is_hidden(store: Path, tmp_path: Path) -> None:
    pair = _pair(tmp_path, store, PLAIN, "boris")
    found = list(_told_apart(pair, _completions()))
    assert not found, "\n".join(found)


@pytest.mark.endurance
@pytest.mark.parametrize("seed", range(5))
def test_any_desk_says_the_same_to_any_outsider(tmp_path: Path, seed: int) -> None:
    setting = drawn(Random(seed))
    path = tmp_path / "any.db"
    build(path, setting, seed=seed, tickets=28, deeds=220)
    found: list[str] = []
    for login in outsiders(setting)[:2]:
        pair = _pair(tmp_path, path, setting, login)
        found += _told_apart(pair, _reading("", "json", "table"))
        found += _told_apart(pair, _completions())
        found += _told_apart(pair, _changing(), fresh=True)
    assert not found, "\n".join(found)
