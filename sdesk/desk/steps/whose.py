"""Whose a ticket is that is opened by hand, or by a machine."""

from __future__ import annotations

from sdesk.desk.opening import Work
from sdesk.desk.steps.find import key_of
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase


def whose(work: Work, key: str | None, service_id: int | None) -> tuple[int, str]:
    """The team, and why: the one named, the service's, the acting agent's only one. BadInput where nobody knows."""
    rules = work.rules
    if key:
        return key_of(rules.team_keys, key, "team"), "named when it was opened"
    if service_id is not None:
        return rules.services[service_id].team_id, f"service {rules.services[service_id].key}"
    mine = [team for team in sorted(rules.teams) if team in work.actor.team_ids]
    if len(mine) == 1:
        return mine[0], f"the only team of {work.actor.login}"
    if mine:
        keys = ", ".join(sorted(rules.teams[team].key for team in mine))
        raise BadInput(
            phrase("it could be for any of your teams ({keys})", keys=keys), phrase("say --service or --team")
        )
    if len(rules.teams) == 1:
        return next(iter(rules.teams)), "the only team"
    raise BadInput(phrase("nobody knows which team this is for"), phrase("say --service or --team"))


def first_team(work: Work) -> tuple[int, str]:
    """Who gets what must not be lost where nobody knows whose it is, and why: the acting agent's first team, else the
    first of the desk file, one that all agents see before a private one.
    """
    rules = work.rules
    known = sorted(rules.team_keys.values(), key=lambda team: (rules.teams[team].private, team))
    mine = [team for team in known if team in work.actor.team_ids]
    if mine:
        return mine[0], f"the first team of {work.actor.login}"
    if not known:
        raise BadInput(phrase("the desk has no team"), phrase("see `sdesk desk apply`"))
    return known[0], "the first team of the desk file"
