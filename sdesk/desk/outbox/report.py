"""A finished report goes into the outbox like any mail: its words are in the row, and no template makes them anew."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sdesk.desk.opening import Work
from sdesk.desk.outbox.facts import DeskFacts, boxes_of, desk_facts
from sdesk.desk.steps.messages import recipients_of
from sdesk.desk.steps.outbox import domain_of_ids
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.outgoing import MailKind
from sdesk.domain.safe_text import one_line
from sdesk.store.models import Outbox


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that the mail of a report is made of."""

    sender: str
    """Address of a team; empty where none has one."""
    to: tuple[Mailbox, ...]
    message_id: str
    subject: str
    text: str
    html: str
    now: datetime
    desk: DeskFacts


def queue_report(work: Work, to: Sequence[str], *, subject: str, text: str, html: str) -> int:
    """Put a finished report into the outbox; gives the row. It goes with the next `mail send`.

    It is sent from the first team of the acting agent that has an address, else of the desk. BadInput for what is no
    mail address; Refused for one of the desk's own, which would take the report for a request.
    """
    boxes = [parse_mailbox(each) for each in to]
    if not boxes:
        raise BadInput("nobody is named to send the report to", "give an address")
    for box in boxes:
        if box.address.lower() in work.rules.team_addresses:
            raise Refused(f"`{box.address}` is an address of the desk itself", "name a person's")
    sender = _sender(work)
    return insert_row(
        work,
        Outbox,
        {
            "kind": MailKind.REPORT,
            "language": work.rules.language,
            "recipients": recipients_of(boxes),
            "to_address": boxes[0].address.lower(),
            "message_id": f"<report.{secrets.token_hex(16)}@{domain_of_ids(sender)}>",
            "values": {"sender": sender, "subject": one_line(subject), "text": text, "html": html},
            "created_at": work.now,
            "send_after": work.now,
            "attempts": 0,
            "agent_id": work.actor.agent_id,
        },
    )


def report_facts(work: Work, row: Outbox) -> ReportFacts:
    """The facts of a report of the outbox."""
    values = row.values
    return ReportFacts(
        values["sender"],
        boxes_of(row.recipients.get("to", ())),
        row.message_id,
        values["subject"],
        values["text"],
        values["html"],
        work.now,
        desk_facts(work),
    )


def _sender(work: Work) -> str:
    teams = sorted(work.rules.teams.values(), key=lambda team: (team.id not in work.actor.team_ids, team.key))
    live = set(work.rules.team_addresses.values())
    return next((team.address for team in teams if team.id in live and team.address), "")
