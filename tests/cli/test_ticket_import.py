"""`ticket import` and `ticket export`: lines in, lines out, the bad ones named and the rest done."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import NOW, Process, Sdesk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdesk.cli import importing
from sdesk.desk.imports import batch
from sdesk.desk.imports.batch import BATCH
from sdesk.domain.errors import Unavailable


def lines(*given: dict[str, Any]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in given)


def some(count: int, **more: Any) -> str:
    return lines(
        *({"external_id": f"OLD-{n}", "subject": f"Matter {n}", "service": "other", **more} for n in range(count))
    )


def content(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_twice_from_standard_input(sdesk: Sdesk, at_desk: Path) -> None:
    first = sdesk("ticket", "import", "-o", "json", stdin=some(3))
    assert (first.code, first.err) == (0, "")
    assert json.loads(first.out) == {
        "read": 3,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "failed": 0,
        "dry_run": False,
    }
    before = content(at_desk)
    again = sdesk("ticket", "import", "-", stdin=some(3))
    assert (again.code, again.out) == (0, "3 lines read: 0 created, 0 updated, 3 unchanged, 0 failed\n")
    assert content(at_desk) == before


def test_a_bad_line_is_named_and_the_rest_is_done(sdesk: Sdesk, at_desk: Path) -> None:
    text = some(2) + "{oops\n\n" + lines({"external_id": "X", "subject": "Y", "team": "itt"}) + "[1]\n" + some(4)
    ran = sdesk("ticket", "import", "-o", "json", stdin=text)
    assert ran.code == 6
    assert json.loads(ran.out) == {"read": 9, "created": 4, "updated": 0, "unchanged": 2, "failed": 3, "dry_run": False}
    said = ran.err.splitlines()
    assert said[0].startswith("sdesk: error: line 3: this is no JSON")
    assert said[1] == "sdesk: error: line 5: there is no team `itt`. did you mean `it`?"
    assert said[2] == 'sdesk: error: line 6: this is no JSON object. write {"subject": "...", ...}'
    assert len(said) == 3
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(4,)]


def test_bad_lines_are_named_in_their_order_over_many_batches(sdesk: Sdesk, at_desk: Path) -> None:
    kinds = [
        "{oops\n",
        *(lines({"external_id": f"E{n}", "subject": "Y", "team": "itt" if n == 1 else "it"}) for n in range(3)),
        "[1]\n",
    ]
    count = BATCH * 2 + 7
    ran = sdesk("ticket", "import", "-o", "json", stdin="".join(kinds[n % 5] for n in range(count)))
    told = [int(line.split("line ")[1].split(":")[0]) for line in ran.err.splitlines()]
    assert told == [n + 1 for n in range(count) if n % 5 in (0, 2, 4)]
    counts = json.loads(ran.out)
    assert (counts["read"], counts["failed"]) == (count, len(told))


def test_bad_lines_alone_are_named_as_they_are_read(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that memory stays flat, whatever somebody pipes in."""
    held: list[int] = []
    say = importing._fail_all

    def watched(done: importing.Imported, waiting: list[Any]) -> None:
        held.append(len(waiting))
        say(done, waiting)

    monkeypatch.setattr(importing, "_fail_all", watched)
    assert sdesk("ticket", "import", stdin="{oops\n" * 3 * BATCH).code == 2
    assert max(held) == 1
    held.clear()
    assert sdesk("ticket", "import", stdin=some(1) + "{oops\n" * 3 * BATCH).code == 6
    assert BATCH // 2 < max(held) <= BATCH


def test_what_was_read_is_said_where_the_store_is_gone(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(batch, "import_lines", gone)
    ran = sdesk("ticket", "import", stdin=some(1) + "{oops\n")
    assert ran.code == 4
    assert [line.split(":")[2] for line in ran.err.splitlines()] == [" line 2", " the disk is full"]


def test_all_bad_is_the_first_error(sdesk: Sdesk, at_desk: Path) -> None:
    assert sdesk("ticket", "import", stdin=lines({"subject": "X", "team": "itt"})).code == 2
    assert sdesk("ticket", "import", stdin="").code == 0
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)]


