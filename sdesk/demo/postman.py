"""The demo's mail server, which takes everything: what is due is claimed and marked by the steps of real sending.

Nothing is rendered and nothing goes anywhere. Each mail is marked at the instant at which it was due.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sdesk.desk.opening import Work
from sdesk.desk.outbox import notifications, queue
from sdesk.domain.outgoing import MailKind, OutboxState

TAKES = timedelta(seconds=2)
"""From the moment at which a mail is due until the server has it."""
BY_MAIL = "mail"
"""The way by which agents are told."""
_SAID = {MailKind.REPLY, MailKind.RESOLUTION}
"""What an agent says goes whatever becomes of its ticket: there is nothing that a claim could withhold."""


def deliver(work: Work, until: datetime) -> None:
    """Send all mail to requesters and suppliers that is due by `until`."""
    # Again, since a claim may put a mail off, to an instant that is due as well.
    while rows := queue.due_by(work, until):
        for due, row in [(each.send_after, each) for each in rows]:
            if row.state is not OutboxState.QUEUED or row.send_after != due:
                # Dealt with by the claim of one before it: gone, or put off, and then its turn comes again.
                continue
            then = replace(work, now=row.send_after + TAKES)
            if row.kind in _SAID:
                queue.mark_sent(then, row.id or 0, refused={})
            elif (mail := queue.claim(then)) is not None:
                queue.mark_sent(then, mail.id, refused={}, told=mail.promises)


def tell_agents(work: Work) -> None:
    """Tell each agent what waits for him, as one mail."""
    for agent_id in notifications.agents_due(work):
        batch = notifications.claim(work, agent_id)
        if batch is not None:
            gone = notifications.note_done(work, batch, batch.rows, BY_MAIL)
            notifications.finish(work, gone, dict.fromkeys(batch.rows, (BY_MAIL,)), {})
