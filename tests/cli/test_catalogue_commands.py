"""The catalogue on the command line: what is offered to whom, the form of a new ticket, and what was answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from catalogue_desk import catalogue as catalogue
from command_line import Ran, Sdesk, Terminal

ANSWERS = ("--field", "model=AT-55", "--field", "since=1.11.2026")


@pytest.fixture
def till(sdesk: Sdesk, catalogue: Path, tmp_path: Path) -> dict[str, Any]:
    """A ticket for the till, with its form."""
    photo = tmp_path / "till.jpg"
    photo.write_bytes(b"jpg")
    ran = opened(
        sdesk,
        *ANSWERS,
        *("--field", f"photo=@{photo}", "--field", "part=scanner", "--field", "shop=Flagship"),
        *("--field", "boss=boris", "-o", "json"),
    )
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)  # type: ignore[no-any-return]


def opened(sdesk: Sdesk, *more: str) -> Ran:
    to = ("--requester", "store-001@shop.example", "--service", "till")
    return sdesk("new", "--subject", "Dead", "--text", "Nothing", *to, *more)


def form_of(sdesk: Sdesk, number: str = "1") -> dict[str, str]:
    return {each["key"]: each["value"] for each in json.loads(sdesk("show", number, "-o", "json").out)["form"]}


def test_the_catalogue_is_listed_by_category_with_what_is_promised_now(sdesk: Sdesk, catalogue: Path) -> None:
    rows = json.loads(sdesk("service", "list", "-o", "json").out)
    assert [(row["category"], row["key"]) for row in rows] == [
        ("Office", "printer"),
        ("Tills", "till"),
        (None, "feedback"),
        (None, "leave"),
        (None, "other"),
    ]
    till = rows[1]
    assert till["description"] == {"en": "Where customers pay", "ru": "Кассы и сканеры"}
    assert (till["priority"], till["resolution_target"]) == ("P1", 7200)
    # Two hours of the shops' time, which is open at noon in Moscow.
    assert till["done_by"] == "2026-11-23T11:00:00Z"
    assert "CATEGORY" in sdesk("service", "list", "-o", "table").out


@pytest.mark.parametrize(
    ("who", "keys"),
    [
        ("flagship", ["till", "feedback", "leave", "other"]),
        ("store-001@shop.example", ["till", "feedback", "leave", "other"]),
        ("anybody@acc.shop.example", ["printer", "feedback", "leave", "other"]),
        ("ceo@hq.shop.example", ["till", "feedback", "leave", "other"]),
        ("stranger@y.example", ["feedback", "leave", "other"]),
    ],
)
def test_what_is_offered_to_somebody(sdesk: Sdesk, catalogue: Path, who: str, keys: list[str]) -> None:
    rows = json.loads(sdesk("service", "list", "--for", who, "-o", "json").out)
    assert [row["key"] for row in rows] == keys


def test_words_are_sought_in_every_language(sdesk: Sdesk, catalogue: Path) -> None:
    assert sdesk("service", "list", "--search", "КАССЫ", "--fields", "key").out == "key\ntill\n"
    assert sdesk("service", "list", "--search", "pay till", "--fields", "key").out == "key\ntill\n"
    assert sdesk("service", "list", "--search", "zzz", "--fields", "key").out == "key\n"
    ran = sdesk("service", "list", "--for", "flagshp")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `flagship`?" in ran.err


def test_a_service_is_shown_with_its_help_and_its_form(sdesk: Sdesk, catalogue: Path) -> None:
    shown = sdesk("service", "show", "till", "-o", "table").out
    assert "Try first    Switch it off,\n             wait a minute.\n" in shown
    assert "model: Model (text, as [A-Z]{2}-[0-9]+, required). It stands on the back: AT-55" in shown
    assert "part: What is broken (Screen, Scanner)" in shown
    assert "resolution 24h" in shown  # working time has no days: as `service list` says it
    fields = json.loads(sdesk("service", "show", "till", "-o", "json").out)["fields"]
    assert [field["key"] for field in fields] == ["model", "since", "part", "shop", "boss", "photo", "story"]
    assert fields[2]["choices"] == ["Screen", "Scanner"]


def test_a_service_and_a_help_text_end_where_the_terminal_does(terminal: Terminal, catalogue: Path) -> None:
    eighty = {"COLUMNS": "80", "NO_COLOR": "1"}
    lines = terminal("service", "show", "till", env=eighty).out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    place = next(place for place, line in enumerate(lines) if line.startswith("Form "))
    assert lines[place].endswith(" It stands on the")
    assert lines[place + 1] == " " * 13 + "back: AT-55"
    names = terminal("service", "list", env=eighty).out
    assert "…" not in names  # a name is worth more than how long it takes, beside by when it is done
    assert "DONE BY" in names
    first, _, rest = terminal("service", "show", "--help", env=eighty).out.partition("Examples:")
    assert all(len(line) <= 80 for line in first.splitlines())
    assert "  sdesk service show till -o json --fields fields" in rest


def test_a_new_ticket_has_its_form_checked_and_kept(sdesk: Sdesk, till: dict[str, Any]) -> None:
    assert till["form"] == [
        {"key": "model", "label": "Model", "value": "AT-55"},
        {"key": "since", "label": "Broken since", "value": "2026-11-01"},
        {"key": "part", "label": "What is broken", "value": "Scanner"},
        {"key": "shop", "label": "Shop", "value": "flagship"},
        {"key": "boss", "label": "Whom to call", "value": "boris@desk.example"},
        {"key": "photo", "label": "Photo", "value": "till.jpg"},
    ]
    assert [file["name"] for file in till["messages"][0]["attachments"]] == ["till.jpg"]
    shown = sdesk("show", "1").out
    assert "  Form       Model: AT-55\n             Broken since: 2026-11-01\n" in shown


def test_all_that_is_missing_or_wrong_is_said_at_once(sdesk: Sdesk, catalogue: Path) -> None:
    ran = opened(sdesk, "--field", "part=Cable", "--field", "modl=AT-55")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "sdesk: error: there is no field `modl`. did you mean `model`?",
        "sdesk: error: Model is missing. fill in the field `model`",
        "sdesk: error: Broken since is missing. fill in the field `since`",
        "sdesk: error: What is broken: there is no `Cable`. it is one of Screen, Scanner",
    ]
    assert sdesk("list", "-o", "ids").out == ""


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("model", "--field `model` says no answer"),
        ("photo=till.jpg", "the field `photo` wants a file"),
        ("photo=@no-such.jpg", "no-such.jpg cannot be attached"),
        ("shop=nowhere", "Shop: there is no unit `nowhere`"),
        ("model=55", "Model: `55` is not as it must be. It stands on the back: AT-55"),
    ],
)
def test_an_answer_that_is_none(sdesk: Sdesk, catalogue: Path, field: str, said: str) -> None:
    more = ANSWERS[2:] if field.startswith("model=") else ANSWERS
    ran = opened(sdesk, *more, "--field", field)
    assert ran.code == 2
    assert said in ran.err


def test_an_answer_twice_and_one_without_a_service(sdesk: Sdesk, catalogue: Path) -> None:
    assert "said twice" in opened(sdesk, *ANSWERS, "--field", "model=AT-1").err
    ran = sdesk("new", "--subject", "x", "--text", "y", "--team", "it", "--field", "model=AT-55")
    assert (ran.code, "no service whose form" in ran.err) == (2, True)


def test_a_text_comes_from_a_file(sdesk: Sdesk, catalogue: Path, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("first\nsecond\n", encoding="utf-8")
    assert opened(sdesk, *ANSWERS, "--field", f"story=@{story}").code == 0
    assert form_of(sdesk)["story"] == "first\nsecond"


def test_a_service_that_is_not_offered_is_opened_and_said(sdesk: Sdesk, catalogue: Path) -> None:
    ran = sdesk("new", "--subject", "Ink", "--text", "x", "--service", "printer", "--unit", "flagship")
    assert ran.code == 0
    assert "`printer` is not offered to flagship" in ran.err
    ran = sdesk("new", "--subject", "Ink", "--text", "x", "--service", "printer", "--unit", "accounting")
    assert "offered" not in ran.err


def test_answers_are_found_by_words_and_by_field(sdesk: Sdesk, till: dict[str, Any]) -> None:
    sdesk("new", "--subject", "Ink", "--text", "x", "--service", "printer", "--field", "model=AT-5_5")
    assert sdesk("list", "AT-55", "-o", "ids").out == "1\n"
    assert sdesk("list", "form:model:at-55", "-o", "ids").out == "1\n"
    assert sdesk("list", "form:model:5_5", "-o", "ids").out == "2\n", "no wildcard"
    assert sdesk("list", "form:10:00", "-o", "ids").out == ""
    assert sdesk("list", "form:scanner", "-o", "ids").out == "1\n"
    assert sdesk("list", "form:part:AT", "-o", "ids").out == ""
    assert sdesk("list", "not:form:part:scan", "-o", "ids").out == "2\n"
    assert sdesk("list", "form:since:2026-11,model:5_5", "-o", "ids", "--sort", "age").out == "1\n2\n"
    sdesk("new", "--subject", "Else", "--text", "x", "--service", "other")
    assert sdesk("list", "form:none", "-o", "ids").out == "3\n"


def test_answers_are_set_right_and_back(sdesk: Sdesk, till: dict[str, Any]) -> None:
    ran = sdesk("ticket", "set", "1", "--field", "model=AT-77", "--field", "part=")
    assert (ran.code, ran.out) == (0, "SD-1 is set right: Model: AT-77, What is broken: none\n")
    assert form_of(sdesk)["model"] == "AT-77"
    assert "part" not in form_of(sdesk)
    assert sdesk("list", "AT-77", "-o", "ids").out == "1\n"
    assert sdesk("list", "AT-55", "-o", "ids").out == ""
    assert "AT-55 -> AT-77" in sdesk("history", "1", "-o", "table").out
    assert sdesk("ticket", "set", "1", "--field", "model=at-77").code == 0
    assert sdesk("undo").code == 0
    assert sdesk("undo").code == 0
    assert form_of(sdesk)["model"] == "AT-55"
    assert form_of(sdesk)["part"] == "Scanner"
    assert sdesk("list", "AT-55", "-o", "ids").out == "1\n"
    for field, said in (("model=", "Model is missing"), ("photo=@x", "cannot be attached"), ("x=1", "no field `x`")):
        ran = sdesk("ticket", "set", "1", "--field", field)
        assert (ran.code, said in ran.err) == (2, True)


def test_answers_go_along_in_an_export_and_come_back(sdesk: Sdesk, till: dict[str, Any], tmp_path: Path) -> None:
    lines, rows, changed = (tmp_path / name for name in ("t.jsonl", "t.csv", "changed.jsonl"))
    lines.write_text(sdesk("ticket", "export").out, encoding="utf-8")
    rows.write_text(sdesk("ticket", "export", "-o", "csv").out, encoding="utf-8")
    line = json.loads(lines.read_text(encoding="utf-8"))
    assert line["form"] == till["form"]
    for file in (lines, rows):
        done = json.loads(sdesk("ticket", "import", str(file), "-o", "json").out)
        assert (done["created"], done["updated"], done["unchanged"]) == (0, 0, 1)
    line["form"][0]["value"] = "ZZ-9"
    changed.write_text(json.dumps(line), encoding="utf-8")
    assert sdesk("ticket", "import", str(changed)).code == 0
    assert form_of(sdesk)["model"] == "ZZ-9"
    assert sdesk("list", "ZZ-9", "-o", "ids").out == "1\n"

    line |= {"external_id": "ELSE-1", "origin": None}
    changed.write_text(json.dumps(line), encoding="utf-8")
    sdesk("ticket", "import", str(changed))
    assert form_of(sdesk, "2") == form_of(sdesk)


def test_a_line_of_another_system_says_answers_by_key(sdesk: Sdesk, catalogue: Path, tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    line = {
        "external_id": "X-1",
        "subject": "Dead",
        "service": "till",
        "form": {"model": "old\u001b words", "odd": "1"},
    }
    file.write_text(json.dumps(line), encoding="utf-8")
    assert sdesk("ticket", "import", str(file)).code == 0
    assert form_of(sdesk) == {"model": "old␛ words", "odd": "1"}
    file.write_text(json.dumps(line | {"external_id": "X-2", "form": {"no key": "x"}}), encoding="utf-8")
    assert "cannot be the key of a field" in sdesk("ticket", "import", str(file)).err
