"""A mail in which a monitoring system says that a check is down, or up again: it goes the way of `sdesk event`."""

from __future__ import annotations

from sdesk.desk.intake.incoming import Incoming
from sdesk.desk.intake.new import ruled_by, service_of
from sdesk.desk.intake.origin import Receipt
from sdesk.desk.opening import Work
from sdesk.desk.steps.assets import place_of, watched_by
from sdesk.desk.steps.check_down import take_down
from sdesk.desk.steps.check_up import take_up
from sdesk.desk.steps.checks import Place
from sdesk.desk.steps.messages import add_inbound
from sdesk.domain.events import Came, CheckState, MachineEvent, find_severity, machine_event
from sdesk.domain.ledger import Outcome
from sdesk.domain.phrase import noun as noun_of
from sdesk.domain.phrase import phrase
from sdesk.domain.routing import MailEvent
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction, Priority

_OUTCOMES = {
    Came.OPENED: Outcome.CREATED,
    Came.ADDED: Outcome.NOTED,
    Came.REOPENED: Outcome.FOLLOWED_UP,
    Came.RESOLVED: Outcome.FOLLOWED_UP,
    Came.NOTED: Outcome.NOTED,
    Came.NOTHING: Outcome.IGNORED,
}
"""What stands in the ledger of it."""


def from_monitoring(work: Work, incoming: Incoming, found: MailEvent) -> Receipt:
    """Do what a machine's mail says; the clocks run from when it arrived. It is acknowledged to nobody."""
    mail, at = incoming.mail, incoming.origin.arrived_at
    subject = mail.subject if found.host.lower() in mail.subject.lower() else f"{found.host}: {mail.subject}"
    event = machine_event(
        found.source,
        found.key,
        found.state,
        subject=subject,
        text=mail.body_text,
        severity=find_severity(found.severity),
    )

    def write(number: int, indexed: bool) -> int:
        return add_inbound(work, number, Direction.AUTO, mail, raw_id=incoming.raw_id, indexed=not indexed)

    if event.state is CheckState.UP:
        taken = take_up(work, event, write, at=at)
    else:
        taken = take_down(work, event, _place(work, incoming, event), write)
    rule = incoming.routing.decided_by["event"]
    reason = f"routing rule {rule}: {event.source} says that {event.key} is {event.state}; {taken.sentence}"
    # Of what was nothing to do no ticket is named.
    return Receipt(_OUTCOMES[taken.came], None if taken.came is Came.NOTHING else taken.number, reason)


def _place(work: Work, incoming: Incoming, event: MachineEvent) -> Place:
    """Whose ticket it would be: as of any other mail, but that nobody asks."""
    rules, routing, origin = work.rules, incoming.routing, incoming.origin
    values = routing.values
    team_id, team_by = next(iter(incoming.teams.items()))
    why = {"team": team_by}
    service_id = service_of(work, origin, routing, team_id)
    if service_id is not None:
        why["service"] = ruled_by(work, routing, "service", f"mailbox {origin.mailbox}")
        if "team" not in values and "service" in values:
            team_id = rules.services[service_id].team_id
            why["team"] = f"service {rules.services[service_id].key}"
    unit_id = rules.unit_keys.get(str(values.get("unit", "")))
    equipment = watched_by(work, event.source, event.key)
    follows = place_of(work, [equipment] if equipment is not None else ())
    # The team is the rule's, or the mailbox's: a service of another one would take the alarm elsewhere.
    carried = follows.service_id
    if service_id is None and carried is not None and rules.services[carried].team_id == team_id:
        service_id, why["service"] = carried, follows.service_by
    # What a rule's pattern found in the mail: the desk file names only what there is.
    doubts = tuple(
        phrase("there is no {noun} `{text}`: left out", noun=noun_of(noun), text=one_line(str(values[noun])))
        for noun, keys in (("service", rules.service_keys), ("unit", rules.unit_keys))
        if values.get(noun) and values[noun] not in keys
    )
    if unit_id is not None:
        why["unit"] = ruled_by(work, routing, "unit", "")
    elif follows.unit_id is not None:
        unit_id, why["unit"] = follows.unit_id, follows.unit_by
    priority = Priority(values["priority"]) if "priority" in values else None
    return Place(
        origin.arrived_at,
        team_id,
        service_id,
        unit_id,
        tuple(values.get("tags", ())),
        why,
        priority,
        f"routing rule {routing.decided_by['priority']}" if priority is not None else None,
        {
            "rules": dict(routing.decided_by),
            "reason": f"an event of {event.source} {event.key}",
            "mailbox": origin.mailbox,
        },
        doubts,
        equipment,
    )
