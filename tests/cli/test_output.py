"""Every output format against its golden file, and what each promises of hostile text."""

from __future__ import annotations

import csv
import io
import json
from zoneinfo import ZoneInfo

import pytest
from command_line import Golden

from sdesk.cli.output import Cut, Output, json_text
from sdesk.cli.queue import QUEUE
from sdesk.cli.wishes import Wishes
from sdesk.domain.errors import BadInput
from sdesk.reports.columns import fitted, folded, heads, width_of
from sdesk.reports.page import Heading
from sdesk.store.reader.rows import TicketRow


def output(wished: str | None = None, *, fields: str | None = None, color: str | None = None) -> Output:
    wishes = Wishes(output=wished, fields=fields, color=color)
    return Output(wishes, zone=lambda: ZoneInfo("Europe/Moscow"))


def printed(capsys: pytest.CaptureFixture[str], rows: list[TicketRow], wished: str | None, **options: str) -> str:
    output(wished, **options).rows(rows, QUEUE)
    return capsys.readouterr().out


@pytest.mark.parametrize("wished", ["table", "tsv", "json", "jsonl", "csv", "csv-safe", "ids"])
def test_a_format_is_its_golden_file(
    wished: str, tickets: list[TicketRow], capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    golden(f"list.{wished}", printed(capsys, tickets, wished))


@pytest.mark.parametrize("wished", ["table", "tsv", "json", "csv"])
def test_fields_are_picked_and_ordered(
    wished: str, tickets: list[TicketRow], capsys: pytest.CaptureFixture[str], golden: Golden
) -> None:
    golden(f"fields.{wished}", printed(capsys, tickets, wished, fields="due_at,number,tags,loss_per_hour"))


@pytest.mark.parametrize("wished", ["table", "tsv", "json", "jsonl", "csv", "csv-safe", "ids"])
def test_no_rows(wished: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, [], wished)
    if wished == "json":
        assert out == "[]\n"
    elif wished in ("jsonl", "ids"):
        assert out == ""
    else:
        assert len(out.splitlines()) == 1


def test_elsewhere_than_on_a_terminal_rows_are_tsv(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys, tickets, None) == printed(capsys, tickets, "tsv")


def test_a_cell_of_tsv_holds_no_tab_and_no_line_break(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]
) -> None:
    header, *lines = printed(capsys, tickets, "tsv").splitlines()
    assert [line.count("\t") for line in lines] == [header.count("\t")] * 3
    assert 'Printer is "stuck", ␛[31mred [bold]x[/bold]' in lines[1]


def test_csv_is_read_back(tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, tickets, "csv"))))
    assert [row["number"] for row in rows] == ["42", "43", "44"]
    assert rows[1]["subject"] == 'Printer\tis\n"stuck", ␛[31mred [bold]x[/bold]'


def test_json_keeps_the_text_and_harms_no_terminal(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]
) -> None:
    out = printed(capsys, tickets, "json")
    assert json.loads(out)[1]["subject"] == tickets[1].subject
    assert out.replace("\n", "").isprintable()


@pytest.mark.parametrize("text", ["\x7f\x80\x9b", "\u202e\u2066", "\u2028\u2029", "\ud800", "é漢🙂"])
def test_json_text_is_the_same_data(text: str) -> None:
    assert json.loads(json_text(text)) == text
    assert json_text(text).isprintable()


def test_json_lines_are_the_elements_of_the_array(tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(printed(capsys, tickets, "json"))
    assert [json.loads(line) for line in printed(capsys, tickets, "jsonl").splitlines()] == whole


def test_an_unknown_field_lists_all(tickets: list[TicketRow]) -> None:
    with pytest.raises(BadInput) as caught:
        output("json", fields="number,subjekt").rows(tickets, QUEUE)
    assert "subjekt" in caught.value.what
    assert all(field.name in caught.value.remedy for field in QUEUE.fields)


def test_no_field_at_all_is_wrong(tickets: list[TicketRow]) -> None:
    with pytest.raises(BadInput):
        output("json", fields=",").rows(tickets, QUEUE)


def test_an_unknown_format_lists_all() -> None:
    with pytest.raises(BadInput, match="yaml") as caught:
        output("yaml")
    assert "jsonl" in caught.value.remedy


def test_an_unknown_colour_is_wrong() -> None:
    with pytest.raises(BadInput, match="--color knows no `sometimes`"):
        output(color="sometimes")


def test_a_table_says_how_many_more_there_are(tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]) -> None:
    output("table").limited(lambda most: tickets, QUEUE, Cut(2, asked=True), left=lambda: 112)
    assert capsys.readouterr().out.endswith("\n… 112 more: --limit 0 shows all\n")


