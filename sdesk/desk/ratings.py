"""What people say of how their tickets were dealt with: answers to the desk's question, and what a bad one opens.

Whoever has the token of a question answers for the person who was asked, once: what comes later takes the place of what
was said before. Looking at a question changes nothing: programs that scan mail follow links.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.absences import absent, who_takes
from sdesk.desk.steps.clocks import settle
from sdesk.desk.steps.history import record
from sdesk.desk.steps.links import link
from sdesk.desk.steps.messages import add_message, index_ticket
from sdesk.desk.steps.moves import require_id
from sdesk.desk.steps.notify import notify, notify_opened
from sdesk.desk.steps.requester_wrote import REQUESTER
from sdesk.desk.steps.rows import insert_row
from sdesk.desk.steps.tickets import Opening, open_ticket
from sdesk.desk.steps.tokens import hash_of
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.inbound import InboundAttachment, Mailbox
from sdesk.domain.outgoing import AgentEvent
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import neutralise
from sdesk.domain.satisfaction import BAD, FEEDBACK, LIVES, LONGEST_COMMENT, REPLACES, SCORES, RatedBy
from sdesk.domain.ticket import OPEN_STATUSES, Channel, Direction, LinkKind, Role
from sdesk.domain.ticket_line import LineRating
from sdesk.store.models import History, Person, PersonAddress, Rating, Ticket

RATED = "rated"
"""The event of an answer."""
MOST_ANSWERS = 10
"""So often one question can be answered, each answer in the place of the one before: more are a program's."""
_FOLLOW_UP = {"ru": "Оценка {score} из 5: {subject}"}
"""The subject of what a bad answer opens, by the desk's language."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be answered, as whoever has its token may see it."""

    rating: int
    number: int
    ref: str
    subject: str
    """Empty where it came by a web form: whoever filled it in may have named somebody else."""
    team: str
    """Its name."""
    score: int | None
    """What was answered; None where nothing was."""
    comment: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was taken."""

    number: int
    ref: str
    score: int
    before: int | None
    """What was answered before; None where this is the first answer."""
    follow_up: int | None
    """The ticket that this answer opened."""
    changed: bool = True
    """False where the same was said already."""


def look(work: Work, token: str) -> Question:
    """The question of a token. NotFound where there is none, or where it is too late to answer it."""
    row = _alive(work, token)
    ticket = work.session.get_one(Ticket, row.ticket_id)
    return Question(
        row.id or 0,
        row.ticket_id,
        work.rules.ref(row.ticket_id),
        ticket.subject if ticket.channel is not Channel.FORM else "",
        work.rules.teams[row.team_id].name,
        row.score,
        row.comment,
    )


def can_answer(work: Work, token: str) -> bool:
    """Whether a token is that of a question that can be answered now."""
    row = _find(work, token)
    return row is not None and _past_answering(work, row) is None


def number_of(work: Work, token: str) -> int | None:
    """The ticket that a question was about, however long ago; None where the token is of no question."""
    row = _find(work, token)
    return None if row is None else row.ticket_id


def answer(
    work: Work,
    token: str,
    score: int,
    comment: str = "",
    how: RatedBy = RatedBy.PORTAL,
    *,
    attachments: tuple[InboundAttachment, ...] = (),
    message: int | None = None,
) -> Answered:
    """Write down what somebody answers; a bad answer opens a ticket for the team's lead, once for each ticket.

    `attachments` go to that ticket; `message` is the row of the mail that answers. NotFound where the token is of no
    question that can be answered still, Refused where it was answered too long ago, BadInput where it is no score from
    1 to 5.
    """
    row = _alive(work, token)
    if score not in SCORES:
        raise BadInput(phrase("`{score}` is no answer", score=str(score)[:20]), phrase("it is one of 1 to 5"))
    comment = neutralise(comment).strip()[:LONGEST_COMMENT].strip()
    ref, before, said = work.rules.ref(row.ticket_id), row.score, row.comment
    if before == score and comment in ("", said):
        return Answered(row.ticket_id, ref, score, before, None, changed=False)
    # Who only chooses another answer takes back none of his words.
    row.comment = comment or said
    row.score, row.answered_at, row.how = score, work.now, how
    work.session.add(row)
    work.session.flush()
    follow_up = None
    if score <= BAD and not _followed_up(work, row.ticket_id):
        follow_up = _open_follow_up(work, row, how, attachments)
        row.follow_up_id = follow_up
        work.session.add(row)
        work.session.flush()
    elif row.follow_up_id is not None and comment and comment != said:
        _add_words(work, row.follow_up_id, row.person_id, comment, attachments)
    story = {"was": before} if before is not None else {}
    record(
        work,
        row.ticket_id,
        RATED,
        by=REQUESTER,
        score=score,
        how=how.value,
        rating=row.id,
        **({"comment": comment} if comment else {}),
        **({"message": message} if message is not None else {}),
        **story,
    )
    return Answered(row.ticket_id, ref, score, before, follow_up)


def add_rating(work: Work, ticket: Ticket, said: LineRating) -> bool:
    """What the requester of a ticket told another desk; False where this one knows an answer already, or nobody asked
    for the ticket. It opens nothing: that was the other desk's.
    """
    number = require_id(ticket)
    known = select(col(Rating.id)).where(col(Rating.ticket_id) == number, col(Rating.score).is_not(None))
    if ticket.requester_id is None or work.connection.execute(known).first() is not None:
        return False
    at = min(max(said.at, ticket.created_at), work.now)
    row = insert_row(
        work,
        Rating,
        {
            "ticket_id": number,
            "person_id": ticket.requester_id,
            "team_id": ticket.team_id,
            "service_id": ticket.service_id,
            "unit_id": ticket.unit_id,
            "asked_at": at,
            "answered_at": at,
            "score": said.score,
            "comment": said.comment,
        },
    )
    comment = {"comment": said.comment} if said.comment else {}
    record(replace(work, now=at), number, RATED, by=REQUESTER, score=said.score, rating=row, **comment)
    return True


def _find(work: Work, token: str) -> Rating | None:
    return work.session.scalars(select(Rating).where(col(Rating.token_hash) == hash_of(token))).first()


def _past_answering(work: Work, row: Rating) -> str | None:
    """Why a question cannot be answered any more; None where it can."""
    if work.now - row.asked_at > LIVES:
        return phrase("the question is older than {days} days", days=LIVES.days)
    if row.answered_at is not None and work.now - row.answered_at > REPLACES:
        return phrase("it was answered more than {days} days ago", days=REPLACES.days)
    if row.answered_at is not None and _times_answered(work, row) >= MOST_ANSWERS:
        return phrase("it was answered {count} times", count=MOST_ANSWERS)
    return None


def _times_answered(work: Work, row: Rating) -> int:
    found = work.connection.execute(
        select(func.count()).where(
            col(History.ticket_id) == row.ticket_id,
            col(History.event) == RATED,
            func.json_extract(col(History.data), "$.rating") == row.id,
        )
    ).scalar()
    return found or 0


def _alive(work: Work, token: str) -> Rating:
    row = _find(work, token)
    if row is None or work.now - row.asked_at > LIVES:
        # What was never given out and what is long over look the same.
        raise NotFound(phrase("this link leads to no question"), phrase("it may be too old: write to the desk"))
    late = _past_answering(work, row)
    if late is not None:
        raise Refused(late, phrase("write to the desk where there is more to say"))
    return row


def _followed_up(work: Work, number: int) -> bool:
    """Whether an answer about a ticket has opened one already."""
    found = work.connection.execute(
        select(col(Rating.id)).where(col(Rating.ticket_id) == number, col(Rating.follow_up_id).is_not(None)).limit(1)
    ).first()
    return found is not None


def _open_follow_up(work: Work, row: Rating, how: RatedBy, attachments: tuple[InboundAttachment, ...]) -> int:
    """The ticket that a bad answer opens: the lead's, in the team whose ticket it was or the one that is to know."""
    rules = work.rules
    ticket = work.session.get_one(Ticket, row.ticket_id)
    team_id, team_by = _follow_up_team(work, ticket)
    assignee_id = _lead_of(work, team_id)
    words = _FOLLOW_UP.get(rules.language, "Rated {score} of 5: {subject}")
    subject = words.format(score=row.score, subject=ticket.subject)[:400]
    service_id = ticket.service_id if team_id == ticket.team_id else None
    opened = open_ticket(
        work,
        Opening(
            subject=subject,
            team_id=team_id,
            service_id=service_id,
            requester_id=row.person_id,
            unit_id=ticket.unit_id,
            channel=Channel.PORTAL if how is RatedBy.PORTAL else Channel.MAIL,
            opened_at=work.now,
            assignee_id=assignee_id,
            tags=(FEEDBACK,),
            # Nothing stands still because somebody is not content.
            stands=False,
            history=False,
            # Nor does anybody ask for the service: its approver has nothing to say to this.
            brought=True,
        ),
        by=REQUESTER,
        why={"team": team_by},
        rated=row.score,
    )
    author = _author(work, row.person_id)
    index_ticket(work, opened.number, subject, row.comment, f"{author.name} {author.address}")
    message = None
    if row.comment or attachments:
        message = _say(work, opened.number, row.person_id, row.comment, attachments, indexed=False)
    link(work, opened.number, row.ticket_id, LinkKind.FOLLOWS)
    notify_opened(work, opened, team_id=team_id, assignee_id=assignee_id, message=message)
    return opened.number


