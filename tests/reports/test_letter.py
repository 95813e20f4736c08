"""A page as a mail."""

from __future__ import annotations

from sdesk.reports.letter import TEXT_WIDTH, letter
from sdesk.reports.page import Bar, Cell, Heading, Page, Section, Table, Tone

PAGE = Page(
    "Last week",
    "2026-11-16 to 2026-11-22",
    (
        Section("Nothing", words=("No outage was confirmed.",)),
        Section(
            "Backlog",
            Table(
                (Heading("DAY"), Heading("OPEN", right=True), Heading("COURSE")),
                (
                    (Cell("Mon"), Cell("12"), Bar(12, 24)),
                    (Cell("Вторник"), Cell("24", Tone.BAD), Bar(24, 24)),
                    (Cell("Wed"), Cell("0"), Bar(0, 24)),
                ),
            ),
        ),
    ),
)


def test_plain_text_keeps_its_columns() -> None:
    made = letter(PAGE)
    assert made.subject == "Last week"
    assert made.text == (
        "Last week\n2026-11-16 to 2026-11-22\n\nNOTHING\nNo outage was confirmed.\n\nBACKLOG\n"
        "DAY      OPEN  COURSE\n"
        f"Mon        12  {'█' * 12}\n"
        f"Вторник    24  {'█' * 24}\n"
        "Wed         0\n"
    )


def test_what_others_wrote_is_text_in_both() -> None:
    hostile = 'x</td><script>alert("1")</script>\x1b[2J\nBcc: y'
    table = Table((Heading("SUBJECT"),), ((Cell(hostile),),))
    made = letter(Page("T", sections=(Section("S", table),)), subject="a\nBcc: b")
    assert made.subject == "a Bcc: b"
    assert "\x1b" not in made.text + made.html
    assert "<script" not in made.html
    assert len(made.text.splitlines()) == 5


def test_no_line_is_longer_than_a_mail_bears() -> None:
    table = Table(
        (Heading("SUBJECT", cut=True), Heading("SPARE", spare=True), Heading("N", right=True)),
        ((Cell("日本" * 50), Cell("y" * 30), Cell("1")), (Cell("short"), Cell("z"), Cell("22"))),
    )
    lines = letter(Page("T", sections=(Section("S", table, ("word " * 60,)),))).text.splitlines()
    assert max(map(len, lines)) <= TEXT_WIDTH
    assert any("…" in line for line in lines)


def test_ever_so_little_is_seen() -> None:
    assert [Bar(value, 1000).drawn(10) for value in (0, 1, 500, 1000)] == ["", "▏", "█████", "██████████"]
    assert Bar(1, 1000).drawn(10, blocks=False) == "#"
    assert Bar(2000, 1000).drawn(4, blocks=False) == "####"
    assert Bar(0, 0).drawn(4) == ""
