"""Invitations to meetings: a readable summary in the text, and the file beside it."""

from __future__ import annotations

import pytest

from sdesk.domain.inbound import InboundMail
from sdesk.mail.mime.invitation import in_words
from sdesk.mail.mime.message import read

OUTLOOK = """\
BEGIN:VCALENDAR
METHOD:REQUEST
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Russian Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN=Анна Орлова:mailto:anna@desk.example
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Kim, Boris":ma
 ilto:boris@desk.example
ATTENDEE;ROLE=OPT-PARTICIPANT;CN=maria@shop.example:MAILTO:maria@shop.example
DESCRIPTION;LANGUAGE=ru-RU:Повестка:\\n1. Кассы\\n2. Весы
UID:0400000082
SUMMARY;LANGUAGE=ru-RU:Кассы\\, весы и прочее
DTSTART;TZID=Russian Standard Time:20261102T100000
DTEND;TZID=Russian Standard Time:20261102T113000
LOCATION;LANGUAGE=ru-RU:Переговорная 5\\; второй этаж
RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10;BYDAY=MO
BEGIN:VALARM
DESCRIPTION:REMINDER
TRIGGER;RELATED=START:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
"""
TOLD = """\
Invitation: Кассы, весы и прочее
When: Mon, 2 Nov 2026, 10:00 to 11:30 (Russian Standard Time)
Repeats: every 2 weeks, 10 times
Where: Переговорная 5; второй этаж
Organizer: Анна Орлова <anna@desk.example>
Invited: Kim, Boris <boris@desk.example>, maria@shop.example"""


def mail(calendar: str, text: str = "Please come.", method: str = "; method=REQUEST") -> InboundMail:
    return read(
        (
            "From: anna@desk.example\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=B\n\n"
            f"--B\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
            f"--B\nContent-Type: text/calendar; charset=utf-8{method}\n\n{calendar}\n--B--\n"
        ).encode()
    )


def event(*lines: str, method: str = "REQUEST") -> str:
    body = "\r\n".join(lines)
    head = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nSUMMARY:Stocktaking"
    return f"{head}\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def told(*lines: str, method: str = "REQUEST") -> list[str]:
    return in_words(event(*lines, method=method), described=False).split("\n")[1:]


def test_an_invitation_is_told_below_the_text_and_kept_as_a_file() -> None:
    found = mail(OUTLOOK)
    assert found.body_text == f"Please come.\n\n{TOLD}"
    assert [(each.name, each.media_type) for each in found.attachments] == [("invitation.ics", "text/calendar")]
    assert found.defects == ()


def test_an_invitation_without_any_text_tells_its_description_too() -> None:
    assert mail(OUTLOOK, text="").body_text == f"{TOLD}\n\nПовестка:\n1. Кассы\n2. Весы"


def test_a_mail_that_is_nothing_but_an_invitation() -> None:
    raw = f"From: anna@desk.example\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n{OUTLOOK}"
    assert read(raw.encode()).body_text.startswith(TOLD)


def test_an_invitation_below_an_answer_with_history_is_not_folded() -> None:
    found = mail(OUTLOOK, text="Come.\n\nOn Mon, Nov 2, 2026 at 8:41 AM D <d@desk.example> wrote:\n> When?")
    assert "Invitation: " in found.body_text


