"""What TAB offers: from the table of commands, the command's own options, and the desk as the agent sees it."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from command_line import Sdesk
from printed_desk import READINGS, build, ran, surrounded

from sdesk.cli.commands import COMMANDS, Noun
from sdesk.cli.complete_bash import split
from sdesk.cli.complete_values import source_of
from sdesk.cli.grammar import build_root
from sdesk.domain.filter_fields import FIELDS


class Doubles(Protocol):
    """The clock of the command line in this process."""

    now: datetime


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The desk that has something of everything. Nothing here changes it."""
    made = tmp_path_factory.mktemp("completed")
    build(made)
    return made


def offered(folder: Path, line: str, *, agent: str = "anna") -> dict[str, str]:
    """What is offered for the last word of a line, each with what is said beside it."""
    with surrounded(folder, agent):
        code, out, err = ran("_complete", "fish", *line.split(" "))
    assert (code, err) == (0, "")
    kind, *lines = out.splitlines()
    assert kind == "words"
    return {word[1:]: about for word, _, about in (each.partition("\t") for each in lines)}


def test_commands_come_from_their_table(folder: Path) -> None:
    assert list(offered(folder, "")) == list(COMMANDS)
    assert list(offered(folder, "mail quarantine ")) == ["list", "show", "retry", "discard"]
    assert offered(folder, "mail led") == {"ledger": "print the messages that the desk saw, newest first"}
    assert list(offered(folder, "--as boris ticket at")) == ["attach"]
    assert offered(folder, "nonsense ") == {}


def test_options_are_the_commands_own_and_are_offered_once(folder: Path) -> None:
    found = offered(folder, "wait 1 --")
    assert {"--for", "--until", "--text", "--dry-run", "--as", "--output"} <= set(found)
    assert found["--for"] == "requester, supplier or date"
    assert "--for" not in offered(folder, "wait 1 --for date --")
    assert "--tag" in offered(folder, "new --tag x --"), "it may be repeated"
    assert "--output" not in offered(folder, "tick --")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("take ", ["1", "6", "7", "8", "2", "3", "5"]),
        ("take SD-", ["SD-1", "SD-6", "SD-7", "SD-8", "SD-2", "SD-3", "SD-5"]),
        ("take 2 ", ["1", "6", "7", "8", "2", "3", "5"]),
        ("take x", []),
        ("assign 1 --to a", ["anna"]),
        ("assign 1 --to=bo", ["--to=boris"]),
        ("assign 1 --to team:h", ["team:hr"]),
        ("assign 1 --to h", []),
        ("agent away b", ["boris"]),
        ("--as ve", ["vera"]),
        ("new --service pr", ["printer"]),
        ("new --unit fl", ["flagship"]),
        ("new --requester mar", ["maria@shop.example"]),
        ("ticket set 1 --tag p", ["pos"]),
        ("ticket set 1 --status ", ["spam"]),
        ("list --view ti", ["tills"]),
        ("view show ti", ["tills"]),
        ("list --sort ", ["sla", "loss", "priority", "age"]),
        ("list -o js", ["json", "jsonl"]),
        ("list --fields number,ser", ["number,service", "number,service_name"]),
        ("agent list --fields lo", ["login"]),
        ("now -o json --fields ne", ["needs"]),
        ("now -o csv --fields ne", ["need"]),
        ("ticket show 1 --fields mess", ["messages"]),
        ("list --fields mess", []),
        ("next --fields number,visi", []),
        ("list team:i", ["team:it"]),
        ("list not:team:i", ["not:team:it"]),
        ("list status:open,wai", ["status:open,waiting"]),
        ("list due:..", ["due:..1h", "due:..4h", "due:..fri"]),
        ("list tea", ["team:"]),
        ("mail fetch s", ["spool"]),
        ("mail quarantine retry ", ["1"]),
        ("incident accept ", ["1"]),
        ("calendar show o", ["office"]),
        ("sla show s", ["stores"]),
        ("schema blo", ["blocked", "block-changed"]),
        ("completion z", ["zsh"]),
        ("help exit", ["exit-codes"]),
        ("reply 1 --text ", []),
    ],
)
def test_values_are_what_the_desk_has(folder: Path, line: str, words: list[str]) -> None:
    assert list(offered(folder, line)) == words


