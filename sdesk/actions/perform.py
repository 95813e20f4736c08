"""Doing an action: one transaction for each ticket, every outcome said, nothing half done."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sdesk.actions.registry import ACTIONS
from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError, Unavailable

if TYPE_CHECKING:
    from sdesk.actions.personal import Kept
    from sdesk.desk.change import Change
    from sdesk.desk.opening import Desk, Work
    from sdesk.desk.undo import Deed

NEVER_UNDONE = frozenset({"take_back"})
"""Actions that are an undo themselves."""

FOR_GOOD = frozenset({"split", "playbook start", "playbook cancel"})
"""Actions that undo refuses, and says what does instead."""


@dataclass(frozen=True, slots=True)
class TicketOutcome:
    """What became of one ticket."""

    number: int
    ref: str
    sentence: str
    """What was done; empty where it failed."""
    error: SdeskError | None = None
    changed: bool = True
    warning: str = ""
    """What is no error, and should be known."""
    can_be_undone: bool = False
    """Whether `undo` puts it back."""


def perform(
    desk: Desk,
    actor: Actor,
    name: str,
    numbers: Sequence[int],
    values: Mapping[str, Any],
    *,
    now: datetime,
    dry_run: bool = False,
    versions: Mapping[int, int] | None = None,
    batch: str | None = None,
    undoable: bool = True,
    words: Kept | None = None,
) -> tuple[TicketOutcome, ...]:
    """Do an action on tickets, each in a transaction of its own.

    `versions`: which version of a ticket the person saw; a newer one is a Conflict. `dry_run` runs the same
    and rolls it back. What a person can act on is in the outcomes; the store being out of reach is one too.
    What an agent did can be undone (`undo`), all that has one `batch` at once; without one, all tickets of this call.
    Not `undoable`: it cannot, as what is told of the past. `words`: where those of the action were kept until now.
    """
    return perform_all(
        desk,
        actor,
        name,
        numbers,
        [(name, values)],
        now=now,
        dry_run=dry_run,
        versions=versions,
        batch=batch,
        undoable=undoable,
        words=words,
    )


def perform_all(
    desk: Desk,
    actor: Actor,
    name: str,
    numbers: Sequence[int],
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    now: datetime,
    dry_run: bool = False,
    versions: Mapping[int, int] | None = None,
    batch: str | None = None,
    undoable: bool = True,
    words: Kept | None = None,
) -> tuple[TicketOutcome, ...]:
    """Do several actions, with their values, on each ticket: all of them or none, in one transaction a ticket.

    It is one act of the verb `name`, told in one outcome a ticket and undone at once. The rest as in `perform`.
    """
    from sdesk.desk.steps.deeds import Named, begin_deed, keep_deed

    batch = batch or new_batch()
    undoable = undoable and not dry_run and actor.agent_id is not None and name not in NEVER_UNDONE
    use_cases = [(_use_case(action), values) for action, values in steps]
    outcomes: list[TicketOutcome] = []
    unreachable: Unavailable | None = None
    for number in numbers:
        if unreachable is not None:
            # Each further try would wait as long for the same answer.
            outcomes.append(TicketOutcome(number, desk.ref(number), "", unreachable, changed=False))
            continue
        try:
            with desk.work(actor, now) as work:
                version = versions.get(number) if versions is not None else None
                begun = begin_deed(work)
                change = _done(work, number, use_cases, version)
                if undoable and change.changed:
                    with desk.store.look() as before:
                        form = words.form_name if words is not None else ""
                        deed = Named(number, batch, name, change.sentence, form)
                        keep_deed(work, before.connection(), begun, deed)
                if not dry_run:
                    _commit(work, number, words)
            outcomes.append(
                TicketOutcome(
                    change.number,
                    change.ref,
                    change.sentence,
                    changed=change.changed,
                    warning=change.warning,
                    can_be_undone=undoable and change.changed and name not in FOR_GOOD,
                )
            )
        except SdeskError as error:
            unreachable = error if isinstance(error, Unavailable) else None
            outcomes.append(TicketOutcome(number, desk.ref(number), "", error, changed=False))
    return tuple(outcomes)


def _use_case(name: str) -> Callable[..., Change]:
    module, _, function = ACTIONS[name].use_case.partition(":")
    found: Callable[..., Change] = getattr(import_module(f"sdesk.desk.{module}"), function)
    return found


def _done(
    work: Work, number: int, use_cases: Sequence[tuple[Callable[..., Change], Mapping[str, Any]]], version: int | None
) -> Change:
    """What the use cases did to a ticket, one after the other, as one change."""
    from sdesk.domain.phrase import joined

    changes = []
    for use_case, values in use_cases:
        changes.append(use_case(work, number, version=version, **values))
        # The next one sees what this one made of it.
        version = None
    if len(changes) == 1:
        return changes[0]
    return replace(
        changes[-1],
        sentence=joined("; ", [change.sentence for change in changes]),
        changed=any(change.changed for change in changes),
        warning="; ".join(change.warning for change in changes if change.warning),
    )


def take_next(desk: Desk, actor: Actor, *, now: datetime, dry_run: bool = False) -> TicketOutcome | None:
    """Give an agent the ticket that should be done next; None where nothing waits. Two who ask at once get two.

    It can be undone like any taking. Raises what the use case raises.
    """
    from sdesk.desk.next_in_line import take_next as use_case
    from sdesk.desk.steps.deeds import Named, begin_deed, keep_deed

    with desk.work(actor, now) as work:
        begun = begin_deed(work)
        change = use_case(work)
        if change is None:
            return None
        if not dry_run:
            with desk.store.look() as before:
                keep_deed(work, before.connection(), begun, Named(change.number, new_batch(), "take", change.sentence))
            work.session.commit()
    return TicketOutcome(change.number, change.ref, change.sentence, warning=change.warning)


def perform_once(
    desk: Desk, actor: Actor, verb: str, use_case: Callable[[Work], Sequence[Change]], *, now: datetime, dry_run: bool
) -> tuple[TicketOutcome, ...]:
    """Do what is no action of the registry, in one transaction: what became of the ticket it is about, and of others.

    It can be undone like those, unless it stands for good. Raises what the use case raises.
    """
    from sdesk.desk.steps.deeds import Named, begin_deed, keep_deed
    from sdesk.desk.steps.for_good import stands_for_good

    with desk.work(actor, now) as work:
        begun = begin_deed(work)
        done = use_case(work)
        change, undoable = done[0], not dry_run and done[0].changed
        if undoable and verb in FOR_GOOD:
            stands_for_good(work, change.number, batch=new_batch(), verb=verb, sentence=change.sentence)
        elif undoable:
            with desk.store.look() as before:
                keep_deed(work, before.connection(), begun, Named(change.number, new_batch(), verb, change.sentence))
        if not dry_run:
            work.session.commit()
    return tuple(
        TicketOutcome(each.number, each.ref, each.sentence, changed=each.changed, warning=each.warning) for each in done
    )


def _commit(work: Work, number: int, words: Kept | None) -> None:
    """What was done, and that its words are no draft any more: both or neither."""
    if words is not None:
        words.forget(work, number)
    work.session.commit()
    if words is not None:
        words.is_gone = True


def new_batch() -> str:
    """A name for what is done, and undone, at once."""
    return os.urandom(8).hex()


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an action that was undone."""

    verb: str
    sentence: str
    """What the action had said it did, of the first ticket that was put back."""
    outcomes: tuple[TicketOutcome, ...]
    """Of each ticket, in the order of the action; of one ticket there may be several."""
    drafts: bool = False
    """Whether words came back as drafts."""
    files: bool = False
    """Whether they had files, which are to be attached anew."""


