"""Taking an event of a machine that a command tells of: one use case, whatever it comes to. Mail has `intake`."""

from __future__ import annotations

from collections.abc import Sequence

from sdesk.desk.opening import Work
from sdesk.desk.steps.check_down import take_down
from sdesk.desk.steps.check_up import take_up
from sdesk.desk.steps.checks import Place, Taken, writer
from sdesk.desk.steps.find import key_of, require_hands
from sdesk.desk.steps.tags import require_tags
from sdesk.desk.steps.whose import whose
from sdesk.domain.errors import about
from sdesk.domain.events import CheckState, MachineEvent


def take_event(
    work: Work,
    event: MachineEvent,
    *,
    unit: str | None = None,
    service: str | None = None,
    team: str | None = None,
    tags: Sequence[str] = (),
) -> Taken:
    """A check is down, or up again; where a ticket is opened for it, of this unit, service and team.

    BadInput for what the desk does not know, and where nobody can say whose the ticket is; Refused for an auditor.
    """
    require_hands(work)
    if event.state is CheckState.UP:
        return take_up(work, event, writer(work, event), at=work.now)
    rules = work.rules
    with about("service"):
        service_id = key_of(rules.service_keys, service, "service") if service else None
    with about("unit"):
        unit_id = key_of(rules.unit_keys, unit, "unit") if unit else None
    with about("service"):
        team_id, team_by = whose(work, team, service_id)
    require_tags(tags)
    named = "named with the event"
    why = {"team": team_by} | {name: named for name, value in (("service", service), ("unit", unit)) if value}
    place = Place(work.now, team_id, service_id, unit_id, tuple(tags), why)
    return take_down(work, event, place, writer(work, event))
