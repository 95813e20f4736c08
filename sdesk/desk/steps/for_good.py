"""What undo refuses, kept beside what it puts back (`deeds`): else an earlier deed would be taken for the last one.

In a room of its own: a new ticket waits for nothing that putting back needs.
"""

from __future__ import annotations

from sdesk.desk.opening import Work
from sdesk.desk.steps.find import sees_all_teams, sees_team
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.phrase import packed
from sdesk.store.models import Undo


def stands_for_good(work: Work, number: int, *, batch: str, verb: str, sentence: str) -> None:
    """Keep that the acting agent did what stands for good.

    He knows of it where he does not see the ticket too: it was he who opened it there.
    """
    if work.actor.agent_id is None:
        return
    unseen = False
    if not sees_all_teams(work):
        (team_id,) = work.connection.exec_driver_sql("SELECT team_id FROM ticket WHERE id = ?", (number,)).one()
        unseen = not sees_team(work, work.actor, team_id)
    insert_row(
        work,
        Undo,
        {
            "agent_id": work.actor.agent_id,
            "ticket_id": number,
            "at": work.now,
            "batch": batch,
            "verb": verb,
            "sentence": packed(sentence),
            # Nothing is put back: no version is asked for.
            "was": 0,
            "version": 0,
            "before": {"stands": True, "unseen": unseen},
        },
    )
