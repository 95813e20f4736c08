"""The ledger and the state of mailboxes, as a fetch asks for them and keeps them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.domain.ledger import TAKEN_OUT, Outcome
from sdesk.store.models import Ledger, MailboxState, RawMail
from sdesk.store.prepared import Prepared

_KNOWN = Prepared(
    select(col(Ledger.id)).where(
        col(Ledger.mailbox) == bindparam("mailbox"),
        col(Ledger.folder) == bindparam("folder"),
        col(Ledger.uidvalidity) == bindparam("uidvalidity"),
        col(Ledger.uid) == bindparam("uid"),
    )
)


def known_uids(work: Work, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[str]) -> Collection[str]:
    """Those of `uids` that the ledger has, whatever became of them."""
    return set(
        work.connection.execute(
            select(col(Ledger.uid)).where(
                col(Ledger.mailbox) == mailbox,
                col(Ledger.folder) == folder,
                col(Ledger.uidvalidity) == uidvalidity,
                col(Ledger.uid).in_(uids),
            )
        ).scalars()
    )


def is_known(work: Work, mailbox: str, folder: str, uidvalidity: int, uid: str) -> bool:
    """Whether the ledger has one message of a source."""
    found = _KNOWN.run(work.connection, mailbox=mailbox, folder=folder, uidvalidity=uidvalidity, uid=uid)
    return found.first() is not None


@dataclass(frozen=True, slots=True)
class Held:
    """What the desk has of a message that it knows."""

    outcome: Outcome
    bytes_kept: int | None
    """Raw bytes, before compression; None where they were kept whole and taken out since (`db purge`)."""


def held(work: Work, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[str]) -> Mapping[str, Held]:
    """Those of `uids` that the ledger has, and what is kept of each."""
    rows = work.connection.execute(
        select(col(Ledger.uid), col(Ledger.outcome), col(Ledger.reason), col(RawMail.size))
        .join(RawMail, col(RawMail.id) == col(Ledger.raw_id), isouter=True)
        .where(
            col(Ledger.mailbox) == mailbox,
            col(Ledger.folder) == folder,
            col(Ledger.uidvalidity) == uidvalidity,
            col(Ledger.uid).in_(uids),
        )
    )
    return {uid: Held(outcome, _kept(size, reason)) for uid, outcome, reason, size in rows}


def _kept(size: int | None, reason: str) -> int | None:
    return size or (None if reason.endswith(TAKEN_OUT) else 0)


def keep_packed(work: Work, sha256: str, size: int, data: bytes) -> None:
    """Store the raw bytes of a mail that were compressed while they came, once."""
    found = work.connection.execute(select(col(RawMail.id)).where(col(RawMail.sha256) == sha256)).first()
    if found is None:
        work.connection.execute(insert(RawMail), {"sha256": sha256, "size": size, "data": data})


def note_marked(work: Work, mailbox: str, folder: str, uidvalidity: int, uids: Iterable[str]) -> None:
    """Write down that the source was told."""
    work.connection.execute(
        update(Ledger)
        .where(
            col(Ledger.mailbox) == mailbox,
            col(Ledger.folder) == folder,
            col(Ledger.uidvalidity) == uidvalidity,
            col(Ledger.uid).in_(list(uids)),
            col(Ledger.marked_at).is_(None),
        )
        .values(marked_at=work.now)
    )


def state_of(work: Work, mailbox: str, folder: str) -> MailboxState | None:
    """What is known of a mailbox's folder; None before its first fetch."""
    return work.session.get(MailboxState, (mailbox, folder))


def was_fetched(work: Work, mailbox: str) -> bool:
    """Whether the mailbox was ever fetched to the end."""
    found = work.connection.execute(
        select(col(MailboxState.folder)).where(
            col(MailboxState.mailbox) == mailbox, col(MailboxState.fetched_at).is_not(None)
        )
    ).first()
    return found is not None


def begin_folder(work: Work, mailbox: str, folder: str, since: datetime | None) -> None:
    """Write down that a folder is fetched from now on, and from when its mail counts."""
    if state_of(work, mailbox, folder) is None:
        work.connection.execute(
            insert(MailboxState),
            {
                "mailbox": mailbox,
                "folder": folder,
                "uidvalidity": 0,
                "seen_uid": 0,
                "set_up_at": work.now,
                "since": since,
                "failures": 0,
            },
        )


def advance(work: Work, mailbox: str, folder: str, uidvalidity: int, uid: int) -> None:
    """Every message of the folder up to this UID has been dealt with."""
    state = state_of(work, mailbox, folder)
    if state is None:
        raise LookupError(f"folder {folder} of {mailbox} was not begun")
    if state.uidvalidity != uidvalidity:
        state.uidvalidity, state.seen_uid = uidvalidity, uid
    else:
        state.seen_uid = max(state.seen_uid, uid)
    work.session.add(state)
    work.session.flush()


def begin_at(work: Work, mailbox: str, folder: str, since: datetime | None) -> None:
    """Another beginning than the day on which the folder was set up: all that arrived since it was taken."""
    state = state_of(work, mailbox, folder)
    if state is None:
        raise LookupError(f"folder {folder} of {mailbox} was not begun")
    state.since = since
    work.session.add(state)
    work.session.flush()


def note_fetched(work: Work, mailbox: str, *, well: bool = True) -> None:
    """The whole mailbox was dealt with; `well` ends its row of failures."""
    mended = {"failures": 0, "last_error": None} if well else {}
    work.connection.execute(
        update(MailboxState).where(col(MailboxState.mailbox) == mailbox).values(fetched_at=work.now, **mended)
    )


def note_failed(work: Work, mailbox: str, error: str) -> None:
    """A fetch failed; how often in a row says when to tell somebody."""
    work.connection.execute(
        update(MailboxState)
        .where(col(MailboxState.mailbox) == mailbox)
        .values(failures=col(MailboxState.failures) + 1, last_error=error)
    )
