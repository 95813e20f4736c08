"""What the steps of a playbook must say together: each can be opened one day, and somebody has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdesk.desk.deskfile.part import Part
from sdesk.desk.deskfile.sections_of_playbooks import STEPS
from sdesk.desk.deskfile.values import DeskFile
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.playbook import MOST_STEPS, Counted, Offset, Playbook, Step, circle, parse_offset

Values = Mapping[str, Any]


def check_playbooks(tables: Part, file: Values) -> None:
    """Note the mistakes; looked at is only what was read without one."""
    for key, each in file["playbooks"].items():
        part = tables.part(key, tables.values[key])
        with tables.reading.noting():
            _place(part, each, file)
        steps = each.get("steps")
        if steps is None:
            continue
        with tables.reading.noting():
            if not steps:
                part.fail("steps", "a playbook needs a step", f'add [[playbooks.{key}.steps]] with key = "..."')
            if len(steps) > MOST_STEPS:
                part.fail("steps", f"more than {MOST_STEPS} steps", "make two playbooks of it")
        parts = [STEPS.nth(part, "steps", step, nth) for nth, step in enumerate(part.values["steps"], 1)]
        _steps(part, parts, steps)
        for at, step in zip(parts, steps, strict=True):
            with tables.reading.noting():
                _assignee(at, step, each, file)


def _place(part: Part, each: Values, file: Values) -> None:
    """Whose the parent is."""
    if {"team", "service"} <= each.keys() and not each["team"] and not each["service"] and len(file["teams"]) != 1:
        part.fail("", "nobody knows which team this is for", "say `team` or `service`")


def _steps(part: Part, parts: list[Part], steps: tuple[Values, ...]) -> None:
    """No key twice, nothing awaited that is not there, no circle: then each step can be opened one day."""
    keys: list[str] = []
    for at, step in zip(parts, steps, strict=True):
        key = step.get("key")
        with part.reading.noting():
            if key in keys:
                at.fail("key", f"`{key}` is the key of another step already", "give each step its own")
        if key is not None:
            keys.append(key)
        with part.reading.noting():
            offset = parse_offset(step["at"]) if step.get("at") else None
            if offset is not None and offset.seconds and step.get("days") is Counted.WORKING:
                at.fail("days", "working days, and `at` counts none", 'write at = "-5d", or leave `days` out')
    whole = len(keys) == len(steps) == len(set(keys))
    for at, step in zip(parts, steps, strict=True):
        for other in step.get("after", ()):
            # One whose key was not read could be meant.
            if other not in keys and len(keys) == len(steps):
                whole = False
                with part.reading.noting():
                    has = f"the playbook has: {', '.join(keys)}"
                    at.fail("after", f"there is no step `{other}`", did_you_mean(other, keys, has))
    if whole and all("after" in step for step in steps):
        found = circle({step["key"]: step["after"] for step in steps})
        if found:
            with part.reading.noting():
                at = parts[keys.index(found[0])]
                if len(found) == 1:
                    at.fail("after", f"`{found[0]}` waits for itself: it is never opened", "let it wait for another")
                way = " -> ".join((*found, found[0]))
                at.fail("after", f"each waits for the next: {way}; none of them is ever opened", "let one wait no more")


def _assignee(at: Part, step: Values, playbook: Values, file: Values) -> None:
    """Who has a step must see it."""
    who = step.get("assignee")
    team = _team_of(step, file) or _team_of(playbook, file)
    teams = file["agents"].get(who, {}).get("teams")
    if teams is not None and file["teams"].get(team, {}).get("private") and team not in teams:
        what = f"`{who}` is no member of team `{team}`, whose tickets are private"
        at.fail("assignee", what, "name a member of the team")


def _team_of(table: Values, file: Values) -> str | None:
    found: str | None = table.get("team") or file["services"].get(table.get("service"), {}).get("team")
    return found


def doubt_playbooks(tables: Part, desk: DeskFile) -> None:
    """Warn of what is in doubt in playbooks that were read without a mistake."""
    for key, playbook in desk.playbooks.items():
        part = tables.part(key, tables.values[key])
        if desk.language not in playbook.names and "" not in playbook.names:
            part.warn("name", f"it has none in `{desk.language}`: `{playbook.name(desk.language)}` is shown")
        by_key = {step.key: step for step in playbook.steps}
        for nth, step in enumerate(playbook.steps, 1):
            at = STEPS.nth(part, "steps", part.values["steps"][nth - 1], nth)
            for other in step.after:
                if _is_later(by_key[other], step):
                    at.warn("at", f"it waits for `{other}`, which is opened later: its own time means nothing")
            if step.counted is Counted.WORKING and step.at is None:
                at.warn("days", "it says no `at`: there are no days to count")
            elif step.counted is Counted.WORKING and not _has_hours(step, playbook, desk):
                at.warn("days", "nothing is promised there by working hours: every day is one")


def _is_later(one: Step, other: Step) -> bool:
    """Whether one surely opens after the other's own time; working days are not weighed against others."""
    if one.at is None or other.at is None or one.counted is not other.counted:
        return False

    def seconds(at: Offset) -> int:
        return at.days * 86_400 + at.seconds

    return seconds(one.at) > seconds(other.at)


def _has_hours(step: Step, playbook: Playbook, desk: DeskFile) -> bool:
    service = desk.services.get(step.service or (playbook.service if not step.team else None) or "")
    team = step.team or (service.team if service else None) or playbook.team or next(iter(desk.teams))
    return bool((service and service.sla) or desk.teams[team].sla)
