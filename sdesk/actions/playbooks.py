"""Starting a playbook: the command line and the console's `:` line do the same, read from the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from sdesk.actions.grammar import Reading, no_word
from sdesk.actions.perform import TicketOutcome, perform_once
from sdesk.actions.written import DRY_RUN
from sdesk.domain.actor import Actor
from sdesk.domain.errors import BadInput
from sdesk.domain.instant import Day, parse_until
from sdesk.domain.phrase import phrase
from sdesk.domain.playbook import write_day

if TYPE_CHECKING:
    from sdesk.desk.change import Change
    from sdesk.desk.opening import Desk, Work

OPTIONS = ("--date", "--unit", "--requester")


@dataclass(frozen=True, slots=True)
class Start:
    """A playbook that is to be started."""

    key: str
    day: str
    """As it is kept: local, with a time of day where one was said."""
    unit: str | None = None
    requester: str | None = None
    dry_run: bool = False


def start(desk: Desk, actor: Actor, wanted: Start, *, now: datetime) -> tuple[TicketOutcome, ...]:
    """Start it, in one transaction: the parent, and what the agent sees of the steps that were opened with it.

    Raises what the use case raises.
    """
    from sdesk.desk.playbooks import start as use_case

    def begin(work: Work) -> Sequence[Change]:
        return use_case(work, wanted.key, day=wanted.day, unit=wanted.unit, requester=wanted.requester)

    return perform_once(desk, actor, "playbook start", begin, now=now, dry_run=wanted.dry_run)


def day_of(text: str, *, now: datetime, zone: tzinfo) -> str:
    """The day that people mean, as it is kept. BadInput."""
    found = parse_until(text, now=now, zone=zone)
    if isinstance(found, Day):
        return found.date.isoformat()
    return write_day(found.astimezone(zone).replace(tzinfo=None))


def read_start(words: Sequence[str], reading: Reading) -> Start:
    """What stands behind `playbook start`: a key, and options as on the command line. BadInput."""
    given: dict[str, str] = {}
    keys: list[str] = []
    dry_run = False
    left = list(words)
    while left:
        word = left.pop(0)
        flag, equals, value = word.partition("=")
        if word in DRY_RUN:
            dry_run = True
        elif flag in OPTIONS:
            if not equals and not left:
                raise BadInput(phrase("{flag} wants a value", flag=flag), phrase("write it behind"))
            given[flag] = value if equals else left.pop(0)
        elif word.startswith("-"):
            known = (*OPTIONS, *DRY_RUN)
            raise no_word(
                phrase("{verb} has no option {flag}", verb="playbook start", flag=word),
                word,
                known,
                phrase("it takes {words}", words=", ".join(known)),
            )
        else:
            keys.append(word)
    if len(keys) != 1:
        raise BadInput(phrase("say which playbook, and one"), phrase("see `sdesk playbook list`"))
    if "--date" not in given:
        raise BadInput(phrase("say for which day"), phrase("as --date 2027-03-01"))
    day = day_of(given["--date"], now=reading.now, zone=reading.zone)
    return Start(keys[0], day, given.get("--unit"), given.get("--requester"), dry_run)
