"""The letter of a report: plain text that keeps its columns, and the same in HTML."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sdesk.desk.outbox.report import ReportFacts
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.mail.outbox.letter import Letter, own_fields


def render_report(facts: ReportFacts, *, fallback_sender: str = "") -> Letter:
    """The letter, the same at every try but for its Date. BadInput where nobody knows from which address it goes."""
    sender = facts.sender or fallback_sender
    if not sender:
        raise BadInput("no team of the desk has a mail address to write from", "give one an address in the desk file")
    fields = own_fields(
        facts.message_id,
        facts.now,
        ZoneInfo(facts.desk.time_zone),
        facts.desk.loop_token,
        submitted="auto-generated",
    )
    return Letter(
        sender=Mailbox(sender, facts.desk.name),
        to=facts.to,
        cc=(),
        subject=facts.subject,
        fields=tuple(fields),
        text=facts.text,
        html=facts.html,
    )