@pytest.mark.parametrize(
    ("method", "head"),
    [("REQUEST", "Invitation: Stocktaking"), ("CANCEL", "Cancelled: Stocktaking"), ("publish", "Event: Stocktaking")],
)
def test_methods(method: str, head: str) -> None:
    assert in_words(event("DTSTART:20261102T070000Z", method=method), described=False).split("\n") == [
        head,
        "When: Mon, 2 Nov 2026, 07:00 (UTC)",
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("ACCEPTED", "accepts"),
        ("DECLINED", "declines"),
        ("TENTATIVE", "accepts tentatively"),
        ("X-WHAT", "answers"),
    ],
)
def test_an_answer_says_who_answers_what(status: str, words: str) -> None:
    lines = told(
        f"ATTENDEE;PARTSTAT={status};CN=Boris:mailto:boris@desk.example", "DTSTART:20261102T070000Z", method="REPLY"
    )
    assert lines == [f"Boris <boris@desk.example> {words}", "When: Mon, 2 Nov 2026, 07:00 (UTC)"]


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        (["DTSTART;VALUE=DATE:20261102", "DTEND;VALUE=DATE:20261103"], "Mon, 2 Nov 2026"),
        (["DTSTART;VALUE=DATE:20261102", "DTEND;VALUE=DATE:20261105"], "Mon, 2 Nov 2026 to Wed, 4 Nov 2026"),
        (["DTSTART:20261102T220000Z", "DURATION:PT4H30M"], "Mon, 2 Nov 2026, 22:00 to Tue, 3 Nov 2026, 02:30 (UTC)"),
        (["DTSTART:20261102T100000"], "Mon, 2 Nov 2026, 10:00"),
        (
            ["DTSTART;TZID=Europe/Berlin:20261102T100000", "DTEND;TZID=Europe/Moscow:20261103T130000"],
            "Mon, 2 Nov 2026, 10:00 (Europe/Berlin) to Tue, 3 Nov 2026, 13:00 (Europe/Moscow)",
        ),
        (["DTSTART;TZID=\x1b[2J\u202eX:20261102T100000"], "Mon, 2 Nov 2026, 10:00 (␛[2JX)"),
    ],
)
def test_when(lines: list[str], when: str) -> None:
    assert told(*lines) == [f"When: {when}"]


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART:20260231T100000",
        "DTSTART:99999999T999999Z",
        "DTSTART:",
        "DTSTART",
        "DTSTART;VALUE=DATE:٢٠٢٦١١٠٢",
        "DTSTART:00000000T000000",
        "DTSTART" + ";A=B" * 100_000,
        ":" * 100_000,
        "ORGANIZER" + ';CN="' * 10_000,
    ],
)
def test_nonsense_tells_nothing_and_raises_nothing(line: str) -> None:
    assert told(line) == []


def test_times_at_the_end_of_time() -> None:
    assert told("DTSTART:99991231T230000", "DURATION:P999W") == ["When: Fri, 31 Dec 9999, 23:00"]
    assert told("DTSTART;VALUE=DATE:00010101", "DTEND;VALUE=DATE:00010101") == ["When: Mon, 1 Jan 1"]


def test_of_a_thousand_people_ten_are_named() -> None:
    (line,) = told(*(f"ATTENDEE:mailto:p{number}@shop.example" for number in range(1_000)))
    assert line.endswith("p9@shop.example, and 990 more")


def test_of_several_events_the_first_is_told() -> None:
    assert told("END:VEVENT", "BEGIN:VEVENT", "SUMMARY:Other") == ["(1 more in the attachment)"]


def test_the_method_may_stand_in_the_content_type_alone() -> None:
    assert mail(OUTLOOK.replace("METHOD:REQUEST\n", "")).body_text == f"Please come.\n\n{TOLD}"


@pytest.mark.parametrize(
    "calendar", ["", "BEGIN:VCALENDAR\nEND:VCALENDAR", OUTLOOK.replace("METHOD:REQUEST\n", ""), "x"]
)
def test_a_calendar_that_invites_to_nothing_is_only_a_file(calendar: str) -> None:
    found = mail(calendar, method="")
    assert (found.body_text, len(found.attachments)) == ("Please come.", 1)


def test_hostile_words_are_dead() -> None:
    words = in_words(event("LOCATION:\x1b]0;x\x07[link=x]y[/link]\\n\u202e"), described=True)
    assert words.split("\n")[1:] == ["Where: ␛]0;x␇[link=x]y[/link]"]