_NEW = "new --subject x --text x -n"


@pytest.mark.parametrize(
    "line",
    [
        "assign 1 -n --to {}",
        "ticket set 1 -n --status {}",
        "ticket set 1 -n --service {}",
        "ticket set 1 -n --team {}",
        "ticket set 1 -n --unit {}",
        "ticket set 1 -n --impact {}",
        "ticket set 1 -n --urgency {}",
        "ticket set 1 -n --priority {} --reason x",
        "ticket set 1 -n --requester {}",
        "ticket set 1 -n --tag {}",
        "ticket set 1 -n --untag {}",
        f"{_NEW} --service {{}}",
        f"{_NEW} --team {{}}",
        f"{_NEW} --assignee {{}}",
        f"{_NEW} --unit {{}}",
        f"{_NEW} --requester {{}}",
        f"{_NEW} --impact {{}}",
        f"{_NEW} --urgency {{}}",
        f"{_NEW} --priority {{}}",
        f"{_NEW} --channel {{}}",
        f"{_NEW} --tag {{}}",
        "wait 6 -n --until tomorrow --for {}",
        "wait 6 -n --for supplier --until {}",
        "reply 1 -n --text x --wait requester --until {}",
        "agent away {} -n --until fri",
        "agent show {}",
        "team show {}",
        "team on-call {}",
        "service show {}",
        "unit show {}",
        "person show {}",
        "calendar show {}",
        "sla show {}",
        "view show {}",
        "desk template show {}",
        "schema {}",
        "list --view {}",
        "list --sort {}",
        "list -o {}",
        "list --color {}",
        "show {}",
        "next --as {}",
        "now --team {}",
        "who --team {}",
        "ahead --team {}",
        "past --last {}",
        "past --this {}",
        "past --from {}",
        "mail ledger --mailbox {}",
        "mail ledger --outcome {}",
        "mail ledger --since {}",
        "mail quarantine show {}",
        "mail outbox list --state {}",
        "mail outbox list --ticket {}",
        "mail outbox show {}",
        "sla due --start 2026-11-23T09:00 --target 2h --calendar {}",
        "event down -n --source a --key b --severity {}",
        "event down -n --source a --key b --team {}",
        "incident accept -n {}",
    ],
)
def test_what_is_offered_is_taken(folder: Path, line: str) -> None:
    """Each word that TAB offers for a value: the command may refuse what it would do, never the word."""
    for word in list(offered(folder, line.partition("{}")[0]))[:12]:
        with surrounded(folder, "anna"):
            code, _, err = ran(*(word if each == "{}" else each for each in line.split(" ")))
        assert code in (0, 1), f"{word}: {err}"


@pytest.mark.parametrize("words", sorted({*READINGS, "list -o csv", "now -o csv", "past -o tsv", "show 2 -o jsonl"}))
def test_every_field_that_is_offered_is_printed(folder: Path, words: str) -> None:
    fields = [each.removesuffix(",") for each in offered(folder, f"{words} --fields ")]
    form = () if " -o " in words else ("-o", "json")
    with surrounded(folder, "anna"):
        _, _, err = ran(*shlex.split(words), *form, "--fields", ",".join(fields))
    assert fields, words
    assert "there is no " not in err, err


def test_a_ticket_is_told_by_its_subject(folder: Path) -> None:
    assert offered(folder, "show 1") == {"1": "Till is down"}
    assert offered(folder, "show 2") == {"2": 'Printer "stuck", ␛[31mred $(touch owned)'}


def test_an_empty_filter_is_any_field(folder: Path) -> None:
    assert list(offered(folder, "list ")) == [*(f"{field}:" for field in FIELDS), "not:"]


def test_walls_stand(folder: Path) -> None:
    assert "3" in offered(folder, "show ", agent="olga")
    assert "3" not in offered(folder, "show ", agent="boris")
    assert "3" not in offered(folder, "--as boris show ")


