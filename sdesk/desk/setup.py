"""Applying a desk file: what it says becomes the desk's set-up, in one transaction, all or nothing.

What leaves the file is retired, not deleted: tickets keep what they refer to. Applying twice changes nothing. A plan is
the same work, left without a commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col

from sdesk.desk import rules as setup_rules
from sdesk.desk.deskfile import DeskFile, read
from sdesk.desk.opening import Desk, Work
from sdesk.desk.recurring import make_due
from sdesk.desk.retime import retime_open_tickets
from sdesk.desk.rules import Rules
from sdesk.desk.setup_picture import picture
from sdesk.desk.setup_review import Action, AppliedReport, SetupChange, compare, last_queued, review, standing
from sdesk.desk.setup_rows import write_rows
from sdesk.desk.steps.history import record
from sdesk.desk.steps.incidents import part_at_walls
from sdesk.desk.steps.losses import other_priorities
from sdesk.desk.steps.watchers import forget_retired
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Role
from sdesk.store.models import Agent, Ticket
from sdesk.store.models import Desk as DeskRow

REWRITTEN = "desk file"
"""What changes where a file says the same in other words or order: it is kept, so that it can be written back."""


def apply(
    desk: Desk, text: str, file_name: str, *, actor: Actor, now: datetime, dry_run: bool = False
) -> AppliedReport:
    """Make a desk file hold. BadInput names what is wrong in it; Refused for an actor who is no admin.

    Until there is a first admin anybody may do it. `dry_run` does the same and rolls it back.
    """
    file = read(text, file_name)
    if not dry_run:
        _make_what_is_due(desk, now)
    with desk.store.begin() as session:
        _require_admin(session, actor)
        report = _apply(session, file, actor, now.replace(microsecond=0))
        if not dry_run and not report.unchanged:
            session.commit()
    return report


def plan(desk: Desk, text: str, file_name: str, *, actor: Actor, now: datetime) -> AppliedReport:
    """What applying a desk file would change: it is applied, looked at, and rolled back.

    Anybody may ask; of tickets behind walls he learns nothing.
    """
    file = read(text, file_name)
    with desk.store.begin() as session:
        return _apply(session, file, actor, now.replace(microsecond=0))


def source_of(desk: Desk) -> dict[str, Any]:
    """The desk file that holds, as it was last applied. Refused where none ever was."""
    with desk.store.begin() as session:
        row = session.get(DeskRow, 1)
        if row is None:
            raise Refused("this desk has no set-up yet", "write a desk file with `sdesk desk init`")
        return dict(row.source)


def _apply(session: Session, file: DeskFile, actor: Actor, now: datetime) -> AppliedReport:
    connection = session.connection()
    old = setup_rules.load(connection) if setup_rules.revision(connection) else None
    # Whoever holds the old rules still: only tickets of a desk that has been set up are looked at.
    known = Work(session, connection, actor, now, old) if old is not None else None
    tickets = standing(known) if known is not None else {}
    others = other_priorities(known) if known is not None else {}
    before = picture(connection)
    write_rows(session, file, now)
    _write_head(session, file, now)
    changes = list(compare(before, picture(connection)))
    row = session.get_one(DeskRow, 1)
    if not changes and _same_file(row.source, file.source):
        return AppliedReport(time_zone=file.time_zone, warnings=file.warnings)
    if not changes:
        changes.append(SetupChange(Action.CHANGED, REWRITTEN, "", ()))
    _keep(session, row, file, now)
    work = Work(session, connection, actor, now, setup_rules.load(connection))
    queued = last_queued(work)
    if old is not None:
        retime_open_tickets(work, old)
        _part_at_new_walls(work, old)
        forget_retired(work, (agent.id for agent in work.rules.agents.values() if agent.retired))
    # Where it would have been so already, it is not by this file.
    now_other = other_priorities(work) if old is not None else {}
    other = {number: each for number, each in now_other.items() if others.get(number) is not each}
    report = review(work, changes, tickets, queued=queued, other=other, warnings=file.warnings)
    record(
        work,
        None,
        "desk_file_applied",
        added=report.added,
        changed=report.changed,
        retired=report.retired,
        moved=report.moved,
        keys=_keys(changes),
    )
    return report


def _part_at_new_walls(work: Work, old: Rules) -> None:
    """No incident reaches across the wall of a team that has become private."""
    if not any(
        team.private and number in old.teams and not old.teams[number].private
        for number, team in work.rules.teams.items()
    ):
        return
    for incident in work.session.scalars(select(Ticket).where(col(Ticket.is_incident))).all():
        part_at_walls(work, incident)


def _make_what_is_due(desk: Desk, now: datetime) -> None:
    """Recurring tickets whose time came by the rules that hold are made before these change: none is forgotten."""
    with desk.store.look() as session:
        known = setup_rules.revision(session.connection())
    if known:
        make_due(desk, now=now)


def _same_file(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two files say the same in the same words."""
    # The order of units counts too: an address belongs to the first whose pattern fits.
    return one == other and list(one.get("units", ())) == list(other.get("units", ()))


def _keys(changes: Iterable[SetupChange]) -> dict[str, Any]:
    """For the history: which keys changed, from what to what."""
    return {
        change.what: {each.key: [each.old, each.new] for each in change.keys}
        for change in changes
        if change.action is Action.CHANGED
    }


def _require_admin(session: Session, actor: Actor) -> None:
    admins = session.execute(
        select(func.count()).select_from(Agent).where(col(Agent.role) == Role.ADMIN, col(Agent.retired_at).is_(None))
    ).scalar_one()
    if admins and actor.role is not Role.ADMIN:
        raise Refused(f"`{actor.login}` is no admin of this desk", "let an admin apply the desk file")


def _write_head(session: Session, file: DeskFile, now: datetime) -> None:
    """The desk's own row, but for what goes up or along with every change."""
    head: dict[str, Any] = {
        "name": file.name,
        "ref_prefix": file.ref_prefix,
        "language": file.language,
        "time_zone": file.time_zone,
        "currency": file.currency,
        "rules": dict(file.rules),
    }
    row = session.get(DeskRow, 1)
    if row is None:
        token = secrets.token_hex(16)
        row = DeskRow(**head, source={}, revision=0, loop_token=token, applied_at=now)
    for name, value in head.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    session.add(row)
    session.flush()


def _keep(session: Session, row: DeskRow, file: DeskFile, now: datetime) -> None:
    """The file itself. The revision goes up with every change, so that other processes read the rules again."""
    row.source = dict(file.source)
    # Also where it is the same in another order, which is no other value.
    flag_modified(row, "source")
    row.revision += 1
    row.applied_at = now
    session.add(row)
    session.flush()
