"""What machines send, class by class: whole mails, whose thread is given when they are taken."""

from __future__ import annotations

from dataclasses import dataclass

from sdesk.domain.ledger import Outcome

OURS = "<OURS>"
"""Stands for the Message-ID of the desk's own answer."""


@dataclass(frozen=True)
class Machine:
    """One mail that a machine sent, or that looks so."""

    name: str
    raw: str
    threaded: Outcome
    """What becomes of it where it names a mail of the desk."""
    alone: Outcome
    """And where it names none."""
    acknowledged: bool = False
    """Whether its sender is told so where it opens a ticket."""
    undeliverable: bool = False
    """Whether the desk's answer is then known not to have arrived."""


def _report(action: str) -> str:
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: support@desk.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain; charset=us-ascii

The mail system at host mx.example could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maria@shop.example
Action: {action}
Status: 5.1.1
--b
Content-Type: message/rfc822

From: support@desk.example
To: maria@shop.example
Subject: Re: Request
Message-ID: {OURS}

Try it again.
--b--
"""


TEXT_ONLY = f"""\
Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: support@desk.example
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<maria@shop.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: {OURS}
Subject: Re: Request

Try it again.
"""

HEADERS_ONLY = f"""\
Return-Path: <>
From: postmaster@mx.example
To: support@desk.example
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maria@shop.example
Action: failed
--b
Content-Type: text/rfc822-headers

Message-ID: {OURS}
Subject: Re: Request
--b--
"""


def _mail(subject: str, *fields: str, text: str = "I am away until Monday.", sender: str = "maria@shop.example") -> str:
    head = [f"From: {sender}", "To: support@desk.example", f"Subject: {subject}", f"In-Reply-To: {OURS}", *fields]
    return "\n".join(head) + f"\n\n{text}\n"


MACHINES = (
    Machine("bounces as a report", _report("failed"), Outcome.NOTED, Outcome.IGNORED, undeliverable=True),
    Machine("bounces as text only", TEXT_ONLY, Outcome.NOTED, Outcome.IGNORED, undeliverable=True),
    Machine("bounces as headers only", HEADERS_ONLY, Outcome.NOTED, Outcome.IGNORED, undeliverable=True),
    Machine('"delayed" bounces', _report("delayed"), Outcome.NOTED, Outcome.IGNORED),
    Machine(
        "automatic replies by header",
        _mail("Re: Request", "Auto-Submitted: auto-replied"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine(
        "automatic replies of Exchange",
        _mail("Automatic reply: Request", "X-Auto-Response-Suppress: All"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine("automatic replies by subject only", _mail("Out of office: Request"), Outcome.NOTED, Outcome.IGNORED),
    Machine(
        "automatic replies by subject only, in Russian",
        _mail("=?utf-8?b?0JDQstGC0L7QvtGC0LLQtdGC?=: Request"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine(
        "automatic replies by subject only, in German",
        _mail("Automatische Antwort: Request"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine(
        "Auto-Submitted: no", _mail("Re: Request", "Auto-Submitted: no"), Outcome.FOLLOWED_UP, Outcome.CREATED, True
    ),
    Machine(
        "Auto-Submitted: no, with comments and blanks",
        _mail("Re: Request", "Auto-Submitted:   no (a person; typed (by) hand)  ; x=y"),
        Outcome.FOLLOWED_UP,
        Outcome.CREATED,
        True,
    ),
    Machine(
        "loops of others",
        _mail("Re: Request", "X-Loop: helpdesk@partner.example", sender="helpdesk@partner.example"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine(
        "other trackers' numbers in the subject",
        _mail("[JIRA] (OPS-1) [#1] [SD#1] Request [Ticket#2026112310000018]", text="A person wrote this."),
        Outcome.FOLLOWED_UP,
        Outcome.CREATED,
        True,
    ),
    Machine(
        "mailing lists",
        _mail("[shop-talk] Request", "List-Id: <talk.shop.example>", "Precedence: list"),
        Outcome.NOTED,
        Outcome.IGNORED,
    ),
    Machine("bulk mail", _mail("Our offers", "Precedence: bulk"), Outcome.NOTED, Outcome.IGNORED),
)
