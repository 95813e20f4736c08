"""A ticket as a person reads it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from command_line import NOW, Golden

from sdesk.cli.page import Page
from sdesk.cli.sheet import Eyes
from sdesk.domain.approval import ApprovalState, DecidedHow
from sdesk.domain.ticket import Direction, LinkKind, Status
from sdesk.store.reader.approvals import ApprovalRow
from sdesk.store.reader.detail_rows import LinkRow, TicketDetail

EYES = Eyes(ZoneInfo("Europe/Moscow"))


def shown(detail: TicketDetail, *, colored: bool = False, quoted: bool = False, history: bool = False) -> str:
    return "\n".join(Page(EYES, NOW, colored, quoted, history).lines(detail)) + "\n"


def test_the_page_is_its_golden_file(till: TicketDetail, golden: Golden) -> None:
    golden("show.txt", shown(till))


def test_the_whole_page_is_its_golden_file(till: TicketDetail, golden: Golden) -> None:
    golden("show-whole.txt", shown(till, quoted=True, history=True))


@pytest.mark.parametrize("colored", [True, False])
def test_no_control_character_of_others_reaches_the_terminal(till: TicketDetail, colored: bool) -> None:
    hostile = till.ticket._replace(subject="\x1b]0;pwned\x07\x9b2J", requester_name="a\rb", tags=("x\x1b[1m",))
    text = shown(till._replace(ticket=hostile), colored=colored, history=True)
    for ours in ("\x1b[1m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"):
        text = text.replace(ours, "" if colored else ours)
    assert text.replace("\n", "").isprintable()


def test_colour_says_nothing_that_the_words_do_not(till: TicketDetail) -> None:
    plain, colored = shown(till), shown(till, colored=True)
    for ours in ("\x1b[1m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"):
        colored = colored.replace(ours, "")
    assert colored == plain


def test_what_does_not_belong_is_said(till: TicketDetail) -> None:
    stranger = till.messages[0]._replace(takes_part=False, undeliverable="no such user", direction=Direction.AUTO)
    link = LinkRow(LinkKind.FOLLOWS, 7, "SD-7", "The first till", Status.CLOSED, incoming=False)
    text = shown(till._replace(messages=(stranger,), links=(link,)))
    assert "takes no part in this ticket" in text
    assert "undeliverable: no such user" in text
    assert "automatic" in text
    assert "SD-7 follows: The first till (closed)" in text


def test_what_was_not_read_of_a_mail_is_said_and_what_stands_within_its_text(till: TicketDetail) -> None:
    letter = till.messages[0]
    (file,) = letter.attachments
    notes = ("winmail.dat: its contents are not unpacked", "encrypted (PGP/MIME): \x1b[2Jit cannot be read here")
    text = shown(till._replace(messages=(letter._replace(attachments=(file._replace(inline=True),), defects=notes),)))
    assert "[экран.png  12 kB, within the text]\n! winmail.dat: its contents are not unpacked\n" in text
    assert "! encrypted (PGP/MIME): ␛[2Jit cannot be read here\n" in text


def test_one_other_ticket_is_one(till: TicketDetail) -> None:
    assert till.unit is not None
    assert "1, 1 other open ticket\n" in shown(till._replace(unit=till.unit._replace(open_tickets=1)))


def test_an_approval_of_nobody_known_is_no_person_s(till: TicketDetail) -> None:
    asked = ApprovalRow(None, "", ApprovalState.APPROVED, NOW, NOW, DecidedHow.AGENT, "anna", "Fine")
    text = shown(till._replace(approvals=(asked,)))
    assert "Approval   approved, as anna wrote down at " in text
    assert "nobody" not in text.partition("Approval")[2].partition("\n")[0]
