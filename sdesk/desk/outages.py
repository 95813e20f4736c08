"""Outages as people know them: confirmed, ended, and set right afterwards, with their own times and shares.

Each function is one use case in the caller's transaction. What an outage costs follows from its facts (`steps/losses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.find import find_ticket
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import and_parts, parts_at_work
from sdesk.desk.steps.losses import (
    confirm_outage,
    end_outage,
    outages_of,
    recount,
    running_outage,
    share_that_stands,
    take_priority_of_loss,
)
from sdesk.desk.steps.moves import require_id
from sdesk.domain.errors import BadInput, NotFound, Refused, about
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.outage import percent
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import OPEN_STATUSES, Status
from sdesk.store.models import Outage, Ticket

_NOT_WORK = frozenset({Status.MERGED, Status.SPAM})


def confirm(
    work: Work,
    number: int,
    *,
    down_from: datetime | None = None,
    down_to: datetime | None = None,
    share: Decimal | None = None,
    again: bool = False,
    outage: int | None = None,
    version: int | None = None,
) -> Change:
    """Say that an outage is a fact, and which: from now on its loss counts, from its own beginning.

    It is the ticket's last one, or the one of the id `outage`; what is given sets it right, ended or not, and what it
    cost is reckoned anew. `again`, or a ticket that has none, begins one. What is suspected of the parts of an incident
    becomes a fact with it, each as it began; not where a single outage is named. BadInput for times that cannot be;
    Refused where there is none, or no turnover that could stand.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if ticket.status in _NOT_WORK:
        raise Refused(
            phrase("{ref} is {status} and has no outage", ref=ref, status=ticket.status),
            phrase("confirm it on the ticket that is worked on"),
        )
    known = outages_of(work, ticket)
    told = down_from is not None or down_to is not None or share is not None
    if not known and not told and not again and outage is None and ticket.is_incident:
        parts = _confirm_parts(work, ticket)
        if parts:
            return Change(
                number,
                ref,
                phrase("{ref} confirmed, with no outage of its own{parts}", ref=ref, parts=and_parts(parts)),
            )
    if again or (not known and told):
        chosen = _begun(work, ticket, down_from, share)
        before: dict[str, Any] | None = None
    else:
        chosen = _chosen(work, ticket, known, outage)
        before = _facts(chosen)
        chosen.down_from = down_from or chosen.down_from
        chosen.share = share if share is not None else chosen.share
    chosen.down_to = down_to or chosen.down_to
    chosen.confirmed = True
    _require_possible(work, ticket, chosen, known)
    if before == _facts(chosen):
        parts = _confirm_parts(work, ticket) if outage is None else 0
        words = phrase("the outage of {ref} is confirmed already{parts}", ref=ref, parts=and_parts(parts))
        return Change(number, ref, words, changed=bool(parts))
    work.session.add(chosen)
    work.session.flush()
    recount(work, chosen.unit_id, (chosen.id or 0,))
    if before is None or before["share"] != str(chosen.share):
        take_priority_of_loss(work, ticket)
    fresh = before is None or not before["confirmed"]
    story: dict[str, Any] = {"down_from": to_rfc3339(chosen.down_from)} if told else {}
    if chosen.down_to is not None:
        story |= {"down_to": to_rfc3339(chosen.down_to), "loss": str(chosen.loss)}
    else:
        story |= {"loss_per_hour": str(ticket.loss_per_hour)}
    if told:
        story |= {"share": str(chosen.share)}
    event = "outage_confirmed" if fresh else "outage_corrected"
    record(work, number, event, **story, currency=work.rules.currency)
    settle(work, ticket)
    parts = _confirm_parts(work, ticket) if outage is None else 0
    facts = _in_words(work, chosen) if told else ""
    if fresh:
        words = phrase("outage of {ref} confirmed{facts}{parts}", ref=ref, facts=facts, parts=and_parts(parts))
    else:
        words = phrase("outage of {ref} corrected{facts}{parts}", ref=ref, facts=facts, parts=and_parts(parts))
    return Change(number, ref, words)


def restored(work: Work, number: int, *, at: datetime | None = None, version: int | None = None) -> Change:
    """The service works again, since `at` or now: the outage ends, the ticket stays open for the cause.

    Where the last outage has ended, `at` sets its end right. BadInput for an end that cannot be.
    """
    ticket = find_ticket(work, number, version)
    ref = work.rules.ref(number)
    if at is not None:
        with about("at"):
            _require_past(work, "an end", at)
    outage = running_outage(work, ticket)
    known = outages_of(work, ticket)
    late = outage is None and at is not None and bool(known)
    if late:
        outage = known[-1]
    if outage is None or (late and outage.down_to == at):
        parts = _restore_parts(work, ticket, at or work.now)
        words = phrase("{ref} has no outage that lasts", ref=ref)
        if parts:
            words = phrase("{ref} restored{parts}", ref=ref, parts=and_parts(parts))
        return Change(number, ref, words, changed=bool(parts))
    # A clock that was ahead when it began makes no outage that cannot end.
    end = at or max(work.now, outage.down_from)
    if end < outage.down_from:
        with about("at"):
            raise BadInput(
                phrase("{ref} was not down yet at {end}", ref=ref, end=_local(work, end)),
                phrase("it has been since {down_from}", down_from=_local(work, outage.down_from)),
            )
    if late:
        outage.down_to = end
        _require_possible(work, ticket, outage, known)
        work.session.add(outage)
        recount(work, outage.unit_id, (outage.id or 0,))
    else:
        end_outage(work, ticket, end)
    story = {"down_to": to_rfc3339(end)} if at is not None else {}
    event = "outage_corrected" if late else "restored"
    record(work, number, event, **story, loss=str(ticket.loss_past or 0), currency=work.rules.currency)
    settle(work, ticket)
    parts = 0 if late else _restore_parts(work, ticket, end)
    if at is None:
        return Change(number, ref, phrase("{ref} restored{parts}", ref=ref, parts=and_parts(parts)))
    words = phrase("{ref} restored at {end}{parts}", ref=ref, end=_local(work, end), parts=and_parts(parts))
    return Change(number, ref, words)


