"""Blocked senders: their mail is discarded from then on; it stays in the ledger, with its raw bytes."""

from __future__ import annotations

import re

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Role
from sdesk.store.models import BlockedSender

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[^\s@.,<>/*]{1,63}(?:\.[^\s@.,<>/*]{1,63})+")
_LOCAL = re.compile(r"[^\s<>@,;*]{1,64}")


def block(work: Work, pattern: str) -> bool:
    """Block an address, or a domain and those below it; False where it is blocked already.

    BadInput for what is neither; Refused for the desk's own people, and for a domain that has them.
    """
    _require_hand(work)
    wanted = _parse(pattern)
    for address, what in (
        *((address, "an address of the desk itself") for address in work.rules.team_addresses),
        *((address, "an agent of the desk") for address in work.rules.agent_addresses),
    ):
        if wanted == address or (f".{address.rpartition('@')[2]}".endswith(f".{wanted}") and "@" not in wanted):
            raise Refused(f"`{wanted}` is, or has, {what} ({address})", "block a single address, or another domain")
    if work.session.get(BlockedSender, wanted) is not None:
        return False
    work.session.add(BlockedSender(pattern=wanted, actor=work.actor.login, blocked_at=work.now))
    work.session.flush()
    record(work, None, "sender_blocked", pattern=wanted)
    return True


def unblock(work: Work, pattern: str) -> None:
    """Take mail from it again; NotFound where it is not blocked."""
    _require_hand(work)
    wanted = _parse(pattern)
    row = work.session.get(BlockedSender, wanted)
    if row is None:
        raise NotFound(f"`{wanted}` is not blocked", "see `sdesk mail block`")
    work.session.delete(row)
    work.session.flush()
    record(work, None, "sender_unblocked", pattern=wanted)


def _require_hand(work: Work) -> None:
    if work.actor.role is Role.AUDITOR:
        raise Refused("an auditor reads everything and changes nothing", "ask an agent")


def _parse(pattern: str) -> str:
    wanted = pattern.strip().lower().removeprefix("@")
    local, at, domain = wanted.rpartition("@")
    if _DOMAIN.fullmatch(domain) and (not at or _LOCAL.fullmatch(local)):
        return wanted
    raise BadInput(f"`{one_line(pattern)}` is neither an address nor a domain", "write a@x.example, or x.example")
