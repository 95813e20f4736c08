"""Applying a desk file: what it says becomes the desk's set-up, in one transaction, all or nothing.

What leaves the file is retired, not deleted: tickets keep what they refer to. Applying twice changes nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from sdesk.desk import rules as setup_rules
from sdesk.desk.deskfile import DeskFile, read
from sdesk.desk.opening import Desk, Work
from sdesk.desk.retime import retime_open_tickets
from sdesk.desk.setup_rows import AppliedReport, write_rows
from sdesk.desk.steps.history import record
from sdesk.domain.actor import Actor
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Role
from sdesk.store.models import Agent
from sdesk.store.models import Desk as DeskRow


def apply(
    desk: Desk, text: str, file_name: str, *, actor: Actor, now: datetime, dry_run: bool = False
) -> AppliedReport:
    """Make a desk file hold. BadInput names what is wrong in it; Refused for an actor who is no admin.

    Until there is a first admin anybody may do it. `dry_run` does the same and rolls it back.
    """
    file = read(text, file_name)
    now = now.replace(microsecond=0)
    with desk.store.begin() as session:
        _require_admin(session, actor)
        connection = session.connection()
        old = setup_rules.load(connection) if setup_rules.revision(connection) else None
        report = AppliedReport(added=[] if old is not None else ["desk"])
        write_rows(session, file, report, now)
        _write_head(session, file, report, now)
        if report.unchanged:
            return report
        work = Work(session, connection, actor, now, setup_rules.load(connection))
        if old is not None:
            report.moved.extend(retime_open_tickets(work, old))
        record(
            work,
            None,
            "desk_file_applied",
            added=report.added,
            changed=report.changed,
            retired=report.retired,
            moved=report.moved,
        )
        if not dry_run:
            session.commit()
    return report


def _require_admin(session: Session, actor: Actor) -> None:
    admins = session.execute(
        select(func.count()).select_from(Agent).where(col(Agent.role) == Role.ADMIN, col(Agent.retired_at).is_(None))
    ).scalar_one()
    if admins and actor.role is not Role.ADMIN:
        raise Refused(f"`{actor.login}` is no admin of this desk", "let an admin apply the desk file")


def _write_head(session: Session, file: DeskFile, report: AppliedReport, now: datetime) -> None:
    """The desk's own row. Its revision goes up with every change, so that other processes read the rules again."""
    head: dict[str, Any] = {
        "name": file.name,
        "ref_prefix": file.ref_prefix,
        "language": file.language,
        "time_zone": file.time_zone,
        "currency": file.currency,
        "rules": dict(file.rules),
        "source": dict(file.source),
    }
    row = session.get(DeskRow, 1)
    if row is None:
        session.add(DeskRow(**head, revision=1, loop_token=secrets.token_hex(16), applied_at=now))
    else:
        # The source holds the whole file: it differs with every change, and says least.
        if any(getattr(row, name) != value for name, value in head.items() if name != "source"):
            report.changed.append("desk")
        elif row.source != head["source"] and report.unchanged:
            report.changed.append("what is kept for later")
        if not report.unchanged:
            for name, value in head.items():
                setattr(row, name, value)
            row.revision += 1
            row.applied_at = now
            session.add(row)
    session.flush()
