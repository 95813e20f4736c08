"""The daily verbs against a real store: what they do, what they say, how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Ran, Sdesk

pytestmark = pytest.mark.usefixtures("at_desk")


def created(sdesk: Sdesk, subject: str = "Касса не работает", *more: str) -> int:
    ran = sdesk("new", "--subject", subject, "--text", "Помогите", *more, "-o", "ids")
    assert (ran.code, ran.err) == (0, "")
    return int(ran.out)


def shown(sdesk: Sdesk, number: int) -> dict[str, Any]:
    ran = sdesk("show", str(number), "-o", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_new_says_what_it_made(sdesk: Sdesk) -> None:
    ran = sdesk("new", "--subject", "Till", "--text", "is dead")
    assert (ran.code, ran.out, ran.err) == (0, "SD-1 opened\n", "")


def test_new_in_json_is_what_show_prints(sdesk: Sdesk) -> None:
    ran = sdesk(
        *("new", "--subject", "Касса", "--text", "Зависла", "--requester", "Ирина <store-001@shop.example>"),
        *("--service", "till", "--tag", "pos", "--tag", "vip", "--channel", "phone", "-o", "json"),
    )
    ticket = json.loads(ran.out)
    assert ticket == shown(sdesk, ticket["number"])
    assert ticket["requester"] == {"name": "Ирина", "email": "store-001@shop.example"}
    assert (ticket["unit"], ticket["service"], ticket["team"]) == ("flagship", "till", "it")
    assert (ticket["channel"], sorted(ticket["tags"])) == ("phone", ["pos", "vip"])
    assert ticket["loss_per_hour"] == "180000.00"
    assert [message["text"] for message in ticket["messages"]] == ["Зависла"]


def test_new_for_a_team_behind_a_wall_still_answers_its_maker(sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDESK_AGENT", "boris")
    ran = sdesk("new", "--subject", "Отпуск", "--text", "В мае", "--service", "leave", "-o", "json")
    number = json.loads(ran.out)["number"]
    assert ran.code == 0
    assert sdesk("show", str(number)).code == 3


def test_a_dry_run_changes_nothing(sdesk: Sdesk) -> None:
    number = created(sdesk)
    before = shown(sdesk, number)
    ran = sdesk("take", str(number), "-n")
    assert (ran.code, ran.out) == (0, f"dry run: SD-{number} assigned to anna\n")
    assert sdesk("new", "--subject", "x", "--text", "y", "--dry-run").code == 0
    assert shown(sdesk, number) == before
    assert sdesk("list", "-o", "ids").out == f"{number}\n"


def test_many_numbers_come_from_standard_input(sdesk: Sdesk) -> None:
    first, second = created(sdesk, "one"), created(sdesk, "two")
    ran = sdesk("assign", "-", "--to", "boris", stdin=sdesk("list", "assignee:none", "-o", "ids").out)
    assert ran.out == f"SD-{first} assigned to boris\nSD-{second} assigned to boris\n"
    assert sdesk("list", "assignee:none", "-o", "ids").out == ""


def test_no_numbers_on_standard_input_is_nothing_to_do(sdesk: Sdesk) -> None:
    for arguments in (["take", "-"], ["reply", "-", "--text", "x"], ["history", "-"]):
        assert sdesk(*arguments).code == 0


@pytest.mark.parametrize("word", ["1", "SD-1", "sd-1", "#1"])
def test_a_number_in_each_of_its_forms(word: str, sdesk: Sdesk) -> None:
    created(sdesk)
    assert sdesk("take", word).out == "SD-1 assigned to anna\n"


@pytest.mark.parametrize("word", ["x", "1.5", "HR-1", "-1", "SD-", "1,2", "९"])
def test_what_is_no_number_is_wrong_usage(word: str, sdesk: Sdesk) -> None:
    ran = sdesk("take", word)
    assert ran.code == 2
    assert ran.err.startswith("sdesk: error: ")


def test_what_is_missing_is_not_found(sdesk: Sdesk) -> None:
    ran = sdesk("take", "99")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.count("\n") == 1
    assert "SD-99" in ran.err


def test_what_is_behind_a_wall_is_not_found(sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    number = created(sdesk, "Отпуск", "--service", "leave")
    monkeypatch.setenv("SDESK_AGENT", "boris")
    for verb in ("show", "take", "history"):
        assert sdesk(verb, str(number)).code == 3
    monkeypatch.setenv("SDESK_AGENT", "olga")
    assert sdesk("take", str(number)).code == 0


def test_done_in_part_names_the_rest(sdesk: Sdesk) -> None:
    number = created(sdesk)
    ran = sdesk("take", str(number), "98", "99")
    assert ran.code == 6
    assert ran.out == f"SD-{number} assigned to anna\n"
    assert [line.count("SD-9") for line in ran.err.splitlines()] == [1, 1]


def test_all_failed_ends_with_the_first_error(sdesk: Sdesk) -> None:
    assert sdesk("take", "98", "99").code == 3


def test_a_rule_that_says_no(sdesk: Sdesk) -> None:
    number = created(sdesk)
    assert sdesk("close", str(number), "--silent").code == 0
    ran = sdesk("take", str(number))
    assert ran.code == 1
    assert ran.err.startswith(f"sdesk: error: SD-{number} is resolved")


def test_done_already_is_no_failure(sdesk: Sdesk) -> None:
    number = created(sdesk)
    sdesk("take", str(number))
    ran = sdesk("take", str(number), "-o", "json")
    assert ran.code == 0
    assert json.loads(ran.out)[0]["changed"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["take", "1", "-o", "yaml"],
        ["take", "1", "--fields", "subject"],
        ["new", "--subject", "x", "--text", "y", "--fields", "nosuch"],
        ["new", "--subject", "x", "--text", "y", "-o", "yaml"],
        ["close", "1", "--silent", "--color", "pink"],
    ],
)
def test_nothing_is_changed_whose_answer_cannot_be_printed(arguments: list[str], sdesk: Sdesk) -> None:
    created(sdesk)
    before = shown(sdesk, 1)
    assert sdesk(*arguments).code == 2
    assert shown(sdesk, 1) == before
    assert sdesk("list", "-o", "ids").out == "1\n"


def test_outcomes_as_rows(sdesk: Sdesk) -> None:
    number = created(sdesk)
    ran = sdesk("take", str(number), "99", "-o", "json")
    good, bad = json.loads(ran.out)
    assert good == {
        "number": number,
        "ref": f"SD-{number}",
        "changed": True,
        "sentence": f"SD-{number} assigned to anna",
        "error": None,
        "warning": None,
        "dry_run": False,
    }
    assert (bad["ref"], bad["changed"]) == ("SD-99", False)
    assert "SD-99" in bad["error"]
    assert sdesk("take", str(number), "99", "-o", "ids").out == f"{number}\n"


def test_a_ticket_from_its_first_to_its_last_day(sdesk: Sdesk) -> None:
    number = str(created(sdesk, "Till", "--requester", "irina@samotsvet.example"))
    assert sdesk("take", number).code == 0
    assert sdesk("reply", number, "--text", "On my way", "--cc", "boss@samotsvet.example").code == 0
    assert sdesk("note", number, "--text", "-", stdin="spare part\nordered\n").code == 0
    ran = sdesk("wait", number, "--for", "supplier", "--until", "tomorrow 10:00")
    assert ran.code == 0
    waiting = shown(sdesk, int(number))
    assert (waiting["status"], waiting["waiting_for"]) == ("waiting", "supplier")
    assert waiting["wake_at"] == "2026-11-24T07:00:00Z"
    assert sdesk("ticket", "reopen", number, "--text", "it came early").code == 0
    assert sdesk("close", number, "--text", "Replaced").code == 0
    done = shown(sdesk, int(number))
    assert done["status"] == "resolved"
    assert [(message["direction"], message["text"]) for message in done["messages"]] == [
        ("in", "Помогите"),
        ("out", "On my way"),
        ("note", "spare part\nordered"),
        ("note", "it came early"),
        ("out", "Replaced"),
    ]
    history = json.loads(sdesk("history", number, "-o", "json").out)
    assert [event["at"] for event in history] == sorted(event["at"] for event in history)
    assert {event["actor"] for event in history} == {"anna"}


def test_wait_wants_to_know_for_whom(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    for arguments in (
        ["wait", number],
        ["wait", number, "--for", "godot"],
        ["wait", number, "--for", "date"],
        ["wait", number, "--until", "someday"],
    ):
        assert sdesk(*arguments).code == 2
    assert sdesk("wait", number, "--until", "2026-12-01").code == 0
    assert shown(sdesk, int(number))["waiting_for"] == "date"


def test_close_tells_something_or_is_silent(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    ran = sdesk("close", number)
    assert ran.code == 2
    assert "--text" in ran.err
    assert sdesk("close", number, "--silent").out == f"SD-{number} resolved, silently\n"


def test_ticket_set(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    assert sdesk("ticket", "set", number, "--service", "printer").code == 0
    assert shown(sdesk, int(number))["service"] == "printer"
    assert sdesk("ticket", "set", number, "--priority", "p2", "--reason", "The board meets").code == 0
    assert shown(sdesk, int(number))["priority"] == "P2"
    assert sdesk("ticket", "set", number, "--status", "spam").code == 0
    assert shown(sdesk, int(number))["status"] == "spam"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--priority", "P2"],
        ["--reason", "because"],
        ["--status", "closed"],
        ["--service", "no-such"],
        ["--priority", "P9", "--reason", "x"],
    ],
)
def test_ticket_set_with_wrong_words(arguments: list[str], sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    assert sdesk("ticket", "set", number, *arguments).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--text", "x"],
        ["--subject", "x"],
        ["--subject", " ", "--text", "x"],
        ["--subject", "x", "--text", " "],
        ["--subject", "x", "--text", "y", "--impact", "huge"],
        ["--subject", "x", "--text", "y", "--priority", "P7"],
        ["--subject", "x", "--text", "y", "--channel", "telepathy"],
        ["--subject", "x", "--text", "y", "--service", "no-such"],
        ["--subject", "x", "--text", "@/no/such/file"],
        ["--subject", "x", "--text", "y", "--tag", "very important"],
        ["--subject", "x", "--text", "y", "--tag", ""],
        ["--subject", "x", "--text", "y", "--tag", "a,b"],
    ],
)
def test_new_with_wrong_words(arguments: list[str], sdesk: Sdesk) -> None:
    ran = sdesk("new", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert sdesk("list", "-o", "ids").out == ""


def test_a_text_from_a_file(sdesk: Sdesk, tmp_path: Path) -> None:
    number = str(created(sdesk))
    file = tmp_path / "note.txt"
    file.write_text("\ufeffиз файла\n", encoding="utf-8")
    assert sdesk("note", number, "--text", f"@{file}").code == 0
    assert shown(sdesk, int(number))["messages"][-1]["text"] == "из файла"


def test_a_text_from_the_home_of_nobody(sdesk: Sdesk) -> None:
    ran = sdesk("note", "1", "--text", "@~nosuchuser/x")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sdesk: error: there is no home of ~nosuchuser. name a folder that there is\n"


def test_a_text_that_is_no_utf8(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    assert sdesk("note", number, "--text", "-", stdin=b"\xff\xfe").code == 2


def test_standard_input_cannot_be_both(sdesk: Sdesk) -> None:
    ran = sdesk("note", "-", "--text", "-", stdin="1")
    assert ran.code == 2
    assert "standard input" in ran.err


def test_next_is_the_most_urgent_that_nobody_has(sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    created(sdesk, "Печать", "--service", "printer")
    urgent = created(sdesk, "Касса", "--service", "till", "--unit", "flagship")
    assert sdesk("next", "-o", "ids").out == f"{urgent}\n"
    sdesk("take", str(urgent))
    assert sdesk("next", "-o", "ids").out == "1\n"
    monkeypatch.setenv("SDESK_AGENT", "vera")
    for wished, out in (("ids", ""), ("tsv", ""), ("table", ""), ("json", "[]\n")):
        ran = sdesk("next", "-o", wished)
        assert (ran.code, ran.out) == (0, out)


def test_a_dry_run_says_so_to_programs_and_names_no_ticket_that_is_not_there(sdesk: Sdesk) -> None:
    given = ("new", "--subject", "x", "--text", "x", "--service", "printer")
    assert sdesk(*given, "-n", "-o", "ids") == Ran(0, "", "")
    assert [each["dry_run"] for each in json.loads(sdesk(*given, "-n", "-o", "json").out)] == [True]
    assert sdesk("list", "-o", "ids").out == ""
    assert sdesk(*given).code == 0
    tried = sdesk("take", "1", "-n", "-o", "jsonl", "--fields", "changed,dry_run")
    assert tried.out == '{"changed": true, "dry_run": true}\n'
    assert sdesk("take", "1", "-o", "tsv", "--fields", "changed,dry_run").out == "changed\tdry_run\ntrue\tfalse\n"


def test_list_is_narrowed_and_limited(sdesk: Sdesk) -> None:
    for number in range(1, 5):
        created(sdesk, f"ticket {number}")
    sdesk("take", "2")
    assert sdesk("list", "assignee:me", "-o", "ids").out == "2\n"
    assert len(sdesk("list", "--limit", "3", "-o", "ids").out.splitlines()) == 3
    assert len(sdesk("list", "--limit", "0", "-o", "ids").out.splitlines()) == 4
    assert sdesk("list", "--limit", "3", "-o", "table").out.endswith("… 1 more: --limit 0 shows all\n")
    assert "more" not in sdesk("list", "--limit", "4", "-o", "table").out


@pytest.mark.parametrize("word", ["colour:red", "status:opened", "priority:P9", "created:someday"])
def test_a_wrong_filter_is_wrong_usage(word: str, sdesk: Sdesk) -> None:
    ran = sdesk("list", word)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_show_gives_one_object_or_an_array(sdesk: Sdesk) -> None:
    first, second = str(created(sdesk, "one")), str(created(sdesk, "two"))
    assert json.loads(sdesk("show", first, "-o", "json").out)["subject"] == "one"
    several = json.loads(sdesk("show", first, second, "-o", "json").out)
    assert [ticket["subject"] for ticket in several] == ["one", "two"]
    assert isinstance(json.loads(sdesk("show", "-", "-o", "json", stdin=first).out), list)
    part = sdesk("show", first, "99", "-o", "json")
    assert (part.code, len(json.loads(part.out))) == (6, 1)
    assert sdesk("show", first, second, "-o", "ids").out == f"{first}\n{second}\n"
    assert set(json.loads(sdesk("show", first, "-o", "json", "--fields", "messages,number").out)) == {
        "messages",
        "number",
    }


def test_show_elsewhere_than_on_a_terminal_is_the_page_without_colour(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    out = sdesk("show", number, "--history").out
    assert out.startswith(f"SD-{number}  Касса не работает\n")
    assert "Помогите" in out
    assert "opened" in out
    assert "\x1b" not in out


def test_raw_of_what_never_was_mail(sdesk: Sdesk) -> None:
    number = str(created(sdesk))
    assert sdesk("show", number, "--raw", "1").code == 3
    assert sdesk("show", number, "99", "--raw", "1").code == 2


def test_an_unknown_login_is_wrong_usage(sdesk: Sdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = sdesk("--as", "nobody", "list")
    assert ran.code == 2
    assert all(word in ran.err for word in ("nobody", "--as", "SDESK_AGENT", "anna"))
    monkeypatch.delenv("SDESK_AGENT")
    assert sdesk("list").code == 2
    monkeypatch.setenv("LOGNAME", "boris")
    assert sdesk("list").code == 0


def test_rows_of_the_desk_itself(sdesk: Sdesk) -> None:
    for noun, key, first in (
        ("agent", "login", "anna"),
        ("team", "key", "hr"),
        ("service", "key", "feedback"),
        ("unit", "key", "accounting"),
    ):
        rows = json.loads(sdesk(noun, "list", "-o", "json").out)
        assert rows[0][key] == first
        assert first in sdesk(noun, "list", "-o", "table").out
        assert sdesk(noun, "list", "-o", "ids").code == 2


@pytest.mark.parametrize("form", ["tsv", "csv", "json", "jsonl", "ids", "table"])
def test_a_list_of_a_wrong_filter_prints_nothing(form: str, sdesk: Sdesk) -> None:
    for words in (["team:nosuch"], ["status:nosuch"], ["assignee:nosuch", "--limit", "0"]):
        ran = sdesk("list", *words, "-o", form)
        assert (ran.code, ran.out) == (2, "")
        assert "nosuch" in ran.err


def test_an_external_id_is_given_once(sdesk: Sdesk) -> None:
    opening = ("new", "--subject", "x", "--text", "y", "--service", "other", "--external-id", "OLD-1")
    assert sdesk(*opening).code == 0
    ran = sdesk(*opening)
    assert (ran.code, ran.out) == (1, "")
    assert "the external id `OLD-1` is taken" in ran.err


def test_what_one_set_says_is_one_act_and_its_dry_run_says_what_would_come(sdesk: Sdesk, at_desk: Path) -> None:
    number = str(created(sdesk))
    there = ("--as", "boris", "ticket", "set", number, "--team", "hr", "--tag", "x")
    dry, real = sdesk(*there, "-n"), sdesk(*there)
    assert (real.code, real.err) == (0, "")
    assert dry.out == f"dry run: {real.out}"
    row = shown_as(sdesk, "olga", number)
    assert (row["team"], row["tags"]) == ("hr", ["x"])


def test_what_one_set_cannot_do_whole_it_does_not_begin(sdesk: Sdesk) -> None:
    number = created(sdesk)
    before = shown(sdesk, number)
    for more in ((), ("-n",)):
        ran = sdesk("ticket", "set", str(number), "--team", "quality", "--tag", "x", "--unit", "nosuch", *more)
        assert (ran.code, ran.out) == (2, "")
        assert "there is no unit `nosuch`" in ran.err
        assert shown(sdesk, number) == before


def test_where_no_ticket_could_be_set_the_code_is_the_first_errors(sdesk: Sdesk) -> None:
    number = created(sdesk)
    sdesk("close", str(number), "--silent")
    options = ("--tag", "x", "--service", "printer")
    assert sdesk("ticket", "set", "99", str(number), *options).code == 3
    assert sdesk("ticket", "set", str(number), "99", *options).code == 1
    assert sdesk("ticket", "set", str(number), str(created(sdesk)), *options).code == 6


@pytest.mark.parametrize(("form", "lines"), [("json", 3), ("tsv", 2), ("csv", 2), ("ids", 1)])
def test_what_one_set_says_is_printed_once(sdesk: Sdesk, form: str, lines: int) -> None:
    number = str(created(sdesk))
    ran = sdesk("ticket", "set", number, "--tag", "pos", "--priority", "P2", "--reason", "x", "-o", form)
    assert (ran.code, ran.out.count("\n")) == (0, lines)
    if form == "json":
        (row,) = json.loads(ran.out)
        assert row["sentence"] == f"SD-{number} is set right: tag pos; SD-{number} is P2 now"


def shown_as(sdesk: Sdesk, login: str, number: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sdesk("--as", login, "show", number, "-o", "json").out)
    return found
