"""Messages in quarantine, read and handled again, or discarded."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdesk.config.wire import DeskMailbox, desk_addresses
from sdesk.desk.intake import Receipt
from sdesk.desk.intake import aside as asides
from sdesk.desk.intake.aside import Aside
from sdesk.desk.opening import Desk
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Refused, SdeskError, Unavailable
from sdesk.domain.routing import route
from sdesk.mail.inbox.sources.base import Item
from sdesk.mail.inbox.take import origin_of, summary_of
from sdesk.mail.mime.message import read


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of one message."""

    id: int
    receipt: Receipt | None
    error: SdeskError | None


def retry(
    desk: Desk,
    actor: Actor,
    mailboxes: Mapping[str, DeskMailbox],
    ids: Sequence[int],
    *,
    now: datetime,
    dry_run: bool = False,
) -> list[Retried]:
    """Handle messages again, as of when the desk first saw them, a transaction each.

    Team, service and addresses are what the configuration says of their mailbox now.
    """
    return [_one(desk, actor, mailboxes, number, now, dry_run) for number in dict.fromkeys(ids)]


def discard(desk: Desk, actor: Actor, ids: Sequence[int], *, now: datetime, dry_run: bool = False) -> list[Retried]:
    """Give messages up, a transaction each: they stay in the ledger with their raw bytes."""
    done = []
    for number in dict.fromkeys(ids):
        try:
            with desk.work(actor, now) as work:
                receipt = asides.discard(work, asides.look_up(work, number))
                if not dry_run:
                    work.session.commit()
            done.append(Retried(number, receipt, None))
        except Unavailable:
            raise
        except SdeskError as error:
            done.append(Retried(number, None, error))
    return done


def _one(
    desk: Desk, actor: Actor, mailboxes: Mapping[str, DeskMailbox], number: int, now: datetime, dry_run: bool
) -> Retried:
    try:
        with desk.work(actor, now) as work:
            aside = asides.look_up(work, number)
            rules = work.rules
    except Unavailable:
        raise
    except SdeskError as error:
        return Retried(number, None, error)
    try:
        mail = read(aside.raw)
        mailbox = mailboxes.get(aside.mailbox) or DeskMailbox(
            name=aside.mailbox, desk_addresses=desk_addresses(mailboxes.values())
        )
        item = Item(aside.folder, aside.uidvalidity, aside.uid, len(aside.raw), aside.taken_at)
        routing = route(rules.routing, mail)
        with desk.work(actor, now) as work:
            # Again: somebody may have dealt with it meanwhile.
            aside = asides.look_up(work, number)
            receipt = asides.retry(work, aside, mail, origin_of(mailbox, item, mail, now), routing)
            if not dry_run:
                work.session.commit()
        return Retried(number, receipt, None)
    except Unavailable:
        raise
    except Exception as error:
        # Whatever it makes the desk stumble over: it stays where it is, and the next one is tried.
        if not dry_run:
            _note(desk, actor, aside, error, now)
        return Retried(number, None, Refused(f"message {number} fails again: {summary_of(error)}"))


def _note(desk: Desk, actor: Actor, aside: Aside, error: Exception, now: datetime) -> None:
    with desk.work(actor, now) as work:
        asides.note_failed_again(work, aside, summary_of(error), "".join(traceback.format_exception(error)))
        work.session.commit()
