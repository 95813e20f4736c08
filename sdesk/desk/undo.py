"""Undoing what an agent did last: the tickets are as they were, and what somebody changed since is left alone.

History is never changed: what was done stands in it, and that it was undone. Reports count only what stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import col

from sdesk.desk.change import Change
from sdesk.desk.opening import Work
from sdesk.desk.steps.clocks import load_clocks, promise_of, put_in_place, settle
from sdesk.desk.steps.deeds import KEPT_FOR, PLAYBOOK_VERBS, forget_deed, opened_steps, walked_back
from sdesk.desk.steps.drafts import had_files, message_back
from sdesk.desk.steps.find import is_walled, require_hands, sees, sees_team
from sdesk.desk.steps.history import record
from sdesk.desk.steps.losses import follow_outages, recount
from sdesk.desk.steps.messages import reindex, rename_in_index
from sdesk.desk.steps.promises import tell_of_moved_promise, would_be_promised
from sdesk.desk.steps.put_back import Changes, changed_since, put_back, without
from sdesk.desk.steps.snapshot import keep_told
from sdesk.desk.steps.standing import require_standing
from sdesk.desk.take_back import take_back
from sdesk.domain.errors import BadInput, NotFound, NothingToDo, Refused
from sdesk.domain.outgoing import OutboxState
from sdesk.domain.phrase import phrase, unpacked
from sdesk.domain.playbook import RunState
from sdesk.domain.ticket import OPEN_STATUSES
from sdesk.store.models import History, Message, Outbox, PlaybookRun, Ticket, Undo


class Deed(NamedTuple):
    """What was done to one ticket, and can be undone."""

    id: int
    number: int
    verb: str
    sentence: str


def last_batch(work: Work, batch: str | None = None) -> tuple[Deed, ...]:
    """What the acting agent did last, for all tickets of that action, the first of them first; or a certain `batch`.

    What was done to a ticket that stands behind a wall by now is left out, but for what gave it there.
    NothingToDo where there is nothing; BadInput for the desk itself.
    """
    require_hands(work)
    if work.actor.agent_id is None:
        raise BadInput(phrase("the desk itself undoes nothing"), phrase("say who acts with --as LOGIN"))
    own = (
        col(Undo.agent_id) == work.actor.agent_id,
        col(Undo.part_of).is_(None),
        col(Undo.at) >= work.now - KEPT_FOR,
    )
    batch = _last(work, own) if batch is None else batch
    found = work.session.scalars(select(Undo).where(*own, col(Undo.batch) == batch).order_by(col(Undo.id))).all()
    rows = [row for row in found if _may_know(work, row)]
    if not rows:
        raise NothingToDo(
            phrase("there is nothing to undo"), phrase("what you did within a day can be, the last first")
        )
    return tuple(Deed(row.id or 0, row.ticket_id, row.verb, unpacked(row.sentence)) for row in rows)


def _last(work: Work, own: Sequence[ColumnElement[bool]]) -> str | None:
    """The action that was the last; one by one, since each row holds all that it changed."""
    for number in work.connection.execute(select(col(Undo.id)).where(*own).order_by(col(Undo.id).desc())).scalars():
        row = work.session.get_one(Undo, number)
        if _may_know(work, row):
            return row.batch
    return None


def _may_know(work: Work, row: Undo) -> bool:
    """Whether the agent sees the ticket still, or saw it until he gave it away himself, or opened it there unseen."""
    seen = sees(work, work.actor, work.session.get_one(Ticket, row.ticket_id))
    return seen or bool(row.before.get("unseen")) or _saw(work, row)


def undo(work: Work, deed: int) -> Change:
    """Put back what an action did to a ticket, and to others with it: all of that, or nothing.

    Refused where anything of it was changed since, where an answer is on its way or was told, and for what stands for
    good: a new ticket has its number. NotFound where it was undone already.
    """
    require_hands(work)
    row = work.session.get(Undo, deed)
    if row is None or row.agent_id != work.actor.agent_id or row.part_of is not None:
        raise NotFound(phrase("that is undone already, or was done too long ago"), phrase("see `sdesk undo --list`"))
    number, ref, sentence = row.ticket_id, work.rules.ref(row.ticket_id), unpacked(row.sentence)
    if row.verb == "split" or "stands" in row.before or _went_on(work, row):
        raise Refused(phrase("{what}: that is not undone", what=sentence), _instead(work, row))
    if row.before["answers"]:
        # Its own way, with its own reasons why not: nobody has read it, and the words are a draft again.
        _require_unchanged(work, [row])
        taken = take_back(work, number, mails=row.before["answers"])
        forget_deed(work, deed)
        return _words_back(number, ref, sentence, files=taken.files)
    touched = list(work.session.scalars(select(Undo).where(col(Undo.part_of) == deed).order_by(col(Undo.id))).all())
    changes: Changes = row.before["rows"]
    if row.verb in PLAYBOOK_VERBS and (left := _gone_on_unseen(work, touched)):
        touched = [each for each in touched if each.ticket_id not in left]
        changes = without(work, changes, left)
    _require_unchanged(work, [row, *touched])
    if changed_since(work, changes) is not None or _is_cancelled(work, row):
        raise _changed(work, row)
    _put_back(work, row, [row, *touched], changes)
    if said := [now["id"] for was, now in changes.get("message", ()) if was is None and now is not None]:
        return _words_back(number, ref, sentence, files=had_files(work, said))
    return Change(number, ref, phrase("undone: {what}", what=sentence))


def _words_back(number: int, ref: str, sentence: str, *, files: bool) -> Change:
    text = phrase("undone: {what}; its text is your draft", what=sentence)
    if files:
        text = phrase("undone: {what}; its text is your draft, its files are to be attached anew", what=sentence)
    return Change(number, ref, text, drafts=True, files=files)


def forget(work: Work, deed: int) -> None:
    """It cannot be undone, which was said: the next undo is of what was done before it."""
    row = work.session.get(Undo, deed)
    if row is not None and row.agent_id == work.actor.agent_id:
        forget_deed(work, deed)


# ---- what stands for good ----------------------------------------------------------------------------


def _went_on(work: Work, row: Undo) -> bool:
    """Whether steps of a playbook that the agent may know of were opened, by what was done to it or since: they have
    their numbers."""
    if "opened" not in row.before:
        return False
    opened = opened_steps(work.connection, row.ticket_id)
    return any(step not in row.before["opened"] and sees_team(work, work.actor, opened[step]) for step in opened)


def _is_cancelled(work: Work, row: Undo) -> bool:
    """Whether the playbook that something was done to was cancelled since: none of its steps is planned any more."""
    state = select(col(PlaybookRun.state)).where(col(PlaybookRun.ticket_id) == row.ticket_id)
    return "opened" in row.before and work.connection.execute(state).scalar_one() is RunState.CANCELLED


def _instead(work: Work, row: Undo) -> str:
    """What does instead of undo."""
    number = row.ticket_id
    if row.before.get("unseen"):
        return phrase("ask somebody who sees that ticket")
    match row.verb:
        case "split":
            made = select(col(Undo.ticket_id)).where(col(Undo.part_of) == row.id, col(Undo.was) == 0)
            new = work.connection.execute(made).scalar_one()
            return phrase("put it back: `sdesk ticket merge {new} --into {number}`", new=new, number=number)
        case "playbook start":
            return phrase("cancel it: `sdesk playbook cancel {number} --text WHY`", number=number)
        case "playbook cancel":
            return phrase("start another: `sdesk playbook start {key} --date DAY`", key=_playbook_of(work, number))
        case "playbook move":
            return phrase(
                "steps were opened by it, and stay. move it again: `sdesk playbook move {number} --date DAY`",
                number=number,
            )
        case "playbook skip":
            return phrase("steps were opened by it, and stay: see `sdesk playbook progress {number}`", number=number)
        case _:
            return phrase(
                "close it: `sdesk close {number} --silent`, or put it into another:"
                " `sdesk ticket merge {number} --into OTHER`",
                number=number,
            )


def _gone_on_unseen(work: Work, rows: Sequence[Undo]) -> frozenset[int]:
    """The steps behind a wall that were worked on since: they stay as they are, and who does not see them is not told
    of that by a refusal."""
    found = ((row, work.session.get_one(Ticket, row.ticket_id)) for row in rows if row.version != row.was)
    return frozenset(
        row.ticket_id for row, ticket in found if ticket.version != row.version and not sees(work, work.actor, ticket)
    )


def _playbook_of(work: Work, number: int) -> str:
    found = select(col(PlaybookRun.key)).where(col(PlaybookRun.ticket_id) == number)
    return work.connection.execute(found).scalar_one()


# ---- whether it can be -------------------------------------------------------------------------------


def _require_unchanged(work: Work, rows: Sequence[Undo]) -> None:
    """Refused where a ticket has another version than the action left it with."""
    for row in rows:
        ticket = work.session.get_one(Ticket, row.ticket_id)
        if row.part_of is None and not _may_know(work, row):
            raise NotFound(phrase("there is no ticket {ref}", ref=work.rules.ref(row.ticket_id)), "see `sdesk list`")
        if row.version != row.was and ticket.version != row.version:
            raise _changed(work, row)


def _saw(work: Work, row: Undo) -> bool:
    """Whether the agent saw the ticket before he gave it behind a wall: nothing is added to it since."""
    teams = [was["team_id"] for was in _were(row.before.get("rows", {})).values() if "team_id" in was]
    return any(sees_team(work, work.actor, team) for team in teams)


def _were(changes: Changes) -> dict[int, dict[str, Any]]:
    """Of each ticket the columns that were changed, as they were."""
    return {was["id"]: was for was, now in changes.get("ticket", ()) if was is not None and now is not None}


def _changed(work: Work, row: Undo) -> Refused:
    """Who changed it since; of a ticket behind a wall that is not said."""
    ticket, ref = work.session.get_one(Ticket, row.ticket_id), work.rules.ref(row.ticket_id)
    if not sees(work, work.actor, ticket):
        return Refused(phrase("a ticket that was changed with it was changed since"), phrase("put it right by hand"))
    known = row.before["events"] if row.part_of is None else work.session.get_one(Undo, row.part_of).before["events"]
    last = max(known.get(str(row.ticket_id), ()), default=0)
    who = work.connection.execute(
        select(col(History.actor))
        .where(col(History.ticket_id) == row.ticket_id, col(History.id) > last)
        .order_by(col(History.id).desc())
        .limit(1)
    ).scalar()
    if who is None:
        return Refused(phrase("{ref} was changed since", ref=ref), phrase("put it right by hand"))
    if who == work.actor.login:
        return Refused(phrase("you changed {ref} since", ref=ref), phrase("put it right by hand"))
    return Refused(phrase("{ref} was changed since by {who}", ref=ref, who=who), phrase("put it right by hand"))


def _require_incidents(work: Work, were: Mapping[int, Mapping[str, Any]]) -> None:
    """A ticket that is part of an incident again: it must be one that it can be part of."""
    for number, was in were.items():
        if was.get("incident_id") is None:
            continue
        part, incident = work.session.get_one(Ticket, number), work.session.get_one(Ticket, was["incident_id"])
        if (
            incident.incident_id is not None
            or incident.status not in OPEN_STATUSES
            or is_walled(work, part.team_id, incident.team_id)
        ):
            raise Refused(
                phrase("what {ref} was part of is no incident for it any more", ref=work.rules.ref(number)),
                phrase("put it right by hand"),
            )


# ---- putting back ------------------------------------------------------------------------------------


def _put_back(work: Work, row: Undo, rows: Sequence[Undo], changes: Changes) -> None:
    tickets = {each.ticket_id: work.session.get_one(Ticket, each.ticket_id) for each in rows}
    told = {number: ticket.alerts or {} for number, ticket in tickets.items()}
    promised = {
        number: would_be_promised(load_clocks(work, ticket), promise_of(work, ticket), work.now)
        for number, ticket in tickets.items()
    }
    events, verb, deed = row.before["events"], row.verb, row.id or 0
    was = {each.ticket_id: each.was for each in rows}
    _withdraw(work, row.before["mails"])
    units = put_back(work, changes)
    _require_incidents(work, _were(changes))
    require_standing(work, _were(changes))
    _take_words_back(work, changes, str(row.before.get("form") or ""))
    for number in _speaking(changes):
        reindex(work, number)
    for number in _joined(changes):
        incident = work.session.get_one(Ticket, number)
        if incident.is_incident is not (made := _has_parts(work, number)):
            # Others joined it, or left it, since.
            incident.is_incident = made
            record(work, number, "made_incident" if made else "no_incident_any_more")
    for unit_id in sorted(units):
        recount(work, unit_id)
    forget_deed(work, deed)
    for number, ticket in tickets.items():
        if "subject" in _were(changes).get(number, {}):
            rename_in_index(work, number, ticket.subject)
        follow_outages(work, ticket)
        keep_told(work, ticket, told[number])
        holds = would_be_promised(load_clocks(work, ticket), promise_of(work, ticket), work.now)
        tell_of_moved_promise(work, ticket, promised[number], holds)
        if str(number) in events:
            # Where its history tells nothing of it, it is not told that it was undone: it was about a hidden step.
            record(work, number, "undone", verb=verb, events=events[str(number)])
    for number, ticket in tickets.items():
        settle(work, ticket)
        walked_back(work, number, was=was[number], now=ticket.version)
    for number in _joined(changes):
        # Its place follows from parts that come and go.
        put_in_place(work, work.session.get_one(Ticket, number))
    work.session.flush()


def _withdraw(work: Work, mails: Sequence[int]) -> None:
    """What the desk would have told of it of its own accord is not told; what has gone has gone."""
    work.connection.execute(
        update(Outbox)
        .where(
            col(Outbox.id).in_(mails),
            col(Outbox.state) == OutboxState.QUEUED,
            col(Outbox.claimed_at).is_(None),
            col(Outbox.attempts) == 0,
        )
        .values(state=OutboxState.TAKEN_BACK, last_error=f"undone by {work.actor.login}")
    )


def _take_words_back(work: Work, changes: Changes, form: str) -> None:
    """A note, or what was said by phone: taken back as an answer is, its words are a draft again."""
    left = {now["id"]: now for was, now in changes.get("ticket", ()) if was is not None and now is not None}
    for was, now in changes.get("message", ()):
        message = work.session.get(Message, now["id"]) if was is None and now is not None else None
        if message is not None:
            message.taken_back_at = work.now
            work.session.add(message)
            work.session.flush()
            message_back(work, message.ticket_id, message, left.get(message.ticket_id, {}), form)


def _speaking(changes: Changes) -> list[int]:
    """The tickets whose words are others now: of their conversation, their form, or their equipment."""
    pairs = (pair for table in ("message", "form_value", "ticket_asset") for pair in changes.get(table, ()))
    found = {row["ticket_id"] for pair in pairs for row in pair if row is not None}
    return sorted(found)


def _joined(changes: Changes) -> list[int]:
    """Incidents that tickets come back to, or leave again."""
    rows = [row for pair in changes.get("ticket", ()) for row in pair if row is not None]
    return sorted({row["incident_id"] for row in rows if row.get("incident_id") is not None})


def _has_parts(work: Work, number: int) -> bool:
    found = select(func.count()).select_from(Ticket).where(col(Ticket.incident_id) == number)
    return bool(work.connection.execute(found).scalar_one())
