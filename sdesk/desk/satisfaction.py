"""Asking how it was: once a ticket is solved, its requester told of it, and some time has passed; at most once a month.

Nobody is asked about what he did not ask for (what machines, rules and archives brought), about what he was not told to
be solved and did not call solved himself, and no agent is. What was solved long ago, as before the desk file said so,
is asked about no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from sdesk.desk.opening import Desk, Work
from sdesk.desk.steps.outbox import make_message_id, queue_mail
from sdesk.desk.steps.people import requester_of
from sdesk.desk.steps.rating_question import new_key
from sdesk.desk.steps.requester_wrote import REQUESTER
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.tokens import hash_of
from sdesk.domain.actor import SYSTEM
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outgoing import MailKind
from sdesk.domain.satisfaction import SatisfactionRule
from sdesk.domain.ticket import Channel
from sdesk.store.models import Rating, Ticket

BATCH = 100
"""Questions of one transaction."""
TOO_LATE = timedelta(days=7)
"""So long after the time to ask nobody is asked any more: who remembers?"""
AT_ONCE = timedelta(0)

_UNASKED = (Channel.EVENT, Channel.IMPORT)
"""How what nobody asked for comes: machines, rules and playbooks of the desk file, archives."""

# The plus: of the indexes that of the resolution alone is of use.
DUE = (
    "SELECT t.id, t.resolved_at, t.team_id, t.service_id FROM ticket AS t"
    " WHERE t.resolved_at IS NOT NULL AND t.resolved_at > :since AND t.resolved_at <= :until"
    " AND (t.resolved_at > :after OR t.resolved_at = :after AND t.id > :number)"
    " AND +t.status IN ('resolved', 'closed') AND +t.external_id IS NULL"
    f" AND t.channel NOT IN ({', '.join(repr(each.value) for each in _UNASKED)})"
    # Told by a mail that has gone and did not come back; or he said so himself, in the portal.
    " AND (EXISTS (SELECT 1 FROM outbox AS o LEFT JOIN message AS m ON m.id = o.message_ref WHERE o.ticket_id = t.id"
    "   AND o.kind = 'resolution' AND o.state = 'sent' AND o.created_at >= t.resolved_at AND m.undeliverable IS NULL)"
    "  OR EXISTS (SELECT 1 FROM history AS h WHERE h.ticket_id = t.id AND h.event = 'status'"
    f"   AND h.actor = '{REQUESTER}' AND json_extract(h.data, '$.new') = 'closed' AND h.at >= t.resolved_at))"
    " AND NOT EXISTS (SELECT 1 FROM rating AS r WHERE r.ticket_id = t.id"
    "  AND (r.asked_at >= t.resolved_at OR r.asked_at > :lately))"
    " AND NOT EXISTS (SELECT 1 FROM rating AS r WHERE r.person_id = t.requester_id AND r.asked_at > :lately)"
    # What a bad answer opened is asked about by nobody: it would never end.
    " AND NOT EXISTS (SELECT 1 FROM rating AS r WHERE r.follow_up_id = t.id)"
    " AND EXISTS (SELECT 1 FROM person_address AS p WHERE p.person_id = t.requester_id)"
    " AND NOT EXISTS (SELECT 1 FROM person_address AS p WHERE p.person_id = t.requester_id AND (p.address IN"
    "  (SELECT lower(email) FROM agent) OR p.address IN (SELECT lower(address) FROM team WHERE address IS NOT NULL)))"
    " ORDER BY t.resolved_at, t.id LIMIT :most"
)


class _Place(NamedTuple):
    """How far the tickets were looked through."""

    resolved_at: str = ""
    number: int = 0


class _Due(NamedTuple):
    """A ticket whose requester may be asked."""

    number: int
    resolved_at: str
    team_id: int
    service_id: int | None


def ask_due(desk: Desk, *, now: datetime) -> int:
    """Ask all who are to be asked now; gives how many. Nobody, where the desk file says nothing of it."""
    asked, place = 0, _Place()
    while True:
        with desk.look(SYSTEM, now) as work:
            rule = work.rules.satisfaction
            found = () if rule is None else _due(work, rule, place)
            wanted = [each.number for each in found if rule is not None and _asks_of(work, rule, each)]
        if not found:
            return asked
        if wanted:
            # Where the desk asks about none of them, nobody else who writes is held up each minute.
            with desk.work(SYSTEM, now) as work:
                if work.rules.satisfaction is None:
                    return asked
                # What another process asked meanwhile is due no more.
                still = {each.number for each in _due(work, work.rules.satisfaction, place)}
                for number in wanted:
                    ticket = work.session.get_one(Ticket, number)
                    asked += number in still and _ask(work, work.rules.satisfaction, ticket)
                work.session.commit()
        place = _Place(found[-1].resolved_at, found[-1].number)


def _asks_of(work: Work, rule: SatisfactionRule, due: _Due | Ticket) -> bool:
    """Whether the desk asks about such a ticket."""
    service = work.rules.services[due.service_id].key if due.service_id is not None else None
    return rule.asks_of(work.rules.teams[due.team_id].key, service)


def _due(work: Work, rule: SatisfactionRule, place: _Place) -> Sequence[_Due]:
    """Tickets beyond a place whose requesters may be asked, by when they were solved."""
    until = work.now - rule.ask_after
    values = {
        "since": to_rfc3339(until - TOO_LATE),
        "until": to_rfc3339(until),
        "lately": to_rfc3339(work.now - rule.every),
        "after": place.resolved_at,
        "number": place.number,
        "most": BATCH,
    }
    return tuple(_Due(*row) for row in work.connection.execute(text(DUE), values))


def _ask(work: Work, rule: SatisfactionRule, ticket: Ticket) -> bool:
    """Put the question into the outbox; False where the desk does not ask about such a ticket."""
    person = requester_of(work, ticket)
    if ticket.id is None or person is None or not _asks_of(work, rule, ticket) or _asked(work, rule, person.id):
        return False
    key = new_key()
    rating = insert_row(
        work,
        Rating,
        {
            "ticket_id": ticket.id,
            "person_id": person.id,
            "team_id": ticket.team_id,
            "service_id": ticket.service_id,
            "unit_id": ticket.unit_id,
            "asked_at": work.now,
            "token_hash": hash_of(key),
            "comment": "",
        },
    )
    queue_mail(
        work,
        MailKind.RATING,
        ticket.id,
        message_id=make_message_id(work, ticket.id, key, ticket.team_id),
        to=[person.box],
        language=person.language,
        values={"rating": rating, "portal": work.rules.portal.url},
        delay=AT_ONCE,
    )
    return True


def _asked(work: Work, rule: SatisfactionRule, person_id: int) -> bool:
    """Whether somebody was asked lately, about another ticket of the same batch too."""
    found = work.connection.execute(
        text("SELECT 1 FROM rating WHERE person_id = :person AND asked_at > :lately LIMIT 1"),
        {"person": person_id, "lately": to_rfc3339(work.now - rule.every)},
    ).first()
    return found is not None
