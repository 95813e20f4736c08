"""Saved views: named filters of an agent, and of everybody. They change no ticket and bump no version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.history import record
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.filters import Sort, parse
from sdesk.domain.phrase import Phrase, phrase
from sdesk.domain.ticket import Role
from sdesk.domain.views import EVERYBODY, NamedView, checked_digit, checked_name, find
from sdesk.store.models import SavedView
from sdesk.store.reader.where import compile_filter


@dataclass(frozen=True, slots=True)
class ViewOutcome:
    """What became of a view."""

    view: NamedView
    changed: bool
    sentence: Phrase


def save_view(
    work: Work, name: str, words: str, *, sort: Sort = Sort.SLA, digit: int | None = None, everybody: bool = False
) -> ViewOutcome:
    """Save a filter under a name; one of that name is replaced, and gives its digit up if another takes it.

    BadInput for a name, digit or filter that is wrong: a view that shows nothing but an error is not kept. Refused for
    who may not save for everybody.
    """
    owner = _owner(work, everybody=everybody)
    name, digit = checked_name(name), checked_digit(digit, everybody=everybody)
    _check(work, words)
    rows = _of(work, owner)
    row = next((each for each in rows if each.name.casefold() == name.casefold()), None)
    view = NamedView(name, words, sort, digit, owner)
    others = [each for each in rows if each is not row and each.digit == digit is not None]
    if row is not None and _view(row) == view and not others:
        return ViewOutcome(view, False, phrase("view {name} is so already", name=name))
    for other in others:
        other.digit = None
        work.session.add(other)
    if row is None:
        row = SavedView(owner=owner, name=name, filter=words, sort=sort, digit=digit, updated_at=work.now)
    else:
        row.name, row.filter, row.sort, row.digit, row.updated_at = name, words, sort, digit, work.now
    work.session.add(row)
    work.session.flush()
    if everybody:
        record(work, None, "view_saved", name=name, filter=words, sort=sort.value, digit=digit)
    return ViewOutcome(view, True, _saved(view, others))


def delete_view(work: Work, name: str, *, everybody: bool = False) -> ViewOutcome:
    """Delete a view of the agent's own, or with `everybody` one that all have. NotFound with the nearest name."""
    owner = _owner(work, everybody=everybody)
    rows = _of(work, owner)
    try:
        view = find(name, map(_view, rows))
    except NotFound as error:
        if not everybody and any(each.name.casefold() == name.casefold() for each in _of(work, EVERYBODY)):
            raise NotFound(
                phrase("no view `{name}` is your own: everybody has it", name=name),
                phrase("--everybody deletes it for all"),
            ) from error
        raise
    row = next(each for each in rows if each.name == view.name)
    work.session.delete(row)
    work.session.flush()
    if everybody:
        record(work, None, "view_deleted", name=view.name)
    return ViewOutcome(view, True, phrase("view {name} is deleted", name=view.name))


def _of(work: Work, owner: str) -> list[SavedView]:
    return list(work.session.scalars(select(SavedView).where(col(SavedView.owner) == owner)))


def _view(row: SavedView) -> NamedView:
    return NamedView(row.name, row.filter, Sort(row.sort), row.digit, row.owner)


def _owner(work: Work, *, everybody: bool) -> str:
    actor = work.actor
    if not everybody:
        if actor.agent_id is None:
            raise BadInput(
                phrase("the desk itself keeps no views"),
                phrase("say who acts with --as LOGIN, or save it for everybody"),
            )
        return actor.login
    leads = any(team.lead_id == actor.agent_id for team in work.rules.teams.values())
    if actor.agent_id is not None and actor.role not in {Role.ADMIN, Role.LEAD} and not leads:
        raise Refused(phrase("only leads and admins change the views of everybody"), phrase("save it for yourself"))
    return EVERYBODY


def _check(work: Work, words: str) -> None:
    """BadInput for a filter that could not be listed."""
    wanted = parse(words, now=work.now, zone=ZoneInfo(work.rules.time_zone))
    connection = cast("sqlite3.Connection", work.connection.connection.dbapi_connection)
    compile_filter(connection, wanted, work.actor, work.now)


def _saved(view: NamedView, others: Iterable[SavedView]) -> Phrase:
    if view.digit is None:
        return phrase("view {name} is saved", name=view.name)
    lost = next((other.name for other in others), None)
    if lost is not None:
        return phrase(
            "view {name} is saved on {digit}, which {other} had", name=view.name, digit=view.digit, other=lost
        )
    return phrase("view {name} is saved on {digit}", name=view.name, digit=view.digit)