@pytest.mark.parametrize("form", ["tsv", "csv", "json", "jsonl", "ids"])
def test_a_list_that_nobody_asked_to_cut_says_so_to_programs_too(
    form: str, tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]
) -> None:
    first = len(tickets) - 1
    output(form).limited(lambda most: tickets[:most], QUEUE, Cut(first, asked=False))
    cut = capsys.readouterr()
    output(form).rows(tickets[:first], QUEUE)
    assert cut.out == capsys.readouterr().out
    assert cut.err == f"sdesk: only the first {first} are printed: --limit 0 prints all\n"
    for limit in (Cut(first, asked=True), Cut(len(tickets), asked=False), Cut(0, asked=False)):
        output(form).limited(lambda most: tickets[: most or None], QUEUE, limit)
        assert capsys.readouterr().err == ""


def test_a_table_in_colour_only_where_it_is_wished(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "\x1b[" not in printed(capsys, tickets, "table")
    assert "\x1b[1;31m" in printed(capsys, tickets, "table", color="always")


def test_a_narrow_table_keeps_what_identifies(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = printed(capsys, tickets, "table")
    assert max(map(len, out.splitlines())) <= 80
    assert all(ref in out for ref in ("SD-42", "SD-43", "SD-44"))
    assert "-47m" in out


@pytest.mark.parametrize(
    ("written", "harmless"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+7 495 000", "'+7 495 000"),
        ("-5", "-5"),
        ("-1200.50", "-1200.50"),
        ("- a list", "'- a list"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1dA1", "'\uff1dA1"),
        ("Till;=A1", "Till;'=A1"),
        ("Till\n=A1", "Till\n'=A1"),
        ('Till;"=A1', "Till;\"'=A1"),
        ("2+2=4, a@b.example", "2+2=4, a@b.example"),
    ],
)
def test_csv_for_a_spreadsheet_has_no_formula_and_csv_is_data(
    tickets: list[TicketRow], capsys: pytest.CaptureFixture[str], written: str, harmless: str
) -> None:
    rows = [tickets[0]._replace(subject=written)]
    for wished, cell in (("csv-safe", harmless), ("csv", written)):
        _, (found,) = csv.reader(io.StringIO(printed(capsys, rows, wished, fields="subject")))
        assert found == cell


@pytest.mark.parametrize("width", [40, 30])
def test_a_very_narrow_table_gives_up_columns_and_cuts_no_number(
    width: int, tickets: list[TicketRow], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = printed(capsys, tickets, "table")
    assert max(map(len, out.splitlines())) <= max(width, 36)
    assert all(ref in out for ref in ("SD-42", "SD-43", "SD-44"))


@pytest.mark.parametrize("room", [60, 38, 25])
def test_what_is_typed_is_never_cut(room: int) -> None:
    headings = (
        Heading("DUE", right=True),
        Heading("ID", typed=True),
        Heading("SUBJECT", cut=True),
        Heading("WHO"),
        Heading("DO", typed=True),
    )
    widths = [7, 6, 40, 8, 14]
    shown = fitted(headings, widths, room)
    assert {1, 4} <= set(shown)
    assert (widths[1], widths[4]) == (6, 14)
    assert sum(widths[each] for each in shown) + 2 * (len(shown) - 1) <= room


def test_a_head_is_broken_before_anything_is_cut() -> None:
    headings = (Heading("UNIT", cut=True), Heading("WORKSTATION", right=True, folds=7), Heading("TILL", folds=8))
    widths = [16, 11, 8]
    assert fitted(headings, widths, 37) == [0, 1, 2]
    assert widths == [16, 9, 8]
    assert heads(headings, widths, [0, 1, 2]) == [["", "WORKST-", ""], ["UNIT", "ATION", "TILL"]]
    widths = [16, 11, 8]
    fitted(headings, widths, 31)
    assert widths == [12, 7, 8]


@pytest.mark.parametrize("text", ["WORKSTATION", "BARCODE SCANNER", "КАССОВЫЙ-АППАРАТ", "A", "", "端末端末端末"])
@pytest.mark.parametrize("width", [4, 7, 11, 40])
def test_what_is_broken_into_lines_is_all_there(text: str, width: int) -> None:
    lines = folded(text, width)
    assert max(map(width_of, lines)) <= width
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace("-", "").replace(" ", "")
