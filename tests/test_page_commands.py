"""Every command of a page is understood: on a desk that has what the pages speak of it is done, or finds that such a
ticket, message or file is not there. None is wrong usage, an unknown word of a filter, or a bug."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Never

import pytest
from desks import DESK_FILE, NOW
from otrs_database import on_sqlite

from sdesk.cli.app import run
from sdesk.cli.diagnostics import ExitCode
from sdesk.cli.invocation import Surroundings
from sdesk.desk.opening import open_desk
from sdesk.desk.setup import apply
from sdesk.domain.actor import SYSTEM

DOCS = Path(__file__).parents[1] / "docs"
UNDERSTOOD = {ExitCode.DONE, ExitCode.FAILED, ExitCode.NOT_FOUND, ExitCode.PARTLY, ExitCode.CONFLICT}
ELSEWHERE = re.compile(
    # The console, the portal and the demo have tests of their own; no test touches a crontab, or goes on until
    # interrupted.
    r"(tui|(--config \S+ )?portal|demo|init --(cron|systemd)(?! --print)|(mail fetch|board) --watch|mail pipe)\b"
    r"|--as lead tui"
)
UNFINISHED = re.compile(r"missing|requires an argument|no mail is named")
LETTER = (
    b"From: maria@shop.example\nTo: support@desk.example\nSubject: Till\nMessage-ID: <page@shop.example>\n\nDown.\n"
)
TABLE = "Ticket#,Title,Queue,State,Closed,Comment\n1001,Till,,,,by telephone\n"


def commands() -> Iterator[tuple[str, str]]:
    """Every command line in a block, with the page that has it; of a pipeline what the desk is asked in it."""
    for page in sorted([*(DOCS / "how-to").glob("*.md"), *(DOCS / "explanation").glob("*.md")]):
        text = page.read_text(encoding="utf-8")
        lines = re.findall(r"^ {4}(?:\$ )?(sdesk .*)$", text, re.M)
        for block in re.findall(r"^```(?:sh|console)\n(.*?)^```$", text, re.M | re.S):
            lines += re.findall(r"^(?:\$ )?(sdesk .*)$", block, re.M)
        # In a sentence too, but where a reader puts something in, as FILE.
        lines += re.findall(
            r"`(sdesk [a-z-]+ (?:(?!\b[A-Z]{2,}\b)[^`\n])+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
        )
        for line in dict.fromkeys(lines):
            if ": error: " not in line and not ELSEWHERE.match(line.removeprefix("sdesk ")):
                yield page.stem, line


def text_of(page: str) -> str:
    """A page by its name."""
    (file,) = DOCS.rglob(f"{page}.md")
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def with_a_catalogue(_busy_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The busy desk, with the service that the page about the catalogue describes."""
    path = tmp_path_factory.mktemp("pages") / "desk.db"
    shutil.copy(_busy_template, path)
    desk = open_desk(path)
    service = text_of("offer-a-catalogue").split("```toml\n")[1].split("```")[0]
    apply(desk, f"{DESK_FILE}\n{service}", "desk.toml", actor=SYSTEM, now=NOW)
    desk.close()
    return path


@pytest.fixture
def surroundings(with_a_catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    """A desk with its configuration, a desk file, and the messages and folders that the pages name."""
    store = tmp_path / "sdesk.db"
    shutil.copy(with_a_catalogue, store)
    (tmp_path / "desk.toml").write_text(DESK_FILE, encoding="utf-8")
    (tmp_path / "samples").mkdir()
    for name in ("message.eml", "samples/till.eml", "old.mbox", "problem.eml"):
        (tmp_path / name).write_bytes(LETTER)
    # What the page of moving in says of another system's table, and a line of it.
    moving = text_of("move-in")
    for name, language, place in (("mapping.toml", "toml", 1), ("otrs.toml", "toml", 2), ("tickets.jsonl", "json", 1)):
        (tmp_path / name).write_text(moving.split(f"```{language}\n")[place].split("```")[0], encoding="utf-8")
    on_sqlite(tmp_path / "old-desk.db", later=True)
    (tmp_path / "url").write_text("sqlite:///old-desk.db\n", encoding="utf-8")
    (Path.home() / "otrs" / "var" / "article").mkdir(parents=True)
    (tmp_path / "equipment.csv").write_text("inventory_number,kind,unit\nT-0031,till,flagship\nT-0040,till,\n")
    (tmp_path / "tickets.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "table.csv").write_text(TABLE.replace("Title,Queue,State,Closed", "subject,tags,assignee,unit"))
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    (tmp_path / "config.toml").write_text(
        '[mailboxes.support]\nkind = "maildir"\npath = "mail"\naddresses = ["support@desk.example"]\nteam = "it"\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n',
        encoding="utf-8",
    )
    (Path.home() / "old").mkdir()
    (Path.home() / "exported-mails").mkdir()
    shutil.copytree(tmp_path / "mail", Path.home() / "Maildir")
    for name in ("old/support.mbox", "exported-mails/1.eml"):
        (Path.home() / name).write_bytes(LETTER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SDESK_DB", str(store))
    monkeypatch.setenv("SDESK_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SDESK_AGENT", "anna")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1\n")))

    def never(**_: object) -> Never:
        raise AssertionError("no console was asked for")

    return Surroundings(clock=lambda: NOW, run_console=never, build_demo=never)  # type: ignore[arg-type]


def asked(line: str) -> list[list[str]]:
    """The command lines of a pipeline that are ours, as a shell would take them apart."""
    found: list[list[str]] = [[]]
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>")
    lexer.whitespace_split = True
    for word in lexer:
        if word == "|":
            found.append([])
        elif word == ">":
            break
        else:
            word = str(Path(word).expanduser()) if word.startswith("~") else word
            found[-1] += [str(path) for path in sorted(Path().glob(word))] if "*" in word else [word]
    return [words[1:] for words in found if words[:1] == ["sdesk"]]


def before(words: list[str]) -> list[list[str]]:
    """What a page has its reader do before a command, which is wrong usage without it."""
    if words[:2] == ["db", "restore"] and words[2:]:
        return [["db", "backup", words[2]]]
    if "--asset" in words or "--no-asset" in words:
        return [["asset", "add", "T-0031", "--kind", "till"]]
    if words[:2] == ["list", "--view"] and words[2:]:
        return [["view", "save", words[2], "is:open"]]
    return []


def test_the_pages_have_commands() -> None:
    assert len(list(commands())) > 60


@pytest.mark.parametrize(("page", "line"), list(commands()))
def test_a_command_of_a_page_is_understood(
    page: str, line: str, surroundings: Surroundings, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in asked(line):
        for earlier in before(words):
            assert run(earlier, surroundings) == ExitCode.DONE, capsys.readouterr().err
        capsys.readouterr()
        code = run(words, surroundings)
        said = capsys.readouterr().err
        if "nobody can be asked. add --yes" in said:
            # The reader of the page sits at a terminal, and says so there.
            code = run([*words, "--yes"], surroundings)
            said = capsys.readouterr().err
        assert "a bug in sdesk" not in said, said
        # A sentence may name a command alone.
        named = f"`{line}`" in text_of(page) and UNFINISHED.search(said)
        # A server that nobody started is no fault of the page.
        outside = words[:2] in (["mail", "send"], ["mail", "check"]) or words[0] == "tick"
        if words[0] == "check":
            # Its exit codes are those of a plug-in of Nagios: 3 would say that the line is wrong.
            assert code < 3, said
            continue
        assert code in UNDERSTOOD or named or outside, said