def test_what_is_done_is_offered_where_it_is_of_use(sdesk: Sdesk, at_desk: Path, doubles: Doubles) -> None:
    for name in ("Open", "Done", "Hidden"):
        told = ("--subject", name, "--text", "x", "--service", "leave" if name == "Hidden" else "other")
        assert sdesk("--as", "olga" if name == "Hidden" else "anna", "new", *told).code == 0
    assert sdesk("close", "2", "--silent").code == sdesk("--as", "olga", "close", "3", "--silent").code == 0

    def numbers(*words: str, agent: str = "boris") -> list[str]:
        told = sdesk("_complete", "fish", "--as", agent, *words)
        assert told.err == ""
        lines = told.out.splitlines()[1:]
        return [line.partition("\t")[0].lstrip("=+") for line in lines]

    for verb in ("show", "history", "ticket link", "ticket link 1 --to", "ticket merge", "ticket split"):
        assert numbers(*verb.split(), "") == ["1", "2"], verb
    assert numbers("reopen", "") == ["2"]
    assert sorted(numbers("reopen", "", agent="olga")) == ["2", "3"]
    assert numbers("show", "SD-") == ["SD-1", "SD-2"]
    for verb in ("assign", "close", "take"):
        assert numbers(verb, "") == ["1"], verb
    doubles.now += timedelta(days=8)
    assert numbers("show", "") == ["1"]
    assert numbers("reopen", "") == []


def test_people_behind_a_wall_are_not_there(sdesk: Sdesk, at_desk: Path) -> None:
    told = ("--subject", "x", "--text", "x", "--service", "leave", "--requester", "secret@acc.shop.example")
    assert sdesk("--as", "olga", "new", *told).code == 0
    asked = ("new", "--requester", "sec")
    assert "secret" in sdesk("_complete", "fish", "--as", "olga", *asked).out
    assert sdesk("_complete", "fish", "--as", "boris", *asked).out == "words\n"
    assert sdesk("_complete", "fish", "--as", "boris", "list", "requester:sec").out == "words\n"


def test_files_are_left_to_the_shell(folder: Path) -> None:
    with surrounded(folder):
        assert ran("_complete", "fish", "reply", "1", "--text", "@x")[1] == "@files\n"
        assert ran("_complete", "fish", "mail", "parse", "")[1] == "files\n"
        assert ran("_complete", "fish", "--db", "")[1] == "files\n"
        assert ran("_complete", "fish", "demo", "")[1] == "folders\n"
        assert ran("_complete", "bash", "sdesk mail parse le", "le", "9")[1] == "files\n"


def test_every_value_of_every_command_is_known() -> None:
    """What the help calls a value says what is completed: a new word for one is added to `complete_values`."""

    def walk(group: Any, path: tuple[str, ...]) -> None:
        for name, entry in group.table.items():
            command = group.get_command(None, name)
            if isinstance(entry, Noun):
                walk(command, (*path, name))
                continue
            for param in command.params:
                if not getattr(param, "is_flag", False) and not str(param.name).endswith("_wish"):
                    try:
                        source_of(param.metavar, param.name, (*path, name))
                    except KeyError:
                        words = " ".join((*path, name))
                        pytest.fail(f"sdesk {words}: add {param.metavar} to _BY_METAVAR of cli/complete_values.py")

    walk(build_root(), ())


def test_what_cannot_be_completed_ends_as_a_command_does(sdesk: Sdesk, tmp_path: Path) -> None:
    ran_ = sdesk("_complete", "fish", "--db", str(tmp_path / "none.db"), "show", "")
    assert (ran_.code, ran_.out) == (4, "")
    assert ran_.err.startswith("sdesk: error: ")
    assert sdesk("_complete").code == 2
    assert sdesk("_complete", "bash", "x").code == 2


