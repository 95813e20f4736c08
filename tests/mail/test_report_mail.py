"""A report goes by mail: from the command line through the outbox and a real SMTP exchange to a mailbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import Ran, Sdesk
from desks import NOW
from intake_desk import MailDesk
from smtp import Post, send

from sdesk.cli.app import run
from sdesk.cli.invocation import Surroundings
from sdesk.desk.outbox.report import queue_report
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.outgoing import LOOP_HEADER

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def mails(desk_path: Path) -> Iterator[MailDesk]:
    """The small desk with one ticket, whose subject is hostile and in Russian."""
    desk = MailDesk(desk_path)
    desk.new(subject="Касса <b>лежит</b>", text="x", service="other", requester="m@shop.example", at=NOW)
    yield desk
    desk.desk.close()


def process(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line as a process, as cron runs it."""
    env = {**os.environ, "SDESK_DB": str(path), "SDESK_AGENT": "anna"}
    return subprocess.run(
        [sys.executable, "-m", "sdesk", *words], env=env, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def sdesk(mails: MailDesk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sdesk:
    """The command line in this process, as `anna`, at the tests' present."""
    monkeypatch.setenv("SDESK_DB", str(mails.path))
    monkeypatch.setenv("SDESK_AGENT", "anna")

    def call(*words: str, stdin: str | bytes = "") -> Ran:
        def never(**_: object) -> None:
            raise AssertionError("no console was asked for")

        surroundings = Surroundings(clock=lambda: NOW, run_console=never, build_demo=never)  # type: ignore[arg-type]
        code = run(words, surroundings)
        sys.stdout.flush()
        printed = capfd.readouterr()
        return Ran(int(code), printed.out, printed.err)

    return call


@pytest.mark.parametrize("question", ["now", "who", "past", "ahead"])
def test_each_question_arrives_as_text_and_html(question: str, sdesk: Sdesk, mails: MailDesk, post: Post) -> None:
    ran = sdesk(question, "--mail", "boss@shop.example", "--mail", "Chef <chef@shop.example>")
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(
        r"mail \d+ to boss@shop.example, Chef <chef@shop.example> goes with the next `sdesk mail send`\n", ran.out
    )
    report = send(mails.desk, post, LATER)
    assert report.failed == 0
    (taken,) = [each for each in post.taken if "boss@shop.example" in each.recipients]
    assert set(taken.recipients) == {"boss@shop.example", "chef@shop.example"}
    mail = taken.mail
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    assert mail[LOOP_HEADER]
    assert str(mail["Subject"]).startswith("Test desk: ")
    assert mail["From"].addresses[0].display_name == "Test desk"
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain["Content-Type"].params.get("format") is None
    assert max(map(len, plain.get_content().splitlines())) <= 120
    assert "<h1" in html.get_content()


def test_what_others_wrote_stays_text(sdesk: Sdesk, mails: MailDesk, post: Post) -> None:
    sdesk("now", "--mail", "boss@shop.example")
    send(mails.desk, post, LATER)
    (taken,) = [each for each in post.taken if "boss@shop.example" in each.recipients]
    html = taken.mail.get_body(("html",))
    assert html is not None
    assert "Касса &lt;b&gt;лежит&lt;/b&gt;" in html.get_content()
    assert "Касса <b>лежит</b>" in taken.text


def test_a_dry_run_prints_the_mail_and_queues_none(mails: MailDesk) -> None:
    ran = process(mails.path, "ahead", "--mail", "boss@shop.example", "-n")
    assert ran.returncode == 0
    assert ran.stdout.startswith("To: boss@shop.example\nSubject: Test desk: what comes, ")
    assert "\nDAYS\n" in ran.stdout
    assert mails.rows("SELECT count(*) FROM outbox WHERE kind = 'report'") == [(0,)]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("now", "--mail", "nobody"), 2, "nobody"),
        (("now", "--mail", "support@desk.example"), 1, "is an address of the desk itself"),
        (("now", "--mail", "boss@shop.example", "-o", "json"), 2, "--mail and -o stand together"),
        (("now", "-n"), 2, "--dry-run is for --mail"),
    ],
)
def test_what_cannot_be_mailed_is_said(
    words: tuple[str, ...], code: int, said: str, sdesk: Sdesk, mails: MailDesk
) -> None:
    ran = sdesk(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert mails.rows("SELECT count(*) FROM outbox WHERE kind = 'report'") == [(0,)]


def test_a_report_is_seen_in_the_outbox_by_who_sees_over_all_walls(sdesk: Sdesk, mails: MailDesk) -> None:
    queued(mails)
    ((number,),) = mails.rows("SELECT id FROM outbox WHERE kind = 'report'")
    shown = sdesk("mail", "outbox", "show", str(number)).out
    assert "Subject: Weekly" in shown
    assert "A  B\n" in shown
    listed = json.loads(sdesk("mail", "outbox", "list", "-o", "json").out)
    assert [(each["kind"], each["to"]) for each in listed if each["kind"] == "report"] == [
        ("report", ["boss@shop.example"])
    ]
    assert sdesk("mail", "outbox", "show", str(number), "--as", "boris").code == 3


def test_a_refusal_fails_the_report_and_nothing_else(mails: MailDesk, post: Post) -> None:
    queued(mails)
    post.refuse["boss@shop.example"] = "550 5.1.1 no such user"
    assert send(mails.desk, post, LATER).failed == 1
    assert mails.rows("SELECT state FROM outbox WHERE kind = 'report'") == [("failed",)]


def test_the_use_case_wants_somebody_to_send_to(mails: MailDesk) -> None:
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        with pytest.raises(BadInput, match="nobody is named"):
            queue_report(work, [], subject="x", text="x", html="x")
        with pytest.raises(Refused, match="address of the desk itself"):
            queue_report(work, ["Feedback@desk.example"], subject="x", text="x", html="x")


def queued(mails: MailDesk) -> None:
    """A report in the outbox."""
    with mails.desk.work(mails.actor("anna"), NOW) as work:
        queue_report(work, ["boss@shop.example"], subject="Weekly", text="A  B\n", html="<h1>A</h1>")
        work.session.commit()
