"""`ticket attach get`: a file of a ticket is written out, never over another, or to standard output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Sdesk
from intake_desk import MailDesk

MAIL = """
From: maria@shop.example
To: support@desk.example
Subject: A log
Message-ID: <log@shop.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See the log.
--b
Content-Type: text/plain; name="x"
Content-Disposition: attachment; filename="../../.log.txt"
Content-Transfer-Encoding: base64

bGluZQEK
--b--
"""


def test_a_file_is_written_out(sdesk: Sdesk, at_desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = MailDesk(at_desk)
    number = mail.take(MAIL).number
    mail.desk.close()
    shown = json.loads(sdesk("show", str(number), "-o", "json").out)
    (file,) = shown["messages"][0]["attachments"]
    ran = sdesk("ticket", "attach", "get", f"SD-{number}", str(file["id"]), "-")
    assert (ran.code, ran.out, ran.err) == (0, "line\x01\n", "")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert sdesk("ticket", "attach", "get", str(number), str(file["id"])).out == "log.txt\n"
    assert sdesk("ticket", "attach", "get", str(number), str(file["id"]), str(folder)).out == f"{folder}/log (2).txt\n"
    assert sorted(path.name for path in folder.iterdir()) == ["log (2).txt", "log.txt"]
    assert (folder / "log.txt").read_bytes() == b"line\x01\n"
    ran = sdesk("ticket", "attach", "get", str(number), str(file["id"]), str(folder / "none" / "x"))
    assert (ran.code, ran.out) == (2, "")
    assert "there is no folder" in ran.err
    assert sdesk("ticket", "attach", "get", str(number), "99", "-").code == 3


def test_behind_a_wall_a_file_is_as_if_it_were_missing(sdesk: Sdesk, at_desk: Path) -> None:
    mail = MailDesk(at_desk)
    number = mail.take(MAIL, box="hr", team="hr", addresses=("hr@desk.example",)).number
    mail.desk.close()
    for login, code in (("olga", 0), ("boris", 3)):
        ran = sdesk("--as", login, "ticket", "attach", "get", str(number), "1", "-")
        assert ran.code == code, ran.err
        assert ran.out == ("line\x01\n" if code == 0 else "")


def test_files_are_put_to_a_ticket_and_listed(sdesk: Sdesk, at_desk: Path, tmp_path: Path) -> None:
    sdesk("new", "--text", "x", "--subject", "Till", "--service", "till")
    sdesk("new", "--text", "x", "--subject", "Salary", "--team", "hr", "--as", "olga")
    (tmp_path / "till.log").write_text("line\n")
    (tmp_path / "fuse.jpg").write_bytes(b"a picture")
    files = [str(tmp_path / name) for name in ("till.log", "fuse.jpg")]
    assert sdesk("ticket", "attach", "add", "1", *files, "-n").out == "dry run: note added to SD-1\n"
    assert sdesk("ticket", "attach", "list", "1", "-o", "json").out == "[]\n"
    assert sdesk("ticket", "attach", "add", "-", *files, stdin="1\n").code == 0
    found = json.loads(sdesk("ticket", "attach", "list", "1", "-o", "json").out)
    assert [(file["number"], file["name"], file["size"]) for file in found] == [(1, "till.log", 5), (1, "fuse.jpg", 9)]
    ran = sdesk("ticket", "attach", "get", "1", str(found[1]["id"]), "-")
    assert ran.out == "a picture"
    _, note = json.loads(sdesk("show", "1", "-o", "json").out)["messages"]
    assert (note["direction"], note["text"]) == ("note", "till.log, fuse.jpg")
    assert sdesk("ticket", "attach", "list", "1", "2", "--as", "boris").code == 6
    assert sdesk("ticket", "attach", "add", "1", str(tmp_path / "none")).code == 2
    assert sdesk("ticket", "attach", "add", "2", files[0], "--as", "boris").code == 3
