"""Why a ticket is what it is, in sentences: the command line and the console say the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sdesk.domain.duration import format_exact
from sdesk.domain.phrase import Phrase, phrase, phrases
from sdesk.domain.plain_words import recognised
from sdesk.domain.story.words import NAMES, When
from sdesk.domain.ticket import ClockKind, WaitingFor
from sdesk.domain.urgency import RANK_RUNNING, order_of, reason_for
from sdesk.domain.why import Cause, Why
from sdesk.store.reader.decided import Standing
from sdesk.store.reader.rows import ClockRow, TicketRow

_NAMED = "named when it was opened"


class Decided(NamedTuple):
    """A ticket, why it is what it is, and where it stands."""

    ticket: TicketRow
    why: Why
    standing: Standing


def sentences(found: Decided, when: When) -> Iterator[str]:
    """One after the other; `when` writes an instant for eyes."""
    row, told = found.ticket, found.why
    yield phrase(
        "{ref} is {status}, {priority}, with team {team}.",
        ref=row.ref,
        status=phrase(row.status.value),
        priority=row.priority.value,
        team=row.team,
    )
    if told.service.value is None:
        yield phrase("No service was chosen.")
    else:
        yield phrase("It is about service {service}: {by}.", service=told.service.value, by=_by(told.service, when))
    yield phrase("Team {team} has it: {by}.", team=row.team, by=_by(told.team, when))
    yield _impact(found, when)
    yield from _priority(found, when)
    yield from _promise(found, when)
    yield _stands(found)


def _impact(found: Decided, when: When) -> str:
    row, told = found.ticket, found.why
    by = _by(told.impact, when)
    impact: str
    if told.raised is None:
        impact = phrase("Its impact is {impact} ({by})", impact=phrase(row.impact.value), by=by)
    elif told.raised.threshold is not None and told.raised.loss_per_hour is not None:
        impact = phrase(
            "Its impact is {impact}, raised from {own} ({by}) by a loss of {loss} {currency} an hour:"
            " from {threshold} on it is {impact}",
            impact=phrase(row.impact.value),
            own=phrase(told.raised.own.value),
            by=by,
            loss=_amount(told.raised.loss_per_hour),
            currency=row.currency,
            threshold=_amount(told.raised.threshold),
        )
    else:
        impact = phrase(
            "Its impact is {impact}, raised from {own} ({by}) by a loss; from which threshold on, an earlier release"
            " did not write down",
            impact=phrase(row.impact.value),
            own=phrase(told.raised.own.value),
            by=by,
        )
    return phrase(
        "{impact}; its urgency is {urgency} ({by}); for which the matrix gives {cell}.",
        impact=impact,
        urgency=phrase(row.urgency.value),
        by=_by(told.urgency, when),
        cell=told.cell.value,
    )


def _priority(found: Decided, when: When) -> Iterator[str]:
    row, told = found.ticket, found.why
    if told.reason is not None:
        own = told.reason.startswith("routing rule") or told.reason == "set when it was opened"
        because: str = "" if own or not told.reason else phrase(", because: {reason}", reason=told.reason)
        yield phrase(
            "Instead it is {priority}: {by}{because}.",
            priority=row.priority.value,
            by=_by(told.priority, when),
            because=because,
        )
    elif told.matrix_changed:
        yield phrase(
            "It is {priority} by the desk file of then: the matrix has been changed since.", priority=row.priority.value
        )


def _promise(found: Decided, when: When) -> Iterator[str]:
    row, told = found.ticket, found.why
    if told.sla.value is None:
        yield phrase("Nothing is promised: {by}.", by=recognised(told.sla.by))
        return
    yield phrase(
        "SLA {sla} holds (of {by}), in the hours of calendar {calendar}.",
        sla=told.sla.value,
        by=recognised(told.sla.by),
        calendar=found.standing.calendar,
    )
    shown = [each for each in row.clocks if _is_owed(each) or each.met_at is not None]
    words = [_clock(each, when, first=not place) for place, each in enumerate(shown)]
    if words:
        yield _begun(words)
    if row.waiting_for is WaitingFor.APPROVAL:
        yield phrase("It waits for an approval: until it comes no promise runs.")
    elif row.wake_at is not None and row.waiting_for is not None:
        until = when(row.wake_at)
        match row.waiting_for.value:
            case "date":
                yield phrase("It waits for a date until {at}.", at=until)
            case "requester":
                yield phrase("It waits for the requester until {at}.", at=until)
            case _:
                yield phrase("It waits for the supplier until {at}.", at=until)


def _begun(words: list[str]) -> str:
    return Phrase(
        "; ".join(f"{{clock{place}}}" for place in range(len(words))) + ".",
        {f"clock{place}": each for place, each in enumerate(words)},
    )


_FIRST = {
    ClockKind.FIRST_RESPONSE: phrase("First response"),
    ClockKind.NEXT_REPLY: phrase("Next reply"),
    ClockKind.RESOLUTION: phrase("Resolution"),
}
"""The names at the beginning of a sentence."""


def _clock(clock: ClockRow, when: When, *, first: bool) -> str:
    name = (_FIRST if first else NAMES)[clock.kind]
    within = phrase("{name} within {target}", name=name, target=format_exact(clock.target))
    if clock.voided:
        return phrase("{promise}: ended without counting", promise=within)
    if clock.met_at is not None:
        at = when(clock.met_at)
        if clock.consumed > clock.target:
            return phrase("{promise}: met too late, at {at}", promise=within, at=at)
        return phrase("{promise}: met in time, at {at}", promise=within, at=at)
    if clock.due_at is not None:
        return phrase("{promise}: due {at}", promise=within, at=when(clock.due_at))
    return phrase("{promise}: stands still, {length} consumed", promise=within, length=format_exact(clock.consumed))


def _is_owed(clock: ClockRow) -> bool:
    return clock.kind is not ClockKind.NEXT_REPLY or clock.started_at is not None


def _stands(found: Decided) -> str:
    row, standing = found.ticket, found.standing
    reason = because(found)
    if not standing.position:
        return phrase("It stands in no queue: {because}.", because=reason)
    start: str = ""
    by_itself = reason == reason_for(row.place.rank)
    if row.place.rank == RANK_RUNNING and standing.head_start and by_itself:
        start = phrase(
            " ({priority} has a head start of {length})",
            priority=row.priority.value,
            length=format_exact(standing.head_start),
        )
    cost: str = ""
    if row.loss_per_hour is not None or standing.loss_per_hour is not None:
        sure = not standing.suspected and (row.loss_per_hour is None or row.loss_confirmed)
        costs = (row.loss_per_hour or Decimal(0)) + (standing.loss_per_hour or Decimal(0))
        loss = _amount(costs) if sure else "~" + _amount(costs)
        cost = phrase("; an hour costs {loss} {currency}", loss=loss, currency=row.currency)
    return phrase(
        "It stands {position} of {count} open tickets that you see, {in_team} of {of_team} of its team,"
        " because {because}{start}{cost}.",
        position=_nth(standing.position),
        count=standing.of,
        in_team=_nth(standing.in_team),
        of_team=standing.of_team,
        because=reason,
        start=start,
        cost=cost,
    )


def because(found: Decided) -> str:
    """Of an incident, its parts: it stands where the most urgent would. Of hidden ones nothing is said."""
    row, standing = found.ticket, found.standing
    reason = reason_for(row.place.rank)
    if standing.worst is None or not standing.position or standing.worst.value > row.priority.value:
        return reason
    return phrases(
        "it stands for its 1 part, of which the worst is {worst}: {order}",
        "it stands for its {count} parts, of which the worst is {worst}: {order}",
        standing.parts,
        worst=standing.worst.value,
        order=order_of(row.place.rank),
    )


def _by(cause: Cause, when: When) -> str:
    """`by hand of anna at 2026-11-23 12:00`."""
    who: str = ""
    if cause.who:
        who = phrase(" by {who}", who=cause.who) if cause.by == _NAMED else phrase(" of {who}", who=cause.who)
    at: str = phrase(" at {at}", at=when(cause.at)) if cause.at is not None else ""
    return phrase("{by}{who}{at}", by=recognised(cause.by), who=who, at=at)


def _nth(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return phrase("{number}th", number=number)
    match number % 10:
        case 1:
            return phrase("{number}st", number=number)
        case 2:
            return phrase("{number}nd", number=number)
        case 3:
            return phrase("{number}rd", number=number)
        case _:
            return phrase("{number}th", number=number)


def _amount(amount: Decimal) -> str:
    return f"{amount:,.0f}".replace(",", " ")