def undo(desk: Desk, actor: Actor, *, now: datetime, dry_run: bool = False, batch: str | None = None) -> Undone:
    """Undo what an agent did last, each ticket in a transaction of its own; what was changed since is refused.

    `batch`: that and nothing else, whatever was done after it.
    What is refused is not tried again: the next undo is of what was done before. Raises Refused where nothing is left.
    """
    from sdesk.desk.undo import forget, last_batch
    from sdesk.desk.undo import undo as use_case

    with desk.work(actor, now) as work:
        deeds = last_batch(work, batch)
        if dry_run:
            # In one transaction, since one may have to be undone before another can be.
            return _undone(deeds, [_tried(work, deed, use_case) for deed in reversed(deeds)], desk)
    tried: list[Change | SdeskError] = []
    for deed in reversed(deeds):
        try:
            with desk.work(actor, now) as work:
                tried.append(use_case(work, deed.id))
                work.session.commit()
        except SdeskError as error:
            tried.append(error)
            if isinstance(error, Unavailable):
                # Each further try would wait as long for the same answer; it can be undone yet.
                tried += [error] * (len(deeds) - len(tried))
                break
            with desk.work(actor, now) as work:
                forget(work, deed.id)
                work.session.commit()
    return _undone(deeds, tried, desk)


