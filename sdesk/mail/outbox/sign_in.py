"""The letter with a link into the portal: in the words of a template, with no secret but the link."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sdesk.desk.outbox.sign_in import SignInFacts
from sdesk.domain.errors import BadInput
from sdesk.domain.inbound import Mailbox
from sdesk.domain.outgoing import MailKind
from sdesk.domain.safe_text import one_line
from sdesk.mail.outbox.letter import Letter, own_fields
from sdesk.mail.outbox.plain_text import flowed
from sdesk.mail.outbox.templates import choose, fill


def render_sign_in(facts: SignInFacts, *, fallback_sender: str = "") -> Letter:
    """The letter. BadInput where nobody knows from which address it goes, or a template of the desk cannot be used."""
    sender = facts.sender or fallback_sender
    if not sender:
        raise BadInput("no team of the desk has a mail address to write from", "give one an address in the desk file")
    chosen = choose(MailKind.SIGN_IN, facts.language, facts.desk.language, "", facts.wordings)
    zone = ZoneInfo(facts.desk.time_zone)
    values = {"desk": {"name": facts.desk.name}, "link": facts.link, "minutes": str(facts.minutes)}
    subject, body = fill(chosen, values, zone)
    return Letter(
        sender=Mailbox(sender, facts.desk.name),
        to=facts.to,
        cc=(),
        subject=one_line(subject),
        fields=tuple(own_fields(facts.message_id, facts.now, zone, facts.desk.loop_token, submitted="auto-generated")),
        text=flowed(body.strip("\n")) + "\n",
    )
