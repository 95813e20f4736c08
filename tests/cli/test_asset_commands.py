"""`asset` and `board` at the command line: files in and out, exit codes, what a script reads of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from command_line import Sdesk

TABLE = """inventory_number,kind,name,model,serial,unit,service,bought_on,warranty_until,checks,note
T-0031,Till,Till 3,Epson,=SN1,flagship,till,2025-01-02,20.12.2026,zabbix till-3:*; nagios till-3:ping,"-odd, note"
КАССА-17,till,"two
lines",,@7,store-017,till,,,,+1
P 7,printer,,,,,,,2027-12-31,,
"""


@pytest.fixture
def equipped(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> Path:
    file = tmp_path / "equipment.csv"
    file.write_text(TABLE, encoding="utf-8")
    ran = sdesk("asset", "import", str(file))
    assert (ran.code, ran.out) == (0, "3 lines read: 3 added, 0 changed, 0 the same, 0 bad\n"), ran.err
    return file


def test_a_table_that_is_imported_twice_changes_nothing_and_comes_back_as_it_is(
    sdesk: Sdesk, equipped: Path, tmp_path: Path
) -> None:
    assert json.loads(sdesk("asset", "import", str(equipped), "-o", "json").out) == {
        "read": 3,
        "added": 0,
        "changed": 0,
        "same": 3,
        "bad": 0,
        "dry_run": False,
    }
    sdesk("asset", "retire", "p 7")
    out = sdesk("asset", "export").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["inventory_number"] for row in rows] == ["P 7", "T-0031", "КАССА-17"]
    assert (rows[1]["serial"], rows[1]["note"], rows[2]["serial"], rows[2]["note"]) == (
        "=SN1",
        "-odd, note",
        "@7",
        "+1",
    )
    assert rows[0]["retired_at"] == "2026-11-23T09:00:00Z"
    assert "same" in sdesk("asset", "import", "-", stdin=out).out
    for kind in ("csv", "jsonl"):
        # Into another desk, and out of it again: byte for byte.
        first = sdesk("asset", "export", "-o", kind).out
        other = str(tmp_path / f"{kind}.db")
        assert sdesk("--db", other, "db", "init").code == 0
        assert sdesk("--db", other, "desk", "apply", "-", stdin=sdesk("desk", "export").out).code == 0
        ran = sdesk("--db", other, "asset", "import", "--format", kind, stdin=first)
        assert (ran.code, ran.out) == (0, "3 lines read: 3 added, 0 changed, 0 the same, 0 bad\n"), ran.err
        assert sdesk("--db", other, "asset", "export", "-o", kind).out == first
    safe = sdesk("asset", "export", "-o", "csv-safe").out
    assert "'=SN1" in safe
    assert "'@7" in safe
    assert sdesk("asset", "export", "-o", "xml").code == 2


def test_a_bad_line_is_named_and_the_rest_is_done(sdesk: Sdesk, at_desk: Path) -> None:
    table = "inventory_number,kind,unit\nT-1,till,flagship\nT-2,till,nowhere\nT-3,,\nT-1,till,store-017\nT-4,till,\n"
    ran = sdesk("asset", "import", "-", stdin=table)
    assert (ran.code, ran.out) == (6, "5 lines read: 2 added, 0 changed, 0 the same, 3 bad\n")
    assert [line.split(":")[2].strip() for line in ran.err.splitlines()] == ["line 3", "line 4", "line 5"]
    assert "stood on a line before" in ran.err
    dry = sdesk("asset", "import", "-", "--dry-run", stdin=table)
    assert (dry.code, dry.out) == (6, "dry run: 5 lines read: 0 added, 0 changed, 2 the same, 3 bad\n")
    assert sdesk("asset", "import", "-", stdin="inventory_number,kind,unit\nT-2,till,nowhere\n").code == 2
    day = sdesk("asset", "import", "-", stdin="inventory_number,kind,bought_on\nT-9,till,31.31.2026\n").err
    assert "`31.31.2026` is no day. write it as 2026-11-27 or 27.11.2026" in day


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("inventory_number,modle", "did you mean `model`?"),
        ("kind,unit", "there is no column `inventory_number`"),
        ("inventory_number,Unit,unit", "two columns are both `unit`"),
    ],
)
def test_a_column_that_is_none_is_named_before_anything_is_done(
    sdesk: Sdesk, at_desk: Path, header: str, words: str
) -> None:
    ran = sdesk("asset", "import", "-", stdin=f"{header}\n{','.join('x' * (header.count(',') + 1))}\n")
    assert ran.code == 2
    assert words in ran.err
    assert json.loads(sdesk("asset", "list", "-o", "json").out) == []


def test_lists_are_narrowed(sdesk: Sdesk, equipped: Path) -> None:
    def numbers(*words: str) -> list[str]:
        ran = sdesk("asset", "list", *words, "-o", "json")
        assert ran.code == 0, ran.err
        return [row["inventory_number"] for row in json.loads(ran.out)]

    assert numbers() == ["P 7", "T-0031", "КАССА-17"]
    assert numbers("--unit", "flagship") == ["T-0031"]
    assert numbers("--unit", "none") == ["P 7"]
    assert numbers("--kind", "Till") == ["T-0031", "КАССА-17"]
    assert numbers("--service", "till", "--kind", "printer") == []
    assert numbers("--search", "касса") == numbers("--search", "two LINES") == ["КАССА-17"]
    assert numbers("--warranty", "..30d") == ["T-0031"]
    assert numbers("--warranty", "2026-12-01..") == ["P 7", "T-0031"]
    assert numbers("--warranty", "..2026-01-01") == []
    sdesk("asset", "retire", "T-0031")
    assert (numbers("--retired"), numbers("--kind", "till")) == (["T-0031"], ["КАССА-17"])
    ran = sdesk("asset", "list", "--unit", "flagshop")
    assert (ran.code, ran.out) == (2, "")  # no header before an error
    assert sdesk("asset", "list", "--warranty", "soon").code == 2
    assert sdesk("asset", "list", "--warranty", "2027-01-01..2026-01-01").code == 2


def test_one_is_shown_whole(sdesk: Sdesk, equipped: Path) -> None:
    assert sdesk("event", "down", "--source", "zabbix", "--key", "till-3:ping").out == "SD-1 opened\n"
    assert sdesk("new", "--asset", "t-0031", "--subject", "It is slow", "--text", "Very").code == 0
    found = json.loads(sdesk("asset", "show", "t-0031", "-o", "json").out)
    assert (found["tickets"], found["open_tickets"], found["events"][0]["state"]) == ([2, 1], 2, "down")
    assert found["changes"][0]["event"] == "added"
    out = sdesk("asset", "show", "T-0031", "-o", "table").out
    for words in ("T-0031 till Till 3", "2, 2 of them open", "zabbix till-3:ping is down", "until 2026-12-20"):
        assert words in out
    ticket = json.loads(sdesk("show", "2", "-o", "json").out)
    assert ticket["assets"] == [
        {
            "inventory_number": "T-0031",
            "kind": "till",
            "name": "Till 3",
            "model": "Epson",
            "serial": "=SN1",
            "warranty_until": "2026-12-20",
        }
    ]
    assert "Equipment  T-0031 till Till 3 Epson, warranty until 2026-12-20" in sdesk("show", "2").out
    ran = sdesk("asset", "show", "T-0032")
    assert ran.code == 3
    assert "did you mean `T-0031`?" in ran.err


def test_one_is_added_and_set_and_tried_first(sdesk: Sdesk, at_desk: Path) -> None:
    add = ("asset", "add", "K-1", "--kind", "kiosk", "--check", "zabbix k1:*", "--warranty", "2028-01-01")
    assert sdesk(*add, "--dry-run").out == "dry run: K-1 is written down\n"
    assert sdesk(*add).out == "K-1 is written down\n"
    assert sdesk(*add).code == 1
    ran = sdesk(
        "asset", "set", "k-1", "--unit", "flagship", "--warranty", "none", "--no-check", "zabbix k1:*", "-o", "json"
    )
    assert json.loads(ran.out) == {
        "inventory_number": "K-1",
        "changed": True,
        "sentence": "K-1 is set right",
        "dry_run": False,
    }
    found = json.loads(sdesk("asset", "show", "K-1", "-o", "json").out)
    assert (found["unit"], found["warranty_until"], found["checks"]) == ("flagship", None, [])
    assert sdesk("asset", "set", "K-1").code == 2
    assert sdesk("asset", "retire", "K-1", "-n").out == "dry run: K-1 is out of use\n"


def test_tickets_go_out_and_come_in_with_their_equipment(sdesk: Sdesk, equipped: Path, tmp_path: Path) -> None:
    sdesk("new", "--asset", "T-0031", "--asset", "P 7", "--subject", "Broken", "--text", "x", "--external-id", "A-1")
    for kind in ("jsonl", "csv"):
        lines = sdesk("ticket", "export", "-o", kind).out
        assert "P 7" in lines
        sdesk("ticket", "set", "1", "--no-asset", "P 7")
        changed = lines.replace("Broken", f"Broken {kind}")
        file = tmp_path / f"tickets.{kind}"
        file.write_text(changed, encoding="utf-8")
        # The first time that a line says something of equipment, what is missing here comes.
        ran = sdesk("ticket", "import", str(file))
        assert ran.code == 0, ran.err
        found = json.loads(sdesk("show", "1", "-o", "json").out)
        if kind == "jsonl":
            assert [each["inventory_number"] for each in found["assets"]] == ["P 7", "T-0031"]
    fresh = lines.replace("A-1", "A-2")
    assert sdesk("ticket", "import", "-", "--format", "csv", stdin=fresh).code == 0
    assert len(json.loads(sdesk("list", "asset:p7", "-o", "json").out or "[]")) == 0
    assert [
        row["number"] for row in json.loads(sdesk("list", "asset:P 7".replace("P 7", '"P 7"'), "-o", "json").out)
    ] == [2]
    bad = sdesk(
        "ticket", "import", "-", stdin='{"external_id": "B", "subject": "x", "team": "it", "assets": ["T-9"]}\n'
    )
    assert bad.code == 2
    assert "no equipment `T-9`" in bad.err


def test_the_board_is_for_eyes_and_for_programs(sdesk: Sdesk, equipped: Path) -> None:
    assert "All is well in 2 units: 2 pieces" in sdesk("board", "-o", "table").out
    sdesk("event", "down", "--source", "zabbix", "--key", "till-3:ping")
    out = sdesk("board", "-o", "table").out
    assert "1/1 down" in out
    assert "All is well in 1 unit: 1 piece" in out
    found = json.loads(sdesk("board", "-o", "json").out)
    assert (found["down"], found["loss_per_hour"], found["units"][0]["tickets"]) == (1, "180000.00", [1])
    assert (
        sdesk("board", "--unit", "store-017", "-o", "csv")
        .out.splitlines()[1]
        .startswith("store-017,Teply Stan,till,up,1")
    )
    assert sdesk("board", "--unit", "nowhere").code == 2
    assert json.loads(sdesk("board", "-o", "json", "--fields", "down").out) == {"down": 1}


def test_who_names_equipment_that_is_out_of_use_is_told_so_and_it_is_done(sdesk: Sdesk, equipped: Path) -> None:
    new = ("new", "--subject", "Fetch it", "--text", "x", "--service", "till")
    assert sdesk(*new, "--asset", "p 7").err == ""
    sdesk("asset", "retire", "p 7")
    sdesk("asset", "retire", "T-0031")
    ran = sdesk(*new, "--asset", "p 7", "--asset", "T-0031", "--asset", "P 7")
    assert (ran.code, ran.out) == (0, "SD-2 opened\n")
    assert ran.err == "sdesk: warning: SD-2: equipment P 7, T-0031 is out of use\n"
    sdesk(*new)
    ran = sdesk("ticket", "set", "3", "--asset", "P 7")
    assert (ran.code, ran.err) == (0, "sdesk: warning: SD-3: equipment P 7 is out of use\n")
    assert sdesk("ticket", "set", "3", "--asset", "P 7", "--subject", "Bring it").code == 0
    (row,) = json.loads(sdesk("ticket", "set", "3", "--asset", "КАССА-17", "-o", "json").out)
    assert row["warning"] is None
