"""Doing an action: one transaction for each ticket, every outcome said, nothing half done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sdesk.actions.registry import ACTIONS
from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError, Unavailable

if TYPE_CHECKING:
    from sdesk.desk.opening import Desk


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
) -> tuple[TicketOutcome, ...]:
    """Do an action on tickets, each in a transaction of its own.

    `versions`: which version of a ticket the person saw; a newer one is a Conflict. `dry_run` runs the same
    and rolls it back. What a person can act on is in the outcomes; the store being out of reach is one too.
    """
    module, _, function = ACTIONS[name].use_case.partition(":")
    use_case = getattr(import_module(f"sdesk.desk.{module}"), function)
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
                change = use_case(work, number, version=version, **values)
                if not dry_run:
                    work.session.commit()
            outcomes.append(
                TicketOutcome(
                    change.number, change.ref, change.sentence, changed=change.changed, warning=change.warning
                )
            )
        except SdeskError as error:
            unreachable = error if isinstance(error, Unavailable) else None
            outcomes.append(TicketOutcome(number, desk.ref(number), "", error, changed=False))
    return tuple(outcomes)


def create(
    desk: Desk, actor: Actor, values: Mapping[str, Any], *, now: datetime, dry_run: bool = False
) -> TicketOutcome:
    """Open a ticket by hand. Raises what the use case raises: there is only one."""
    from sdesk.desk.create import create as use_case

    with desk.work(actor, now) as work:
        change = use_case(work, **values)
        if not dry_run:
            work.session.commit()
    return TicketOutcome(change.number, change.ref, change.sentence, warning=change.warning)


def mark_seen(desk: Desk, actor: Actor, numbers: Sequence[int], *, now: datetime) -> None:
    """Remember that an agent has seen these tickets as they stand."""
    from sdesk.desk.personal import mark_seen as use_case

    with desk.work(actor, now) as work:
        use_case(work, numbers)
        work.session.commit()
