"""No agent's key leaves the desk in a file, and no approver's: whoever has one writes, or decides, in his name.

`post` asks before any mail in an agent's words is queued; what only goes along (files of other messages) is left out
before that, and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, or_, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.tokens import LIVES, hash_of
from sdesk.domain.approval import LIVES as APPROVALS_LIVE
from sdesk.domain.errors import Refused
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.keys_in_files import keys_like
from sdesk.domain.phrase import phrase
from sdesk.domain.thread import TokenHolder
from sdesk.store.models import Token

_AT_ONCE = 500


def require_no_keys(work: Work, files: Iterable[InboundAttachment]) -> None:
    """Refused where one of the files holds a key that lives."""
    for file in files:
        if _holds_key(work, file):
            raise Refused(
                phrase("`{file}` holds the key of an agent or an approver: what the desk wrote to him", file=file.name),
                phrase("leave it out, and say what is in it in your own words"),
            )


def without_keys(
    work: Work, files: Sequence[InboundAttachment]
) -> tuple[tuple[InboundAttachment, ...], tuple[InboundAttachment, ...]]:
    """The files that may leave the desk, and those that hold a key that lives."""
    held = [_holds_key(work, file) for file in files]
    return (
        tuple(file for file, holds in zip(files, held, strict=True) if not holds),
        tuple(file for file, holds in zip(files, held, strict=True) if holds),
    )


def left_out(files: Sequence[InboundAttachment]) -> str:
    """What an agent is told of files that were left out; empty for none."""
    names = ", ".join(f"`{file.name}`" for file in files)
    return phrase("{names} did not go along: the key of an agent or an approver is in it", names=names) if files else ""


def _holds_key(work: Work, file: InboundAttachment) -> bool:
    # Of a closed ticket too: it may be opened again, and its keys with it.
    hashes = [hash_of(key) for key in keys_like(file.name.encode() + b"\n" + file.content)]
    return any(
        work.connection.execute(
            select(col(Token.hash))
            .where(
                col(Token.hash).in_(hashes[start : start + _AT_ONCE]),
                or_(
                    and_(col(Token.holder) == TokenHolder.AGENT, col(Token.created_at) >= work.now - LIVES),
                    and_(col(Token.holder) == TokenHolder.APPROVER, col(Token.created_at) >= work.now - APPROVALS_LIVE),
                ),
            )
            .limit(1)
        ).first()
        is not None
        for start in range(0, len(hashes), _AT_ONCE)
    )
