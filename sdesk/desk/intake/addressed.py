"""Whose mail it is: the teams that a mail is for, and why each."""

from __future__ import annotations

from sdesk.desk.intake.origin import Origin
from sdesk.desk.opening import Work
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.inbound import InboundMail
from sdesk.domain.routing import Routing


def teams_of(work: Work, mail: InboundMail, origin: Origin, routing: Routing) -> dict[int, str]:
    """The teams of a mail, first the one whom a rule names, else those whose addresses in this mailbox it was sent to.

    Each with the reason, as `routing rule 2`. BadInput or Refused where the mailbox leaves it open.
    """
    rules = work.rules
    recipients = {box.address.lower() for box in (*mail.to, *mail.cc)} | {each.lower() for each in mail.delivered_to}
    own = {address.lower() for address in origin.addresses}
    addressed = {
        team_id: f"it was sent to {address}"
        for address, team_id in rules.team_addresses.items()
        if address in recipients and (address in own or not own)
    }
    ruled = _named(work, routing.values.get("team"), routing.values.get("service"))
    if ruled is not None:
        field = "team" if routing.values.get("team") in rules.team_keys else "service"
        why = f"routing rule {routing.decided_by[field]}"
        # What was sent to one team, and belongs to another, is the other's alone.
        return {ruled: why} | {key: each for key, each in addressed.items() if len(addressed) > 1 and key != ruled}
    if addressed:
        return addressed
    default = _named(work, origin.team, origin.service)
    if default is not None:
        return {default: f"mailbox {origin.mailbox}"}
    if origin.team:
        raise BadInput(f"mailbox {origin.mailbox}: there is no team `{origin.team}`", "see `sdesk team list`")
    if len(rules.team_keys) == 1:
        return {next(iter(rules.team_keys.values())): "it is the only team"}
    raise Refused(f"mailbox {origin.mailbox} names no team", "give it `team` in the configuration")


def for_another_team(routing: Routing) -> Routing:
    """What the rules say of the mail itself; which team, service and priority follow, they say of the first team."""
    kept = {"requester", "unit", "status", "tags"}
    values = {key: value for key, value in routing.values.items() if key in kept}
    return Routing(values, {key: routing.decided_by[key] for key in values}, routing.person)


def _named(work: Work, team: str | None, service: str | None) -> int | None:
    """The team of a name, else that of a service."""
    if team is not None and team in work.rules.team_keys:
        return work.rules.team_keys[team]
    if service is not None and service in work.rules.service_keys:
        return work.rules.services[work.rules.service_keys[service]].team_id
    return None