def test_no_word_has_a_control_character(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "x", "--text", "x")
    with closing(sqlite3.connect(at_desk)) as store, store:
        store.execute(
            "INSERT INTO tag (ticket_id, tag) VALUES (1, 'a\x1b[2J'), (1, 'a\nb'), (1, 'a\u202eb'), (1, 'ab')"
        )
    assert sdesk("_complete", "zsh", "list", "tag:a").out == "words\n=tag:ab\t\n"


def test_all_that_many_tickets_have_in_common_is_told(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "x", "--text", "x")
    with closing(sqlite3.connect(at_desk)) as store, store:
        columns = ", ".join(row[1] for row in store.execute("PRAGMA table_info(ticket)") if row[1] != "id")
        for number in range(1000, 1200):
            store.execute(f"INSERT INTO ticket (id, {columns}) SELECT {number}, {columns} FROM ticket WHERE id = 1")
    words = [line[1:].split("\t")[0] for line in sdesk("_complete", "zsh", "show", "1").out.splitlines()[1:]]
    assert len(words) < 70
    assert {"1", "1199"} <= set(words)


# ---- bash -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words", "typed", "quote"),
    [
        ("sdesk list te", ("list",), "te", ""),
        ("sdesk list ", ("list",), "", ""),
        ("sdesk note 1 --text 'a b", ("note", "1", "--text"), "a b", "'"),
        ('sdesk note 1 --text "a \\" $x', ("note", "1", "--text"), 'a " $x', '"'),
        ("sdesk list a\\ b 'c d' e", ("list", "a b", "c d"), "e", ""),
        ("sdesk list ''", ("list",), "", ""),
        ("sdesk list \\", ("list",), "\\", ""),
    ],
)
def test_a_line_is_split_as_bash_does(line: str, words: tuple[str, ...], typed: str, quote: str) -> None:
    assert split(line) == (words, typed, quote)


@pytest.mark.parametrize(
    ("line", "word", "kind", "said"),
    [
        ("sdesk list team:i", "i", "9", ["it "]),
        ("sdesk list team:i", "team:i", "9", ["team:it "]),
        ('sdesk list "team:i', "team:i", "9", ["team:it"]),
        ("sdesk show 1", "1", "63", ["1 "]),
        ("sdesk show SD-", "SD-", "9", [f"SD-{number} " for number in (1, 6, 7, 8, 2, 3, 5)]),
        ("sdesk agent show ", "", "63", ["me  (yourself)", "anna  (Anna Orlova)", "boris  (Boris Kim)"]),
        ("sdesk agent show ", "", "37", ["me ", "anna ", "boris "]),
    ],
)
def test_what_bash_is_told(folder: Path, line: str, word: str, kind: str, said: list[str]) -> None:
    with surrounded(folder):
        code, out, err = ran("_complete", "bash", line, word, kind)
    assert (code, err) == (0, "")
    assert out.splitlines()[1 : len(said) + 1] == said


def test_bash_is_given_words_that_it_takes_as_they_are(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "x", "--text", "x")
    with closing(sqlite3.connect(at_desk)) as store, store:
        store.execute(
            "INSERT INTO tag (ticket_id, tag) VALUES (1, 'a$(touch b)'), (1, 'a''b c'), (1, 'a\"d'), (1, 'aя~')"
        )
    out = sdesk("_complete", "bash", "sdesk list tag:a", "a", "9").out
    assert sorted(out.splitlines()[1:]) == ["a\\$\\(touch\\ b\\) ", "a\\'b\\ c ", "aя\\~ "]
    assert sdesk("_complete", "bash", "sdesk list 'tag:a", "tag:a", "9").out == "words\n"


# ---- the scripts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_printed(sdesk: Sdesk, shell: str) -> None:
    printed = sdesk("completion", shell)
    assert (printed.code, printed.err) == (0, "")
    assert f"_complete {shell}" in printed.out
    assert "eval" not in "".join(line for line in printed.out.splitlines() if not line.startswith("#"))


def test_another_shell_is_refused(sdesk: Sdesk) -> None:
    told = sdesk("completion", "bsh")
    assert (told.code, told.out) == (2, "")
    assert "did you mean `bash`?" in told.err