def why_not_undone(desk: Desk, actor: Actor, batches: Sequence[str], *, now: datetime) -> dict[str, str]:
    """What undo would refuse of these actions, the last first, and why: all are tried, and nothing is done."""
    from sdesk.desk.undo import last_batch
    from sdesk.desk.undo import undo as use_case

    reasons: dict[str, str] = {}
    with desk.work(actor, now) as work:
        for batch in batches:
            # In one transaction: an earlier one can be undone once those after it are.
            tried = [_tried(work, deed, use_case) for deed in reversed(last_batch(work, batch))]
            why = dict.fromkeys(change.what for change in tried if isinstance(change, SdeskError))
            if why:
                reasons[batch] = "; ".join(why)
    return reasons


def _tried(work: Work, deed: Deed, use_case: Callable[[Work, int], Change]) -> Change | SdeskError:
    try:
        with work.apart():
            return use_case(work, deed.id)
    except SdeskError as error:
        return error


def _undone(deeds: Sequence[Deed], tried: Sequence[Change | SdeskError], desk: Desk) -> Undone:
    """`tried` has what became of the deeds, the last first."""
    came_of = list(zip(deeds, reversed(tried), strict=True))
    outcomes = tuple(
        TicketOutcome(deed.number, desk.ref(deed.number), "", change, changed=False)
        if isinstance(change, SdeskError)
        else TicketOutcome(change.number, change.ref, change.sentence)
        for deed, change in came_of
    )
    first = next((deed for deed, change in came_of if not isinstance(change, SdeskError)), deeds[0])
    drafts = any(change.drafts for change in tried if not isinstance(change, SdeskError))
    files = any(change.files for change in tried if not isinstance(change, SdeskError))
    return Undone(first.verb, first.sentence, outcomes, drafts, files)


def create(
    desk: Desk,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    now: datetime,
    dry_run: bool = False,
    words: Kept | None = None,
) -> TicketOutcome:
    """Open a ticket by hand. Raises what the use case raises: there is only one. `words` as in `perform`."""
    from sdesk.desk.create import create as use_case
    from sdesk.desk.steps.for_good import stands_for_good

    with desk.work(actor, now) as work:
        change = use_case(work, **values)
        if not dry_run:
            stands_for_good(work, change.number, batch=new_batch(), verb="new", sentence=change.sentence)
            _commit(work, change.number, words)
    return TicketOutcome(change.number, change.ref, change.sentence, warning=change.warning)


def mark_seen(desk: Desk, actor: Actor, numbers: Sequence[int], *, now: datetime) -> None:
    """Remember that an agent has seen these tickets as they stand."""
    from sdesk.desk.personal import mark_seen as use_case

    with desk.work(actor, now) as work:
        use_case(work, numbers)
        work.session.commit()
