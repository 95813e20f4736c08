"""The demo's mail server, which takes everything: what is due is claimed and marked by the steps of real sending.

Nothing is rendered and nothing goes anywhere. Each mail is marked at the instant at which it was due.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.outbox import notifications, queue
from sdesk.domain.outgoing import MailKind, OutboxState
from sdesk.store.models import Outbox

TAKES = timedelta(seconds=2)
"""From the moment at which a mail is due until the server has it."""
BY_MAIL = "mail"
"""The way by which agents are told."""
_SAID = {MailKind.REPLY, MailKind.RESOLUTION}
"""What an agent says goes whatever becomes of its ticket: there is nothing that a claim could withhold."""


def deliver(work: Work, until: datetime) -> None:
    """Send all mail to requesters and suppliers that is due by `until`."""
    due = (
        col(Outbox.state) == OutboxState.QUEUED,
        col(Outbox.kind).in_(queue.SENT_HERE),
        col(Outbox.send_after) <= until,
    )
    while True:
        first = work.connection.execute(
            select(col(Outbox.id), col(Outbox.kind), col(Outbox.send_after))
            .where(*due)
            .order_by(col(Outbox.send_after), col(Outbox.id))
            .limit(1)
        ).first()
        if first is None:
            return
        number, kind, at = first
        then = replace(work, now=at + TAKES)
        if kind in _SAID:
            queue.mark_sent(then, number, refused={})
            continue
        mail = queue.claim(then)
        if mail is not None:
            queue.mark_sent(then, mail.id, refused={}, told=mail.promises)


def tell_agents(work: Work) -> None:
    """Tell each agent what waits for him, as one mail."""
    for agent_id in notifications.agents_due(work):
        batch = notifications.claim(work, agent_id)
        if batch is not None:
            notifications.note_done(work, batch, batch.rows, BY_MAIL)
            notifications.finish(work, batch, {row: (BY_MAIL,) for row in batch.rows}, {})
