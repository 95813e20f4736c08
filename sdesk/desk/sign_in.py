"""Signing in to the portal: a link by mail that works once, and the session that it begins.

Whether an address is known shows in nothing that who asks can see: the same is said, and mail goes or does not. The
link's token is made when its mail goes, and kept hashed, so that no row of the store opens the portal.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.approval_question import is_asked
from sdesk.desk.steps.messages import recipients_of
from sdesk.desk.steps.outbox import domain_of_ids
from sdesk.desk.steps.people import find_person, person_of
from sdesk.desk.steps.requesters import is_head
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.tokens import hash_of
from sdesk.domain.errors import Refused
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import parse_mailbox
from sdesk.domain.outgoing import MailKind
from sdesk.domain.phrase import phrase
from sdesk.store.models import BlockedSender, Outbox, PortalSession, SignIn

LINK_LIVES = timedelta(minutes=15)
"""From when its mail goes; and so long a mail may wait before it makes no sense any more."""
SESSION_LIVES = timedelta(days=7)
LINKS_PER_HOUR = 5
"""To one address, at most."""
_KEPT = timedelta(days=1)
"""How long it is known that somebody asked for a link."""


def ask_link(work: Work, address: str, *, language: str, base: str) -> int | None:
    """Queue the mail with a link; gives the row of the outbox. None where the desk does not know the address, blocks
    it, or has sent it enough within an hour. BadInput for what is no mail address.

    `base`: where the portal is reached, without a slash at the end, should the desk file not say.
    """
    box = parse_mailbox(address)
    address = box.address.lower()
    work.connection.execute(delete(SignIn).where(col(SignIn.asked_at) < work.now - _KEPT))
    if not _is_known(work, address) or _is_blocked(work, address) or _asked_often(work, address):
        return None
    person = find_person(work, address)
    language = (person.language if person is not None else None) or language
    asked = insert_row(work, SignIn, {"address": address, "language": language, "asked_at": work.now})
    sender = _sender(work)
    return insert_row(
        work,
        Outbox,
        {
            "kind": MailKind.SIGN_IN,
            "language": language,
            "recipients": recipients_of([Mailbox(address, person.name if person is not None else "")]),
            "to_address": address,
            "message_id": f"<sign-in.{secrets.token_hex(16)}@{domain_of_ids(sender)}>",
            "values": {"sign_in": asked, "base": work.rules.portal.url or base, "sender": sender},
            "created_at": work.now,
            "send_after": work.now,
            "attempts": 0,
        },
    )


def make_link(work: Work, asked: int) -> str:
    """The token of a link whose mail goes now. One that was made for an earlier try opens nothing any more."""
    token = secrets.token_hex(16)
    work.connection.execute(
        update(SignIn)
        .where(col(SignIn.id) == asked, col(SignIn.used_at).is_(None))
        .values(hash=hash_of(token), expires_at=work.now + LINK_LIVES)
    )
    return token


def whose(work: Work, token: str) -> str:
    """With which address a link signs in; empty for one that does not. It changes nothing."""
    row = _of_link(work, token)
    return row.address if row is not None else ""


def sign_in(work: Work, token: str) -> str:
    """Use a link up and begin a session; gives the session's key. Refused for a link that was used, or is too old.

    Who never asked anything becomes a person of the desk by this.
    """
    row = _of_link(work, token)
    person = person_of(work, Mailbox(row.address), row.language) if row is not None else None
    if row is None or person is None:
        raise Refused(
            phrase("this link was used already, or is older than a quarter of an hour"), phrase("ask for a new one")
        )
    row.used_at = work.now
    work.session.add(row)
    work.session.flush()
    # Others that were asked for meanwhile are no longer needed: of a mailbox that somebody else reads later, one less.
    work.connection.execute(
        update(SignIn).where(col(SignIn.address) == row.address, col(SignIn.used_at).is_(None)).values(hash=None)
    )
    work.connection.execute(delete(PortalSession).where(col(PortalSession.expires_at) <= work.now))
    key = secrets.token_hex(16)
    insert_row(
        work,
        PortalSession,
        {
            "hash": hash_of(key),
            "person_id": person.id,
            "began_at": work.now,
            "expires_at": work.now + SESSION_LIVES,
        },
    )
    return key


def sign_out(work: Work, key: str, *, everywhere: bool = False) -> None:
    """End a session, or all of its person. A key that opens nothing is nothing to do."""
    mine = col(PortalSession.hash) == hash_of(key)
    if everywhere:
        person = select(col(PortalSession.person_id)).where(mine).scalar_subquery()
        work.connection.execute(delete(PortalSession).where(col(PortalSession.person_id) == person))
    work.connection.execute(delete(PortalSession).where(mine))


def _of_link(work: Work, token: str) -> SignIn | None:
    return work.session.scalars(
        select(SignIn).where(
            col(SignIn.hash) == hash_of(token), col(SignIn.used_at).is_(None), col(SignIn.expires_at) > work.now
        )
    ).first()


def _is_known(work: Work, address: str) -> bool:
    """Whether the desk serves somebody of this address: he asked before, works here, is of a unit, its head, or is
    asked whether something may be done."""
    rules = work.rules
    if address in rules.team_addresses:
        return False
    if find_person(work, address) is not None or address in rules.agent_addresses:
        return True
    if rules.unit_of(address) is not None:
        return True
    return is_head(work, address) or is_asked(work, address)


def _is_blocked(work: Work, address: str) -> bool:
    """Whether mail of the address, of its domain or one above, is discarded."""
    labels = address.rpartition("@")[2].split(".")
    patterns = [address, *(".".join(labels[start:]) for start in range(len(labels)))]
    found = select(col(BlockedSender.pattern)).where(col(BlockedSender.pattern).in_(patterns))
    return work.connection.execute(found).first() is not None


def _asked_often(work: Work, address: str) -> bool:
    found = select(func.count()).where(
        col(SignIn.address) == address, col(SignIn.asked_at) > work.now - timedelta(hours=1)
    )
    return (work.connection.execute(found).scalar() or 0) >= LINKS_PER_HOUR


def _sender(work: Work) -> str:
    """The address of the first team that everybody may know of; empty where there is none."""
    live = set(work.rules.team_addresses.values())
    teams = sorted(work.rules.teams.values(), key=lambda team: (team.private, team.key))
    return next((team.address for team in teams if team.id in live and team.address), "")