def _confirm_parts(work: Work, incident: Ticket) -> int:
    """What is a fact of an incident is one of its tickets; gives of how many."""
    done = 0
    for part in parts_at_work(work, incident):
        if confirm_outage(work, part):
            settle(work, part)
            done += 1
    return done


def _restore_parts(work: Work, incident: Ticket, end: datetime) -> int:
    """What works again for an incident does so for its tickets; gives for how many."""
    done = 0
    for part in parts_at_work(work, incident):
        outage = running_outage(work, part)
        if outage is None:
            continue
        end_outage(work, part, max(end, outage.down_from))
        loss = str(part.loss_past or 0)
        record(work, require_id(part), "restored", loss=loss, currency=work.rules.currency)
        settle(work, part)
        done += 1
    return done


def _begun(work: Work, ticket: Ticket, down_from: datetime | None, share: Decimal | None) -> Outage:
    """An outage that nobody suspected, by an agent's word."""
    number, ref = require_id(ticket), work.rules.ref(require_id(ticket))
    if ticket.unit_id is None:
        raise Refused(
            phrase("{ref} is of no unit, whose turnover could stand", ref=ref),
            phrase("sdesk ticket set {number} --unit KEY", number=number),
        )
    unit = work.rules.units[ticket.unit_id]
    if not unit.turnover_per_hour:
        raise Refused(
            phrase("the unit `{unit}` has no turnover", unit=unit.key),
            phrase("give it a turnover_per_hour in the desk file"),
        )
    stands = share if share is not None else share_that_stands(work, ticket.service_id, ticket.unit_id)
    if stands is None:
        with about("share"):
            raise BadInput(
                phrase("nobody knows what part of the turnover {ref} stops", ref=ref),
                phrase("give --share, a quarter as 0.25"),
            )
    return Outage(ticket_id=number, unit_id=ticket.unit_id, down_from=down_from or work.now, share=stands)


def _chosen(work: Work, ticket: Ticket, known: Sequence[Outage], wanted: int | None) -> Outage:
    ref = work.rules.ref(require_id(ticket))
    if wanted is not None:
        named = next((each for each in known if each.id == wanted), None)
        if named is None:
            listed = ", ".join(str(each.id) for each in known) or "none"
            raise NotFound(
                phrase("{ref} has no outage {wanted}", ref=ref, wanted=wanted),
                phrase("it has: {listed}", listed=listed),
            )
        return named
    if not known:
        raise Refused(
            phrase("{ref} has no outage", ref=ref),
            phrase("it follows from a service that stops turnover, in a unit that has one; or say --from and --share"),
        )
    return next((each for each in known if each.down_to is None), known[-1])


def _require_possible(work: Work, ticket: Ticket, outage: Outage, known: Sequence[Outage]) -> None:
    """BadInput or Refused for an outage that cannot have been."""
    ref = work.rules.ref(require_id(ticket))
    with about("down_from"):
        _require_past(work, "a beginning", outage.down_from)
    if outage.down_to is not None:
        with about("down_to"):
            _require_past(work, "an end", outage.down_to)
            if outage.down_to < outage.down_from:
                since = _local(work, outage.down_from)
                raise BadInput(
                    phrase(
                        "the outage of {ref} would end at {down_to}, before it began",
                        ref=ref,
                        down_to=_local(work, outage.down_to),
                    ),
                    phrase("it has been down since {down_from}: give --from and --to", down_from=since),
                )
    elif ticket.status not in OPEN_STATUSES:
        raise Refused(
            phrase("{ref} is {status}, and so nothing of it lasts", ref=ref, status=ticket.status),
            phrase("say when it ended with --to"),
        )
    for other in known:
        if other is outage:
            continue
        ends, begins = other.down_to, outage.down_to
        if (ends is None or outage.down_from < ends) and (begins is None or other.down_from < begins):
            until = "now" if ends is None else _local(work, ends)
            raise Refused(
                phrase(
                    "{ref} has another outage from {down_from} to {until}",
                    ref=ref,
                    down_from=_local(work, other.down_from),
                    until=until,
                ),
                phrase("correct that one with --outage {outage}, or give times beside it", outage=other.id),
            )


def _require_past(work: Work, what: str, instant: datetime) -> None:
    if instant > work.now:
        raise BadInput(
            phrase("{what} at {instant} is still to come", what=what, instant=_local(work, instant)),
            phrase("give an instant that is over"),
        )


def _facts(outage: Outage) -> dict[str, Any]:
    return {
        "from": outage.down_from,
        "to": outage.down_to,
        "share": str(outage.share),
        "confirmed": outage.confirmed,
    }


def _in_words(work: Work, outage: Outage) -> str:
    start, share = _local(work, outage.down_from), percent(outage.share)
    if outage.down_to is None:
        return phrase(": down from {start}, {share} of the turnover", start=start, share=share)
    end = _local(work, outage.down_to)
    return phrase(": down from {start} to {end}, {share} of the turnover", start=start, end=end, share=share)


def _local(work: Work, instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(work.rules.time_zone)):%Y-%m-%d %H:%M}"
