"""What is one agent's own, and who is where: the reader's part for drafts and presence."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sdesk.domain.actor import Actor
from sdesk.domain.errors import NotFound
from sdesk.domain.instant import to_rfc3339
from sdesk.domain.phrase import phrase
from sdesk.domain.ticket import Direction, Doing
from sdesk.store.reader.connection import translated
from sdesk.store.reader.personal_rows import DraftMark, DraftRow, FormDraftRow, PresenceRow
from sdesk.store.reader.view_reader import ViewReader
from sdesk.store.reader.where import wall


class PersonalReader(ViewReader):
    """Drafts of the actor, and the presence of the others."""

    def draft(self, actor: Actor, number: int, direction: Direction) -> DraftRow | None:
        """What the actor has begun to write and not sent; NotFound where a wall has come before the ticket since."""
        self.require(actor, number)
        row = self._one(
            "SELECT text, beside, stamp, updated_at FROM draft WHERE agent_id = ? AND ticket_id = ? AND direction = ?",
            actor.agent_id,
            number,
            direction.value,
        )
        if row is None:
            return None
        return DraftRow(number, direction, row[0], json.loads(row[1]), row[2], datetime.fromisoformat(row[3]))

    def drafts(self, actor: Actor) -> tuple[DraftMark, ...]:
        """Where the actor has drafts, by number; not those that a wall has come before."""
        found = self._walled(
            actor,
            "SELECT d.ticket_id, d.direction, d.updated_at FROM draft AS d JOIN ticket AS t ON t.id = d.ticket_id"
            " WHERE d.agent_id = ?",
            actor.agent_id,
        )
        marks = [DraftMark(row[0], Direction(row[1]), datetime.fromisoformat(row[2])) for row in sorted(found)]
        return (*marks, *self._form_drafts(actor))

    def _form_drafts(self, actor: Actor) -> tuple[DraftMark, ...]:
        """Of each ticket that the words of a form are for: the form's name ends with their numbers."""
        sql = "SELECT form, max(updated_at) FROM form_draft WHERE agent_id = ? AND words != '{}' GROUP BY form"
        with translated(self.path):
            found = self._connection.execute(sql, (actor.agent_id,)).fetchall()
        marks = [
            DraftMark(int(word), None, datetime.fromisoformat(at), form)
            for form, at in found
            for word in form.split()
            if word.isdecimal()
        ]
        if not marks:
            return ()
        numbers = json.dumps([mark.number for mark in marks])
        sql = "SELECT t.id FROM ticket AS t WHERE t.id IN (SELECT value FROM json_each(?))"
        seen = {number for (number,) in self._walled(actor, sql, numbers)}
        return tuple(mark for mark in sorted(marks, key=lambda mark: (mark.number, mark.form)) if mark.number in seen)

    def form_draft(self, actor: Actor, form: str, *, now: datetime) -> FormDraftRow | None:
        """What the actor has typed into a form and not sent: the newest that was left, else one that is open yet."""
        row = self._one(
            "SELECT session, words, updated_at, coalesce(open_until > ?, 0) AS is_open FROM form_draft"
            " WHERE agent_id = ? AND form = ? ORDER BY is_open, updated_at DESC, rowid DESC LIMIT 1",
            to_rfc3339(now),
            actor.agent_id,
            form,
        )
        if row is None:
            return None
        return FormDraftRow(row[0], json.loads(row[1]), datetime.fromisoformat(row[2]), bool(row[3]))

    def presence(self, actor: Actor, *, now: datetime) -> tuple[PresenceRow, ...]:
        """Who else is at which ticket, of those that the actor may see; what was not renewed in time is over."""
        found = self._walled(
            actor,
            "SELECT p.ticket_id, a.key, p.doing FROM presence AS p JOIN agent AS a ON a.id = p.agent_id"
            " JOIN ticket AS t ON t.id = p.ticket_id WHERE p.until > ? AND p.agent_id IS NOT ?",
            to_rfc3339(now),
            actor.agent_id,
        )
        return tuple(PresenceRow(row[0], row[1], Doing(row[2])) for row in sorted(found))

    def _walled(self, actor: Actor, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query over `ticket AS t` that no wall hides."""
        with translated(self.path):
            hidden = wall(self._connection, actor, "t.team_id")
        if hidden is not None:
            sql, values = f"{sql} AND {hidden.sql}", (*values, *hidden.values)
        return [tuple(row) for row in self._all(sql, *values)]

    def require(self, actor: Actor, number: int) -> None:
        """Raise NotFound unless the actor may see the ticket."""
        with translated(self.path):
            hidden = wall(self._connection, actor)
        sql, values = "SELECT 1 FROM ticket WHERE id = ?", (number,)
        if hidden is not None:
            sql, values = f"{sql} AND {hidden.sql}", (number, *hidden.values)  # type: ignore[assignment]
        if self._one(sql, *values) is None:
            raise NotFound(
                phrase("there is no ticket {prefix}-{number}", prefix=self.desk.ref_prefix, number=number),
                phrase("see `sdesk list`"),
            )
