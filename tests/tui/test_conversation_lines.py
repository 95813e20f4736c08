"""The conversation and the facts in lines: notes unmistakable, quotes folded, nothing of a mail obeyed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from desks import NOW

from sdesk.domain.ticket import Direction
from sdesk.store.reader.detail_rows import AttachmentRow, HistoryRow, MessageRow
from sdesk.tui.render.conversation import MOST_LETTERS, MOST_LINES, Talk
from sdesk.tui.render.events import event_text
from sdesk.tui.render.lines import Line, wrap
from sdesk.tui.render.seek import hits

ZONE = ZoneInfo("Europe/Moscow")
MESSAGE = MessageRow(
    id=1,
    direction=Direction.IN,
    agent=None,
    author_name="Nils Berg",
    author_address="nils@delta.example",
    takes_part=True,
    sent_at=NOW - timedelta(hours=1),
    taken_at=NOW - timedelta(hours=1),
    subject="Laptop",
    text="It got very loud again.\n\nCan I get a spare one?",
    quoted="> older\n> words",
    to=(),
    cc=(),
    message_id=None,
    undeliverable=None,
    defects=(),
    has_raw=True,
    attachments=(AttachmentRow(1, 1, "eventlog.txt", "text/plain", 18_000, "0" * 64, False),),
)


def conversation_lines(messages: tuple[MessageRow, ...], *, width: int, unfolded: Collection[int] = ()) -> list[Line]:
    """All of a conversation at once."""
    return Talk().lines(messages, width=width, unfolded=unfolded, now=NOW, zone=ZONE, most=1 << 40)


def lines_of(*messages: MessageRow, unfolded: bool = False) -> list[Line]:
    ids = {message.id for message in messages} if unfolded else set()
    return conversation_lines(messages, width=60, unfolded=ids)


def text_of(*messages: MessageRow, unfolded: bool = False) -> str:
    return "\n".join(line.text for line in lines_of(*messages, unfolded=unfolded))


def test_a_message_says_who_and_when_in_the_desks_zone() -> None:
    first = lines_of(MESSAGE)[0].text
    assert "11:00" in first
    assert "Nils Berg" in first
    assert first.rstrip().endswith("1 of 1")


def test_quoted_parts_are_folded_until_asked_for() -> None:
    assert "2 quoted lines (o to unfold)" in text_of(MESSAGE)
    assert "older" not in text_of(MESSAGE)
    assert "older" in text_of(MESSAGE, unfolded=True)


def test_a_note_is_unmistakable_without_colour() -> None:
    lines = lines_of(MESSAGE._replace(direction=Direction.NOTE, quoted=""))
    assert "INTERNAL NOTE" in lines[0].text
    assert all(line.text.startswith(" | ") for line in lines[1:])


def test_who_takes_no_part_and_what_never_arrived_is_said() -> None:
    text = text_of(MESSAGE._replace(takes_part=False, undeliverable="mailbox full"))
    assert "Takes no part" in text
    assert "Undeliverable: mailbox full" in text


def test_files_are_listed() -> None:
    assert "[eventlog.txt 18 kB]" in text_of(MESSAGE)


def test_escape_sequences_and_markup_are_text() -> None:
    evil = MESSAGE._replace(
        author_name="\x1b[2JEve\u202e",
        text="\x1b]0;owned\x07[bold red]hi[/] \x9b31m",
        quoted="",
        attachments=(MESSAGE.attachments[0]._replace(name="\x1b[31m.txt"),),
    )
    text = text_of(evil)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "[bold red]hi[/]" in text


def test_every_line_fits() -> None:
    long = MESSAGE._replace(text="слово " * 80 + "https://example.org/" + "x" * 200, quoted="> " + "q" * 200)
    assert all(line.cells <= 60 for line in lines_of(long, unfolded=True))


ANSWER = MESSAGE._replace(
    direction=Direction.OUT,
    agent="anna",
    author_name="Anna Orlova",
    text="\nSwitch it off.\nThen on.",
    quoted="",
    attachments=(),
)


def test_copies_of_an_answer_are_named_and_shortened_at_the_end() -> None:
    cc = (("boss@shop.example", "The Boss"), ("store-017@shop.example", ""))
    (head, *_rest) = conversation_lines((ANSWER._replace(cc=cc),), width=90)
    assert "Anna Orlova -> requester  Cc: The Boss, store-017@shop.example" in head.text
    (head, *_rest) = conversation_lines((ANSWER._replace(cc=cc, delivery="failed"),), width=70)
    assert head.cells <= 70
    assert "Cc: " in head.text
    assert head.text.rstrip().endswith("1 of 1")


def test_what_was_taken_back_is_one_dim_line_until_it_is_unfolded() -> None:
    for message in (ANSWER, ANSWER._replace(direction=Direction.NOTE)):
        back = message._replace(taken_back_at=NOW)
        (line,) = lines_of(back)
        assert "taken back: Sw" in line.text
        assert {style for text, style in line.spans if text.strip()} == {"dim"}
        assert "Then on." in text_of(back, unfolded=True)


def event(name: str, **data: object) -> str:
    return event_text(HistoryRow(1, NOW, "anna", name, dict(data)), now=NOW.astimezone(ZONE), zone=ZONE)


def test_history_in_words() -> None:
    assert event("assigned", old="anna", new="boris") == "assigned anna -> boris"
    assert event("assigned", old=None, new="boris") == "assigned -> boris"
    assert event("assigned", old="anna", new=None) == "assigned anna -> nobody"
    assert event("waiting", waiting_for="requester", until="2026-11-24T07:00:00Z") == (
        "waiting for requester until tomorrow 10:00"
    )
    assert event("outage_confirmed", loss_per_hour="180000.00", currency="RUB") == "outage confirmed: 180 000 ₽/h"
    assert event("answered", message=3, kind="reply") == "answered"
    assert event("priority", old="P3", new="P1", reason="the chief called") == "priority P3 -> P1: the chief called"
    assert event("breached", clock="resolution", due_at="2026-11-24T07:00:00Z") == (
        "breached: resolution, due tomorrow 10:00"
    )


def test_what_was_not_read_of_a_mail_is_said_and_what_stands_within_its_text() -> None:
    (file,) = MESSAGE.attachments
    notes = ("S/MIME: the contents of the attachment are not read", "\x1b[2J[red]x[/red]")
    text = text_of(MESSAGE._replace(attachments=(file._replace(inline=True),), defects=notes))
    assert "[eventlog.txt 18 kB, within the text]" in text
    assert "! S/MIME: the contents of the attachment are not read" in text
    assert "! ␛[2J[red]x[/red]" in text


def test_quoted_parts_are_unfolded_one_by_one() -> None:
    messages = (MESSAGE, MESSAGE._replace(id=2, quoted="> the other"))
    lines = conversation_lines(messages, width=60, unfolded={2})
    text = "\n".join(line.text for line in lines)
    assert "the other" in text
    assert "2 quoted lines (o to unfold)" in text
    assert "older" not in text
    assert [line.opens for line in lines if line.opens] == [1, 2]


def test_a_message_of_thirty_megabytes_costs_what_its_first_lines_do() -> None:
    talk = Talk()
    log = "2026-11-23 09:00:00 INFO nothing happened here at all\n" * (30_000_000 // 54)
    huge = MESSAGE._replace(text=log)
    lines = talk.lines((huge,), width=60, unfolded=(), now=NOW, zone=ZONE)
    assert talk.laid_out <= MOST_LINES + 10
    assert talk.complete
    assert any("29.9 MB more: `sdesk show` has it" in line.text for line in lines)
    # The same again costs nothing, and so does a new message beside it.
    talk.lines((huge, MESSAGE._replace(id=2)), width=60, unfolded=(), now=NOW, zone=ZONE)
    assert talk.laid_out < 10
    # One line without an end is cut too.
    talk.lines((MESSAGE._replace(id=3, text="x" * 30_000_000),), width=60, unfolded=(), now=NOW, zone=ZONE)
    assert talk.laid_out <= MOST_LINES + 10
    assert MOST_LETTERS < 30_000_000


def test_a_long_conversation_is_laid_out_from_its_end_and_the_rest_when_nobody_waits() -> None:
    messages = tuple(MESSAGE._replace(id=number, text="line\n" * 300) for number in range(1, 51))
    talk, rounds = Talk(), 0
    lines = talk.lines(messages, width=60, unfolded=(), now=NOW, zone=ZONE, most=1000)
    waits = not talk.complete
    assert waits
    assert [line.opens for line in lines if line.opens][-1] == 50
    assert "earlier messages" in lines[0].text
    while not talk.complete:
        lines = talk.lines(messages, width=60, unfolded=(), now=NOW, zone=ZONE, most=1000)
        assert talk.laid_out <= 1000 + 310
        rounds += 1
    assert rounds > 5
    assert [line.opens for line in lines if line.opens] == list(range(1, 51))
    assert lines == conversation_lines(messages, width=60)


def test_what_is_sought_is_found_across_broken_lines_and_in_any_letter_case() -> None:
    text = "The accounting department of the flagship store cannot open\nits ledger. Ещё раз: ЛЁД."
    lines = conversation_lines((MESSAGE._replace(text=text, quoted=""),), width=40)
    assert len(wrap(text.split("\n", maxsplit=1)[0], 36)) == 2
    (hit,) = hits(lines, "the FLAGSHIP store cannot")
    assert [lines[mark.line].text[mark.start : mark.end] for mark in hit] == ["the", "flagship store cannot"]
    (ice,) = hits(lines, "лед")
    assert [lines[mark.line].text[mark.start : mark.end] for mark in ice] == ["ЛЁД"]
    # A line break of the text is no blank.
    assert hits(lines, "open its") == []
    assert hits(lines, "  ") == []
    assert len(hits(lines, "e")) > 5


def test_a_long_word_that_was_cut_is_found_whole() -> None:
    link = "https://example.org/" + "abcdefghij" * 10
    lines = conversation_lines((MESSAGE._replace(text=f"see {link} now", quoted=""),), width=40)
    (hit,) = hits(lines, link)
    assert "".join(lines[mark.line].text[mark.start : mark.end] for mark in hit) == link
    assert len(hits(lines, "see https")) == 1
