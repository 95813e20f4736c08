"""Taking an event of a machine that a command tells of: one use case, whatever it comes to. Mail has `intake`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sdesk.desk.opening import Work
from sdesk.desk.steps.assets import find_asset, place_of, watched_by
from sdesk.desk.steps.check_down import take_down
from sdesk.desk.steps.check_up import take_up
from sdesk.desk.steps.checks import Place, Taken, writer
from sdesk.desk.steps.find import key_of, require_hands
from sdesk.desk.steps.tags import require_tags
from sdesk.desk.steps.whose import first_team, whose
from sdesk.domain.errors import BadInput
from sdesk.domain.events import CheckState, MachineEvent
from sdesk.domain.phrase import phrase
from sdesk.store.models import Asset


def take_event(
    work: Work,
    event: MachineEvent,
    *,
    unit: str | None = None,
    service: str | None = None,
    team: str | None = None,
    tags: Sequence[str] = (),
    asset: str | None = None,
    doubts: Sequence[str] = (),
) -> Taken:
    """A check is down, or up again; where a ticket is opened for it, of this unit, service and team. Unit and service
    that are not named are those of the equipment: of an inventory number (`asset`), else what the check watches.

    No alarm is lost for a slip in its options: what the desk does not know is left out, and told among the `doubts` of
    what comes back, with those that the caller had already. A ticket that is opened has them as a message.

    Refused for an auditor.
    """
    require_hands(work)
    if event.state is CheckState.UP:
        return replace(take_up(work, event, writer(work, event), at=work.now), doubts=tuple(doubts))
    place = _place(work, event, asset, unit, service, team, tags, doubts)
    return replace(take_down(work, event, place, writer(work, event)), doubts=place.doubts)


def _place(
    work: Work,
    event: MachineEvent,
    asset: str | None,
    unit: str | None,
    service: str | None,
    team: str | None,
    tags: Sequence[str],
    told: Sequence[str],
) -> Place:
    """Where a ticket of it would be, of what the desk knows; the rest is in doubt."""
    rules = work.rules
    doubts = list(told)
    service_id = _known(rules.service_keys, service, "service", doubts)
    unit_id = _known(rules.unit_keys, unit, "unit", doubts)
    team_id = _known(rules.team_keys, team, "team", doubts)
    equipment = _equipment(work, event, asset, doubts)
    follows = place_of(work, [equipment] if equipment is not None else ())
    by = {} if service_id is not None else {"service": follows.service_by}
    by |= {} if unit_id is not None else {"unit": follows.unit_by}
    service_id = follows.service_id if service_id is None else service_id
    unit_id = follows.unit_id if unit_id is None else unit_id
    kept = []
    for tag in tags:
        try:
            require_tags([tag])
        except BadInput as error:
            doubts.append(phrase("{what}: left out", what=error.what))
        else:
            kept.append(tag)
    try:
        team_id, team_by = whose(work, team if team_id is not None else None, service_id)
    except BadInput as error:
        team_id, team_by = first_team(work)
        key = rules.teams[team_id].key
        doubts.append(phrase("{what}: it goes to team {team}, {why}", what=error.what, team=key, why=team_by))
    named = "named with the event"
    why = {"team": team_by} | {
        name: by.get(name, named) for name, value in (("service", service_id), ("unit", unit_id)) if value is not None
    }
    return Place(work.now, team_id, service_id, unit_id, tuple(kept), why, doubts=tuple(doubts), asset=equipment)


def _equipment(work: Work, event: MachineEvent, number: str | None, doubts: list[str]) -> Asset | None:
    """The equipment that an event names, else the one that its check watches."""
    if number:
        try:
            return find_asset(work, number)
        except BadInput as error:
            doubts.append(phrase("{what} ({remedy}): left out", what=error.what, remedy=error.remedy))
    return watched_by(work, event.source, event.key)


def _known(keys: Mapping[str, int], key: str | None, noun: str, doubts: list[str]) -> int | None:
    """The row of a key; None where none is named, or none is known, which is in doubt then."""
    if not key:
        return None
    try:
        return key_of(keys, key, noun)
    except BadInput as error:
        doubts.append(phrase("{what} ({remedy}): left out", what=error.what, remedy=error.remedy))
        return None
