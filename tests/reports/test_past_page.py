"""The page of `past`: what a person sees on a terminal, and what a mail would carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desks import NOW

from sdesk.cli.app import run
from sdesk.cli.invocation import Surroundings
from sdesk.domain.filters import Filter
from sdesk.reports import past, past_page
from sdesk.reports.letter import TEXT_WIDTH, letter
from sdesk.reports.page import Page
from sdesk.reports.period import Span, last
from sdesk.store.reader import Reader

Ask = Callable[..., Any]


def shown(ask: Ask, monkeypatch: pytest.MonkeyPatch, columns: int, *words: str) -> list[str]:
    """The page on a terminal of so many columns."""
    monkeypatch.setenv("COLUMNS", str(columns))
    return str(ask("past", *words, output="table")).splitlines()


@pytest.mark.usefixtures("two_weeks")
@pytest.mark.parametrize("columns", [80, 120])
def test_the_page_fits_its_terminal(ask: Ask, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    lines = shown(ask, monkeypatch, columns)
    assert max(map(len, lines)) <= columns
    assert lines[:2] == [
        "What happened 16 to 22 Nov 2026",
        "compared with 9 to 15 Nov 2026, Europe/Moscow",
    ]
    assert [line for line in lines if line and not line.startswith(" ")][2:] == [
        "Figures",
        "The backlog, at the end of each day",
        "Teams",
        "Services",
        "Units",
        "Priorities",
        "Agents",
        "Outages",
        "What keeps coming back",
    ]
    # Names may be cut, figures never are.
    assert not [line for line in lines if "…" in line.partition("  ")[2].lstrip().partition("  ")[2]]


@pytest.mark.usefixtures("two_weeks")
def test_the_page_says_what_the_figures_say(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(ask, monkeypatch, 120)
    words = [" ".join(line.split()) for line in lines]
    for line in (
        "opened 6 3 +100%",
        "reopened 1 0 new",
        "open at the end 2 2 =",
        "first response, median 30m 10m +200%",
        "first response in time 60% 100% -40 points",
        "resolution in time 83% -",
        "loss, RUB 102 000 180 000 -43%",
        "time spent 1h05m 15m +333%",
        "Boris Kim 3 0 1h00m -",
        "Teply Stan Till 3 0 SD-8, SD-7, SD-6",
    ):
        assert line in words, line
    (flagship,) = [line for line in words if line.startswith("SD-3 ")]
    assert flagship.startswith("SD-3 Flagship Till 15 Nov 21:00 30m 90 000 ███")
    assert "\x1b" not in "".join(lines)


def test_an_empty_desk_has_a_page_too(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(ask, monkeypatch, 80)
    assert "  No confirmed outage cost anything." in lines
    assert "Teams" not in lines
    assert ask("past")["totals"]["first_response_median"] == {"value": None, "earlier": None}


def test_what_others_wrote_steers_no_terminal(ask: Ask, two_weeks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    number = two_weeks.opens("18 12:00", "anna", "till", "store-001", subject="\x1b]0;pwned\x07[red]till\u202e")
    two_weeks.does("18 12:00", "anna", "confirm", number)
    two_weeks.does("18 13:00", "anna", "restored", number)
    for output in ("table", "csv", "tsv", "jsonl"):
        assert "\x1b" not in ask("past", output=output)
    assert ask("past")["outages"][0]["number"] == number


@pytest.mark.usefixtures("two_weeks")
def test_the_longest_spans_have_a_course_of_few_lines(ask: Ask) -> None:
    assert len(ask("past", "--last", "month")["course"]) == 31
    assert len(ask("past", "--last", "quarter")["course"]) == 14
    assert len(ask("past", "--last", "year")["course"]) == 12


@pytest.mark.usefixtures("two_weeks")
def test_the_page_makes_a_mail(desk_path: Path) -> None:
    with Reader(desk_path) as reader:
        compared = last(Span.WEEK, now=NOW, zone=ZoneInfo("Europe/Moscow"))
        found = past.past(reader, reader.actor("anna"), compared, Filter(), now=NOW)
    page: Page = past_page.page(found, "")
    made = letter(page)
    assert made.subject == "What happened 16 to 22 Nov 2026"
    assert max(map(len, made.text.splitlines())) <= TEXT_WIDTH
    assert "THE BACKLOG, AT THE END OF EACH DAY" in made.text
    assert made.html.count("<table") == len([section for section in page.sections if section.table])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--last", "fortnight"), "--last knows no `fortnight`. it takes week, month, quarter, year"),
        (("--last", "week", "--this", "week"), "--last and --this name two periods. give one of them"),
        (("--to", "2026-11-01"), "--to names no first day. add --from DAY"),
        (("--from", "2026-11-02", "--to", "2026-11-01"), "runs backwards"),
        (("--from", "someday"), "`someday` is no point in time"),
        (("team:nowhere",), "there is no team `nowhere`"),
        (("-o", "ids"), "these rows have no numbers"),
        (("-o", "json", "--fields", "profits"), "there is no section `profits`. sections: period, earlier,"),
        (("-o", "csv", "--fields", "profits"), "there is no field `profits`. fields: section, key,"),
        (("-o", "table", "--fields", "totals"), "--fields picks nothing of a page for eyes"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    words: tuple[str, ...],
    said: str,
    desk_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SDESK_DB", str(desk_path))
    monkeypatch.setenv("SDESK_AGENT", "anna")

    def never(**_: object) -> None:
        raise AssertionError("no console was asked for")

    surroundings = Surroundings(clock=lambda: NOW, run_console=never, build_demo=never)  # type: ignore[arg-type]
    assert run(["past", *words], surroundings) == 2
    assert said in capsys.readouterr().err