def _follow_up_team(work: Work, ticket: Ticket) -> tuple[int, str]:
    """Who gets it. What a private team did for somebody stays behind its wall, whoever is to know of the others."""
    rules = work.rules
    named = rules.satisfaction.follow_up_team if rules.satisfaction is not None else None
    own = rules.teams[ticket.team_id]
    if named is None or own.private or named not in rules.team_keys:
        return ticket.team_id, "a bad answer about a ticket of the team"
    return rules.team_keys[named], "satisfaction.follow_up_team of the desk file"


def _lead_of(work: Work, team_id: int) -> int | None:
    """The lead of a team, or who stands in; nobody where no one may take it."""
    team = work.rules.teams[team_id]
    lead = work.rules.agents.get(team.lead_id) if team.lead_id is not None else None
    if lead is None or lead.retired or lead.role is Role.AUDITOR or (team.private and lead.id not in team.members):
        return None
    return who_takes(work, lead.id, team_id) if lead.id in absent(work) else lead.id


def _author(work: Work, person_id: int) -> Mailbox:
    """In whose name an answer stands: whoever has the token may have sent it, the person was asked."""
    name = work.connection.execute(select(col(Person.name)).where(col(Person.id) == person_id)).scalar()
    address = work.connection.execute(
        select(col(PersonAddress.address)).where(col(PersonAddress.person_id) == person_id).limit(1)
    ).scalar()
    return Mailbox(address or "", name or "")


def _say(
    work: Work,
    number: int,
    person_id: int,
    text: str,
    attachments: tuple[InboundAttachment, ...],
    *,
    indexed: bool = True,
) -> int:
    author = _author(work, person_id)
    return add_message(
        work,
        number,
        Direction.IN,
        text,
        author_name=author.name,
        author_address=author.address,
        person_id=person_id,
        attachments=attachments,
        indexed=indexed,
    )


def _add_words(
    work: Work, number: int, person_id: int, comment: str, attachments: tuple[InboundAttachment, ...]
) -> None:
    """What is said later goes where it is dealt with, as long as it is."""
    ticket = work.session.get_one(Ticket, number)
    if ticket.status not in OPEN_STATUSES:
        return
    message = _say(work, number, person_id, comment, attachments)
    record(work, require_id(ticket), "message", by=REQUESTER, message=message, takes_part=True)
    settle(work, ticket)
    notify(work, ticket, AgentEvent.REPLY, message=message)
