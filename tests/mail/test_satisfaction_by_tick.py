"""From the resolution to the figures by ticks alone: the question goes, its answer comes back and is counted."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from desks import DESK_FILE, NOW
from intake_desk import SUPPORT, MailDesk
from smtp import Post, server_at

from sdesk.config import Config
from sdesk.config.wire import MaildirMailbox
from sdesk.domain.filters import Filter
from sdesk.mail.tick import TickReport, tick
from sdesk.reports.past import past
from sdesk.reports.period import Span, this
from sdesk.store.reader import Reader

HOUR = timedelta(hours=1)


def deliver(folder: Path, mail: EmailMessage, at: datetime) -> None:
    """Put a mail into a Maildir, as of an instant."""
    file = folder / "new" / f"{int(at.timestamp())}.M1P1.test"
    file.write_bytes(mail.as_bytes())
    os.utime(file, (at.timestamp(), at.timestamp()))


def letter(to: str, subject: str, text: str, message_id: str, at: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Maria Sokolova <maria@shop.example>", to, subject
    mail["Message-ID"], mail["Date"] = message_id, at
    mail.set_content(text)
    return mail


def test_from_the_resolution_to_the_figures(desk_path: Path, tmp_path: Path, post: Post) -> None:
    mails = MailDesk(desk_path)
    mails.apply(f"[satisfaction]\n{DESK_FILE}", at=NOW - HOUR)
    box = tmp_path / "box"
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    config = Config(
        mailboxes={"support": MaildirMailbox(name="support", path=box, addresses=(SUPPORT,), team="it")},
        smtp=server_at(post.port),
    )

    def run(at: datetime) -> TickReport:
        report = tick(mails.desk, config, now=lambda: at)
        assert report.failures == []
        return report

    run(NOW - HOUR)
    deliver(box, letter(SUPPORT, "Till", "It beeps.", "<ask@shop.example>", NOW), NOW)
    run(NOW)
    mails.do("boris", "close", 1, text="It is quiet again.", at=NOW + HOUR)
    run(NOW + HOUR + timedelta(minutes=1))
    asked_at = NOW + 26 * HOUR
    assert run(asked_at).asked == 1
    assert run(asked_at + HOUR).asked == 0
    (question,) = [each for each in post.taken if each.mail["Subject"] == "[SD-1] How was it?"]
    assert question.recipients == ("maria@shop.example",)
    links = re.findall(r"<mailto:([^?]+)\?subject=([^>]+)>", question.text)
    assert [unquote(subject)[0] for _, subject in links] == ["5", "4", "3", "2", "1"]
    to, subject = map(unquote, links[4])
    deliver(box, letter(to, subject, "It beeps still.", "<rate@shop.example>", asked_at + HOUR), asked_at + HOUR)
    run(asked_at + 2 * HOUR)
    assert mails.rows("SELECT score, comment, how, follow_up_id FROM rating") == [(1, "It beeps still.", "mail", 2)]
    assert mails.ticket(2).assignee == "anna"
    with Reader(desk_path) as reader:
        anna = reader.actor("anna")
        now = asked_at + 3 * HOUR
        week = this(Span.WEEK, now=now, zone=ZoneInfo(reader.desk.time_zone))
        found = past(reader, anna, week, Filter(), now=now).totals.satisfaction
        story = reader.person_story(anna, 1)
    assert (found.asked, found.answered, found.mean, found.share_bad) == (1, 1, 1.0, 1.0)
    assert (story.mean, story.complaints) == (1.0, 1)
    mails.desk.close()
