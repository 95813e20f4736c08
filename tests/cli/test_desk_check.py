"""`desk check` and `desk init`: a desk file without a store, tried on mails; and one to begin with."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path

import pytest
from command_line import Sdesk
from desks import DESK_FILE

HEAD = b"From: store-001@shop.example\r\nTo: support@desk.example\r\n"
TILL = HEAD + b"Subject: Till down\r\nMessage-ID: <1@x>\r\n\r\nHelp.\r\n"
SPAM = b"From: a@b.example\r\nTo: support@desk.example\r\nSubject: Buy\r\nX-Spam-Flag: YES\r\n\r\nNow.\r\n"
NOBODYS = b"From: a@b.example\r\nTo: elsewhere@desk.example\r\nSubject: Hello\r\n\r\nYou.\r\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the small desk's file and two mails; there is no store, and none may come to be."""
    monkeypatch.setenv("SDESK_DB", str(tmp_path / "no" / "store.db"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "desk.toml").write_text(DESK_FILE, encoding="utf-8")
    (tmp_path / "till.eml").write_bytes(TILL)
    (tmp_path / "spam.eml").write_bytes(SPAM)
    return tmp_path


def test_a_file_is_read_without_a_store(sdesk: Sdesk, folder: Path) -> None:
    ran = sdesk("desk", "check", "desk.toml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "desk.toml: no mistakes: 3 calendars, 2 SLAs, 3 teams, 4 agents, 3 units, 5 services, 3 routing rules\n"
    )
    doubtful = DESK_FILE.replace('lead = "olga"', 'lead = "vera"').encode()
    ran = sdesk("desk", "check", "-", stdin=doubtful)
    assert ran.code == 0
    assert ran.err.startswith("sdesk: warning: standard input:")
    wrong = DESK_FILE.replace("country", "countri").replace('role = "admin"', 'role = "boss"').encode()
    ran = sdesk("desk", "check", "-", stdin=wrong)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 2
    assert not (folder / "no").exists()


def test_mails_are_tried_and_each_field_says_which_rule_decided(sdesk: Sdesk, folder: Path) -> None:
    ran = sdesk("desk", "check", "desk.toml", "--against", "till.eml", "spam.eml", "-o", "json")
    assert (ran.code, ran.err) == (0, "")
    till, spam = json.loads(ran.out)
    assert till["outcome"] == "created"
    decided = {each["field"]: (each["value"], each["by"]) for each in till["decided"]}
    assert decided["service"] == ("till", "routing rule 1")
    assert decided["tags"] == ("pos", "routing rule 1")
    assert decided["unit"] == ("flagship", "the requester's address")
    assert decided["priority"][0] == "P1"
    assert {"field": "status", "value": "spam", "by": "routing rule 3"} in spam["decided"]
    page = sdesk("desk", "check", "desk.toml", "--against", "till.eml").out
    assert "  service     till   (routing rule 1)\n" in page
    assert page.endswith("\n1 mail\n")
    assert not (folder / "no").exists()


def test_a_maildir_and_an_mbox_are_tried_too(sdesk: Sdesk, folder: Path) -> None:
    box = mailbox.Maildir(folder / "Maildir")
    box.add(TILL)
    archive = mailbox.mbox(folder / "old.mbox")
    archive.add(SPAM)
    archive.add(TILL)
    archive.close()
    ran = sdesk("desk", "check", "desk.toml", "--against", "Maildir", "old.mbox", "-o", "json")
    files = [each["file"] for each in json.loads(ran.out)]
    assert len(files) == 3
    assert files[1:] == ["old.mbox:1", "old.mbox:2"]


def test_what_a_mail_should_become_may_stand_beside_it(sdesk: Sdesk, folder: Path) -> None:
    beside = folder / "till.eml.expect.toml"
    beside.write_text('outcome = "created"\nservice = "till"\npriority = "P1"\ntags = ["pos"]\nunit = "flagship"\n')
    names = sorted(each.name for each in folder.glob("*.eml*"))
    assert sdesk("desk", "check", "desk.toml", "--against", *names).code == 0
    beside.write_text('service = "printer"\nteam = "it"\n')
    ran = sdesk("desk", "check", "desk.toml", "--against", *names)
    assert ran.code == 1
    assert "  MISMATCH    service should be printer, and is till\n" in ran.out
    assert ran.out.endswith("2 mails, 1 of them not as expected\n")
    rows = json.loads(sdesk("desk", "check", "desk.toml", "--against", *names, "-o", "json").out)
    assert {each["file"]: each["mismatches"] for each in rows} == {
        "spam.eml": [],
        "till.eml": [{"field": "service", "expected": "printer", "found": "till"}],
    }
    beside.write_text('servise = "printer"\n')
    ran = sdesk("desk", "check", "desk.toml", "--against", "till.eml")
    assert ran.code == 2
    assert "did you mean `service`?" in ran.err
    beside.write_text("service = 5\n")
    assert sdesk("desk", "check", "desk.toml", "--against", "till.eml").code == 2


def test_a_mail_that_is_nobodys_is_said_and_the_others_tried(sdesk: Sdesk, folder: Path) -> None:
    (folder / "nobody.eml").write_bytes(NOBODYS)
    ran = sdesk("desk", "check", "desk.toml", "--against", "nobody.eml", "till.eml")
    assert ran.code == 6
    assert "nobody.eml: no address and no rule says which team's it is" in ran.err
    assert "till.eml: store-001@shop.example" in ran.out
    assert sdesk("desk", "check", "desk.toml", "--against", "nobody.eml", "--team", "it").code == 0
    assert sdesk("desk", "check", "desk.toml", "--against", "nobody.eml", "--team", "ti").code == 2


def test_wrong_usage_of_check(sdesk: Sdesk, folder: Path) -> None:
    for words in (["till.eml"], ["--against"], ["--against", "nosuch.eml"], ["-o", "ids"]):
        assert sdesk("desk", "check", "desk.toml", *words).code == 2, words


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_file_to_begin_with_is_applied_as_it_is(
    language: str, sdesk: Sdesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "k.ivanova")
    ran = sdesk("desk", "init", "--language", language, "new.toml")
    assert ran.code == 0
    assert ran.out == "made the desk file new.toml\n"
    checked = sdesk("desk", "check", "new.toml")
    assert (checked.code, checked.err) == (0, "")
    text = (folder / "new.toml").read_text(encoding="utf-8")
    assert "@login@" not in text
    assert sdesk("db", "init").code == 0
    assert sdesk("desk", "apply", "new.toml").code == 0
    # Whoever began is its admin, and can go on at once.
    assert sdesk("new", "--subject", "x", "--text", "y", "--service", "other").code == 0
    # What is a remark in it would be right too.
    on = "".join(f"{line.removeprefix('# ')}\n" if is_remarked(line) else f"{line}\n" for line in text.splitlines())
    (folder / "all.toml").write_text(on, encoding="utf-8")
    whole = sdesk("desk", "check", "all.toml")
    assert whole.code == 0, whole.err
    assert "2 calendars" in whole.out
    assert "13 routing rules" in whole.out


def is_remarked(line: str) -> bool:
    """Whether a line is TOML but for the mark before it."""
    rest = line.removeprefix("# ")
    return rest != line and (rest.startswith("[") or (rest.split(" ")[0].isidentifier() and " = " in rest))


def test_no_file_is_overwritten(sdesk: Sdesk, folder: Path) -> None:
    before = (folder / "desk.toml").read_bytes()
    assert sdesk("desk", "init").code == 1
    assert (folder / "desk.toml").read_bytes() == before
    assert sdesk("desk", "init", "--language", "de", "x.toml").code == 2
    assert sdesk("desk", "init", "no/such/folder/x.toml").code == 4
    assert not (folder / "x.toml").exists()


def test_nor_one_that_somebody_makes_just_now(sdesk: Sdesk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (folder / "desk.toml").read_bytes()
    monkeypatch.setattr("sdesk.cli.desk_init.os.path.lexists", lambda _: False)
    ran = sdesk("desk", "init")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "sdesk: error: desk.toml exists already. name another; nothing is overwritten\n"
    assert (folder / "desk.toml").read_bytes() == before


@pytest.mark.parametrize(("locale", "name"), [("ru_RU.UTF-8", "ИТ-поддержка"), ("de_DE.UTF-8", "IT support")])
def test_it_speaks_the_language_of_the_locale(
    locale: str, name: str, sdesk: Sdesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert sdesk("desk", "init", "new.toml").code == 0
    assert f'name = "{name}"' in (folder / "new.toml").read_text(encoding="utf-8")


def test_the_schema_of_the_desk_file_is_printed(sdesk: Sdesk, folder: Path) -> None:
    found = json.loads(sdesk("schema", "desk").out)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["required"] == ["desk", "teams", "agents"]