def test_without_an_external_id_one_is_warned(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("ticket", "import", stdin=lines({"subject": "X", "service": "other"}))
    assert ran.code == 0
    assert "1 ticket without external_id" in ran.err


CSV = (
    "External ID{0}Тема{0}text{0}tags{0}created_at\r\n"
    '1{0}Касса{0}"Не {0}\nработает"{0}a b{0}20.11.2026 10:00\r\n'
    "2{0}Мышь{0}{0}{0}\r\n"
)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(("encoding", "option"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1251", "cp1251")])
def test_csv_as_programs_write_it(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, delimiter: str, encoding: str, option: str
) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(CSV.format(delimiter).encode(encoding))
    ran = sdesk("ticket", "import", str(file), "--encoding", option, "--map", "Тема=subject", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    assert ask(at_desk, "SELECT subject, external_id, created_at FROM ticket ORDER BY id") == [
        ("Касса", "1", "2026-11-20T07:00:00Z"),
        ("Мышь", "2", "2026-11-23T09:00:00Z"),
    ]
    assert ask(at_desk, "SELECT text FROM message") == [(f"Не {delimiter}\nработает",)]
    assert ask(at_desk, "SELECT tag FROM tag ORDER BY tag") == [("a",), ("b",)]


def test_bad_rows_of_csv_are_named_by_their_first_line(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.csv"
    file.write_bytes(b'external_id;subject;text\n1;A;"two\nlines"\n2;B\n3;C;\xff\n4;D;d\n')
    ran = sdesk("ticket", "import", str(file))
    assert ran.code == 6
    assert ran.err.splitlines() == [
        "sdesk: error: line 4: it has 2 cells, and the header 3. look at its quotes and delimiters",
        "sdesk: error: line 5: this is not written in utf-8. try --encoding cp1251",
    ]
    assert ask(at_desk, "SELECT external_id FROM ticket ORDER BY id") == [("1",), ("4",)]


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        ("subjet;text", (), "the column `subjet` is no field. did you mean `subject`?"),
        ("subject;Тема", ("--map", "Тема=sbject"), "there is no field `sbject`"),
        ("subject", ("--map", "Teма="), "there is no such column"),
        ("subject;subject", (), "two columns are called `subject`"),
        ("Subject;subject", (), "`Subject` and `subject` are both `subject`. leave one of them out"),
        ("A;B", ("--map", "A=subject", "--map", "B=subject"), "`A` and `B` are both `subject`"),
        ("A;text", ("--map", "A=text"), "`A` and `text` are both `text`"),
        ("A;text", ("--map", "A=subject", "--map", "A=team"), "--map names `A` twice"),
        ("", (), "the CSV has no header"),
    ],
)
def test_a_wrong_header_is_said_once_and_nothing_is_done(
    sdesk: Sdesk, at_desk: Path, tmp_path: Path, header: str, options: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "old.csv"
    file.write_text(f"{header}\n1;2\n3;4\n", encoding="utf-8")
    ran = sdesk("ticket", "import", str(file), *options)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)]


@pytest.mark.parametrize(
    ("line", "options", "said"),
    [
        ('{"Subject": "A", "subject": "B"}', (), "`Subject` and `subject` are both `subject`"),
        ('{"subject": "A", "subject": "B"}', (), "`subject` stands twice"),
        ('{"subject": "A", "T": "B"}', ("--map", "T=subject"), "`subject` and `T` are both `subject`"),
    ],
)
def test_two_keys_of_one_field_are_a_bad_line(
    sdesk: Sdesk, at_desk: Path, line: str, options: tuple[str, ...], said: str
) -> None:
    ran = sdesk("ticket", "import", *options, stdin=f"{line}\n" + some(1))
    assert ran.code == 6
    assert f"line 1: {said}" in ran.err
    assert ask(at_desk, "SELECT subject FROM ticket") == [("Matter 0",)]


def test_a_dry_run_counts_and_leaves_nothing(sdesk: Sdesk, at_desk: Path) -> None:
    before = content(at_desk)
    ran = sdesk("ticket", "import", "-n", stdin=some(BATCH + 1))
    assert (ran.code, ran.out) == (
        0,
        f"dry run: {BATCH + 1} lines read: {BATCH + 1} created, 0 updated, 0 unchanged, 0 failed\n",
    )
    assert content(at_desk) == before


def test_a_dry_run_counts_what_comes_again_in_another_batch(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sdesk.desk.imports import batch

    monkeypatch.setattr(batch, "BATCH", 5)
    known = some(2, text="Please help")
    sdesk("ticket", "import", stdin=known)
    more = some(10, urgency="low").splitlines(keepends=True)
    text = known + "".join(more[2:]) + known + "".join(more[2:]) + some(9)
    dry = sdesk("ticket", "import", "-n", stdin=text)
    real = sdesk("ticket", "import", stdin=text)
    assert real.out == "29 lines read: 8 created, 0 updated, 12 unchanged, 9 failed\n"
    assert dry.out == f"dry run: {real.out}"


def test_what_contradicts_an_earlier_line_is_named_and_each_run_is_alike(sdesk: Sdesk, at_desk: Path) -> None:
    """Done one after the other, both would be news at each import."""
    first, other = ({"external_id": "A", "subject": subject, "service": "other"} for subject in ("One", "Two"))
    again = sdesk("ticket", "import", stdin=lines(first, first, other))
    assert (again.code, again.out) == (6, "3 lines read: 1 created, 0 updated, 1 unchanged, 1 failed\n")
    assert "line 3: `A` stood on a line before, which says something else" in again.err
    before = content(at_desk)
    assert sdesk("ticket", "import", stdin=lines(first, first, other)).code == 6
    assert content(at_desk) == before


def test_what_waits_for_a_date_that_is_past_waits_the_usual_days(sdesk: Sdesk, at_desk: Path) -> None:
    waits = {"subject": "One", "service": "other", "wake_at": "2020-01-01", "waiting_for": "date"}
    came = sdesk("ticket", "import", stdin=lines({**waits, "external_id": "A"}))
    assert came.code == 0, came.err
    (found,) = ask(at_desk, "SELECT status, waiting_for, wake_at FROM ticket WHERE external_id = 'A'")
    assert found[:2] == ("waiting", "supplier")
    assert found[2] > "2026-11-24"
    over = sdesk("ticket", "import", stdin=lines({**waits, "external_id": "B", "status": "resolved"}))
    assert over.code == 2
    assert "waits for nothing" in over.err


def test_monstrous_lines_are_refused_unread(
    sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from sdesk.cli import import_source

    monkeypatch.setattr(import_source, "LONGEST_LINE", 1000)
    ran = sdesk("ticket", "import", stdin=some(1, text="x" * 5000) + "[" * 900 + "\n" + some(2))
    assert ran.code == 6
    assert "line 1: it is longer than 1,000 bytes" in ran.err
    assert "line 2: this is no JSON" in ran.err
    file = tmp_path / "open.csv"
    file.write_text('external_id,subject\n9,"never closed' + "y" * 3000 + "\n10,Fine\n")
    ran = sdesk("ticket", "import", str(file))
    assert "field larger than field limit" in ran.err
    assert ask(at_desk, "SELECT external_id FROM ticket ORDER BY id") == [("OLD-0",), ("OLD-1",), ("10",)]


def test_a_bug_of_deep_brackets_is_no_crash(sdesk: Sdesk, at_desk: Path) -> None:
    ran = sdesk("ticket", "import", stdin="[" * 200_000 + "\n" + '{"subject": ' + "9" * 5000 + "}\n")
    assert ran.code == 2
    assert ran.err.count("this is no JSON") == 2


def test_killed_in_the_middle_it_goes_on(at_desk: Path, process: Process, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text(some(4 * BATCH, requester="Irina <store-001@shop.example>", text="Please help"))
    command = [sys.executable, "-m", "sdesk", "ticket", "import", str(file)]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    deadline = time.monotonic() + 60
    while ask(at_desk, "SELECT count(*) FROM ticket") == [(0,)] and time.monotonic() < deadline:
        time.sleep(0.005)
    started.send_signal(signal.SIGKILL)
    started.wait(timeout=30)
    ((done,),) = ask(at_desk, "SELECT count(*) FROM ticket")
    assert done > 0
    assert done % BATCH == 0
    ran = process("ticket", "import", str(file), "-o", "json")
    assert json.loads(ran.out) == {
        "read": 4 * BATCH,
        "created": 4 * BATCH - done,
        "updated": 0,
        "unchanged": done,
        "failed": 0,
        "dry_run": False,
    }
    assert ask(at_desk, "SELECT count(*), count(DISTINCT external_id) FROM ticket") == [(4 * BATCH, 4 * BATCH)]
    assert process("db", "check").code == 0


def test_two_at_once_make_no_ticket_twice(at_desk: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    file.write_text(some(2 * BATCH))
    command = [sys.executable, "-m", "sdesk", "ticket", "import", str(file), "-o", "json"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ) for _ in range(3)]
    counts = [json.loads(out) for out in [each.communicate(timeout=120)[0] for each in started]]
    assert sum(each["created"] for each in counts) == 2 * BATCH
    assert sum(each["unchanged"] for each in counts) == 4 * BATCH
    assert ask(at_desk, "SELECT count(*) FROM ticket") == [(2 * BATCH,)]


def test_a_store_that_others_hold_is_waited_for(sdesk: Sdesk, at_desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sdesk.desk.imports import batch
    from sdesk.domain.errors import StoreLocked

    taken, tries = batch.import_lines, iter([True, True, False])

    def busy(*args: Any, **how: Any) -> Any:
        if next(tries):
            raise StoreLocked("the store is locked")
        return taken(*args, **how)

    monkeypatch.setattr(batch, "import_lines", busy)
    assert sdesk("ticket", "import", stdin=some(2)).out.startswith("2 lines read: 2 created")

    def never(*args: Any, **how: Any) -> Any:
        raise StoreLocked("the store is locked")

    monkeypatch.setattr(batch, "import_lines", never)
    assert sdesk("ticket", "import", stdin=some(2)).code == 4


def test_an_export_stands_behind_walls(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("ticket", "import", stdin=some(2))
    sdesk("ticket", "import", "--as", "olga", stdin=lines({"external_id": "HR-1", "subject": "Salary", "team": "hr"}))
    found = [json.loads(line)["external_id"] for line in sdesk("ticket", "export", "--as", "boris").out.splitlines()]
    assert found == ["OLD-0", "OLD-1"]


def test_an_export_says_what_it_was_asked(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("ticket", "import", stdin=some(2, status="closed") + lines({"subject": "Open", "service": "printer"}))
    assert len(sdesk("ticket", "export").out.splitlines()) == 3
    assert len(sdesk("ticket", "export", "status:closed").out.splitlines()) == 2
    assert [
        json.loads(line)["external_id"] for line in sdesk("ticket", "export", "service:printer").out.splitlines()
    ] == ["SD-3"]
    assert sdesk("ticket", "export", "-o", "csv").out == sdesk("ticket", "export", "--format", "csv").out
    assert sdesk("ticket", "export", "--format", "xml").code == 2
    assert sdesk("ticket", "export", "--format", "csv", "--with", "messages").code == 2


def test_an_export_for_a_spreadsheet_has_no_formula(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "=1+1", "--text", "Look;=A1", "--service", "printer")
    assert ",=1+1,Look;=A1," in sdesk("ticket", "export", "--format", "csv").out
    assert ",'=1+1,Look;'=A1," in sdesk("ticket", "export", "--format", "csv-safe").out


def test_conversations_go_along_and_suppliers_stay_inside(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--requester", "i@shop.example", "--service", "till")
    sdesk("reply", "1", "--text", "We look")
    sdesk("forward", "1", "--to", "s@tills.example", "--text", "How much?")
    out = sdesk("ticket", "export", "--with", "messages").out
    said = json.loads(out)["messages"]
    assert [(message["direction"], message["text"]) for message in said] == [("out", "We look"), ("note", "How much?")]
    other = _other_desk(sdesk, at_desk, tmp_path)
    ran = sdesk("--db", str(other), "ticket", "import", stdin=out)
    assert (ran.code, ran.err) == (0, "")
    again = json.loads(sdesk("--db", str(other), "ticket", "export", "--with", "messages").out)
    # There it has an external id.
    assert again == {**json.loads(out), "origin": None}


@pytest.mark.parametrize("options", [("--format", "csv"), (), ("--with", "messages")])
def test_an_export_that_comes_back_to_its_own_desk_makes_no_ticket_again(
    sdesk: Sdesk, at_desk: Path, options: tuple[str, ...]
) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--requester", "i@shop.example", "--service", "till")
    sdesk("forward", "1", "--to", "s@tills.example", "--text", "How much?")
    sdesk("new", "--subject", "Over", "--text", "Ended", "--service", "printer", "--tag", "old")
    sdesk("close", "2", "--silent")
    out = sdesk("ticket", "export", *options).out
    before = content(at_desk)
    assert sdesk("ticket", "import", stdin=out).out == "2 lines read: 0 created, 0 updated, 2 unchanged, 0 failed\n"
    assert content(at_desk) == before
    # Unedited it says nothing new, whatever became of the tickets here.
    sdesk("ticket", "set", "1", "--subject", "Till 3")
    sdesk("reopen", "2", "--text", "Again")
    before = content(at_desk)
    assert sdesk("ticket", "import", stdin=out).out == "2 lines read: 0 created, 0 updated, 2 unchanged, 0 failed\n"
    assert content(at_desk) == before


def test_an_edited_line_changes_the_ticket_of_its_own_desk_once(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--service", "till")
    sdesk("close", "1", "--silent")
    edited = sdesk("ticket", "export").out.replace('"Till"', '"Till 3"')
    for count in ("1 updated, 0 unchanged", "0 updated, 1 unchanged"):
        assert f"0 created, {count}, 0 failed" in sdesk("ticket", "import", stdin=edited).out
        assert ask(at_desk, "SELECT subject, status FROM ticket") == [("Till 3", "resolved")]
    sdesk("ticket", "set", "1", "--subject", "Till 4")
    assert "1 unchanged" in sdesk("ticket", "import", stdin=edited).out
    assert ask(at_desk, "SELECT subject FROM ticket") == [("Till 4",)]


def test_an_edited_line_of_what_was_changed_here_is_refused(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--service", "till")
    edited = sdesk("ticket", "export").out.replace('"Till"', '"Till 3"')
    sdesk("take", "1")
    ran = sdesk("ticket", "import", stdin=edited)
    assert (ran.code, "SD-1 was changed here since it was exported" in ran.err) == (7, True)
    assert ask(at_desk, "SELECT subject, assignee_id IS NULL FROM ticket") == [("Till", 0)]


def test_another_desk_with_the_same_letters_is_another(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    other = _other_desk(sdesk, at_desk, tmp_path)
    for desk in (at_desk, other):
        sdesk("--db", str(desk), "new", "--subject", "Till", "--text", "Dead", "--service", "till")
    out = sdesk("--db", str(other), "ticket", "export").out
    assert "1 created" in sdesk("ticket", "import", stdin=out).out
    assert "1 unchanged" in sdesk("ticket", "import", stdin=out).out
    assert ask(at_desk, "SELECT id, external_id FROM ticket") == [(1, None), (2, "SD-1")]
    # Its own SD-1 is known beside that one.
    own = sdesk("ticket", "export", "number:1").out
    assert "0 created, 0 updated, 1 unchanged" in sdesk("ticket", "import", stdin=own).out


def test_an_origin_tells_nothing_of_a_tickets_token(sdesk: Sdesk, at_desk: Path) -> None:
    sdesk("new", "--subject", "Till", "--text", "Dead", "--service", "till")
    ((token,),) = ask(at_desk, "SELECT token FROM ticket")
    origin = json.loads(sdesk("ticket", "export").out)["origin"]
    assert token[:16] not in origin


def _other_desk(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> Path:
    """A desk of the same set-up without tickets."""
    other = tmp_path / "other.db"
    file = tmp_path / "desk.toml"
    file.write_text(sdesk("desk", "export").out)
    assert sdesk("--db", str(other), "db", "init").code == 0
    assert sdesk("--db", str(other), "desk", "apply", str(file)).code == 0, file.read_text()
    return other


TEXT = st.text(max_size=40)
PAST = st.integers(0, 10**7).map(lambda seconds: NOW.timestamp() - 10**7 + seconds)


@st.composite
def tickets(draw: st.DrawFn) -> dict[str, Any]:
    """A line that may be imported, of all that a line may say."""
    from datetime import UTC, datetime

    opened, end, closed = (
        datetime.fromtimestamp(at, UTC).isoformat() for at in sorted(draw(st.tuples(PAST, PAST, PAST)))
    )
    status = draw(st.sampled_from(["new", "open", "waiting", "resolved", "closed", "spam"]))
    line: dict[str, Any] = {
        "subject": draw(TEXT.filter(lambda text: bool(text.strip()) and text.isprintable())),
        "text": draw(TEXT),
        "requester": {
            "name": draw(TEXT),
            "email": draw(st.from_regex(r"[a-z]{1,5}@[a-z]{1,5}\.example", fullmatch=True)),
        },
        "service": draw(st.sampled_from(["till", "printer", "other", None])),
        "team": draw(st.sampled_from(["it", "quality"])),
        "unit": draw(st.sampled_from(["flagship", "accounting", None])),
        "impact": draw(st.sampled_from(["extensive", "minor", None])),
        "urgency": draw(st.sampled_from(["critical", "low", None])),
        "priority": draw(st.sampled_from(["P1", "P4", None])),
        "tags": draw(st.lists(st.from_regex(r"[a-zа-я0-9-]{1,8}", fullmatch=True), max_size=3)),
        "created_at": opened,
        "channel": draw(st.sampled_from(["mail", "phone", "import", None])),
        "status": status,
        "resolved_at": end if status in ("resolved", "closed") else None,
        "closed_at": closed if status == "closed" else None,
    }
    if status == "waiting":
        line["waiting_for"] = draw(st.sampled_from(["requester", "supplier", "date"]))
        if line["waiting_for"] == "date" or draw(st.booleans()):
            line["wake_at"] = datetime.fromtimestamp(NOW.timestamp() + draw(st.integers(60, 10**7)), UTC).isoformat()
    if status == "open":
        line["assignee"] = "anna"
    return line


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(st.lists(tickets(), min_size=1, max_size=4), st.sampled_from(["jsonl", "csv"]))
def test_what_is_exported_is_imported_as_it_was(
    sdesk: Sdesk, at_desk: Path, tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]], form: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    one, two = (folder / name for name in ("one.db", "two.db"))
    for path in (one, two):
        path.write_bytes(at_desk.read_bytes())
    numbered = [{**line, "external_id": f"X-{index}"} for index, line in enumerate(made)]
    came = sdesk("--db", str(one), "ticket", "import", stdin=lines(*numbered))
    assert came.code == 0, came.err
    out = sdesk("--db", str(one), "ticket", "export", "--format", form).out
    again = sdesk("--db", str(two), "ticket", "import", "--format", form, stdin=out)
    assert again.code == 0, again.err
    assert sdesk("--db", str(two), "ticket", "export", "--format", form).out == out
    assert "unchanged, 0 failed" in sdesk("--db", str(two), "ticket", "import", "--format", form, stdin=out).out
