"""The registry of actions: each verb once, for the command line, the console's keys, its palette and its help.

It is light: it names the use cases and imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdesk.domain.actor import Actor
from sdesk.domain.ticket import OPEN_STATUSES, Impact, Priority, Role, Status, Urgency, WaitingFor
from sdesk.store.reader.rows import TicketRow


class Kind(StrEnum):
    """What a parameter holds, so that a front end knows how to ask for it."""

    TEXT = "text"
    AGENT_OR_TEAM = "agent_or_team"
    """A login, `me`, `none`, or `team:KEY`."""
    SERVICE = "service"
    INSTANT = "instant"
    LENGTH = "length"
    """A length of time, in seconds; negative corrects."""
    CHOICE = "choice"
    PRIORITY = "priority"
    FLAG = "flag"
    ADDRESSES = "addresses"
    ADDRESS = "address"
    MESSAGES = "messages"
    """Ids of messages of the ticket."""
    TICKET = "ticket"
    """The number of another ticket."""
    UNIT = "unit"
    TAGS = "tags"
    SHARE = "share"
    """A `Decimal` above 0, at most 1."""
    OUTAGE = "outage"
    """Id of an outage of the ticket."""
    FILES = "files"
    """Files of the agent's own machine, as `InboundAttachment`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What an action takes besides the ticket."""

    name: str
    kind: Kind
    summary: str
    required: bool = False
    choices: tuple[str, ...] = ()


_SPENT = Parameter("spent", Kind.LENGTH, "how long you worked on it")
_VISIT = (
    Parameter("visit", Kind.INSTANT, "a visit that is agreed"),
    Parameter("no_visit", Kind.FLAG, "the agreed visit is called off"),
)

WhyNot = Callable[[TicketRow, Actor], str | None]


@dataclass(frozen=True, slots=True)
class Action:
    """One verb."""

    name: str
    summary: str
    use_case: str
    """`module:function`, below `sdesk.desk`."""
    parameters: tuple[Parameter, ...] = ()
    impossible: WhyNot | None = None

    def why_not(self, ticket: TicketRow, actor: Actor) -> str | None:
        """Why it is not possible for this ticket now, in words; None where it is."""
        if actor.role is Role.AUDITOR:
            return "an auditor changes nothing"
        return self.impossible(ticket, actor) if self.impossible is not None else None


def _unless_open(what: str) -> WhyNot:
    def why_not(ticket: TicketRow, actor: Actor) -> str | None:
        return None if ticket.status in OPEN_STATUSES else f"{ticket.status} tickets cannot be {what}"

    return why_not


def _cannot_take(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return f"{ticket.status} tickets cannot be assigned"
    return "you have it already" if ticket.assignee == actor.login else None


def _cannot_reply(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return f"{ticket.status} tickets cannot be answered"
    return None if ticket.requester_email else "the requester has no mail address"


def _cannot_forward(ticket: TicketRow, actor: Actor) -> str | None:
    return f"{ticket.status} tickets cannot be forwarded" if ticket.status in {Status.MERGED, Status.SPAM} else None


def _cannot_reopen(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.WAITING}:
        return None
    return f"{ticket.status} tickets are not to be reopened"


def _cannot_confirm(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.loss_per_hour is None:
        return "it has no outage"
    return "its outage is confirmed already" if ticket.loss_confirmed else None


def _not_restorable(ticket: TicketRow, actor: Actor) -> str | None:
    return None if ticket.loss_per_hour is not None else "it has no outage"


def _cannot_join(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return f"{ticket.status} tickets join no incident"
    if ticket.is_incident:
        return "it is an incident itself"
    return "it is part of an incident already" if ticket.incident is not None else None


def _cannot_merge(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return f"{ticket.status} tickets cannot be merged"
    return "it is an incident: merge the other into it" if ticket.is_incident else None


def _cannot_leave(ticket: TicketRow, actor: Actor) -> str | None:
    return None if ticket.incident is not None else "it is part of no incident"


_ALL = (
    Action("take", "Assign the ticket to yourself", "work:take", impossible=_cannot_take),
    Action(
        "assign",
        "Give the ticket to an agent, a team, or nobody",
        "work:assign",
        (Parameter("to", Kind.AGENT_OR_TEAM, "login, me, none, or team:KEY", required=True),),
        _unless_open("assigned"),
    ),
    Action(
        "reply",
        "Answer the requester",
        "conversation:reply",
        (
            Parameter("text", Kind.TEXT, "what the requester is told", required=True),
            Parameter("cc", Kind.ADDRESSES, "further recipients"),
            Parameter("cc_all", Kind.FLAG, "everybody who had a copy in this thread"),
            Parameter("attachments", Kind.FILES, "files that go along"),
            Parameter("waiting_for", Kind.CHOICE, "whom or what the ticket then waits for", choices=tuple(WaitingFor)),
            Parameter("until", Kind.INSTANT, "when that wait ends by itself"),
            Parameter("phone", Kind.FLAG, "it was said by phone or in person: send nothing"),
            Parameter("alone", Kind.FLAG, "of an incident: to its own requester, not to those of its parts"),
            Parameter("pass_on", Kind.MESSAGES, "suppliers' answers that go along"),
            _SPENT,
            *_VISIT,
        ),
        _cannot_reply,
    ),
    Action(
        "take_back",
        "Take back the answer that you wrote within the last ten seconds",
        "take_back:take_back",
    ),
    Action(
        "forward",
        "Ask a supplier: what is said and answered stays within the desk",
        "forward:forward",
        (
            Parameter("to", Kind.ADDRESS, "the supplier", required=True),
            Parameter("text", Kind.TEXT, "what the supplier is asked", required=True),
            Parameter("messages", Kind.MESSAGES, "messages that go along, with their files"),
            Parameter("wait", Kind.FLAG, "wait for the answer"),
            Parameter("until", Kind.INSTANT, "when the wait ends by itself"),
            _SPENT,
        ),
        _cannot_forward,
    ),
    Action(
        "note",
        "Write down what agents alone see",
        "conversation:note",
        (
            Parameter("text", Kind.TEXT, "the note", required=True),
            Parameter("attachments", Kind.FILES, "files that stay with it"),
            _SPENT,
            *_VISIT,
        ),
    ),
    Action(
        "wait",
        "Let the ticket wait: its resolution clock stands still",
        "work:wait",
        (
            Parameter(
                "waiting_for", Kind.CHOICE, "whom or what it waits for", required=True, choices=tuple(WaitingFor)
            ),
            Parameter("until", Kind.INSTANT, "when it wakes up by itself"),
            Parameter("text", Kind.TEXT, "told to the requester first"),
            _SPENT,
        ),
        _unless_open("made to wait"),
    ),
    Action(
        "close",
        "Resolve the ticket and tell the requester how",
        "work:close",
        (
            Parameter("text", Kind.TEXT, "the resolution, told to the requester"),
            Parameter("cc", Kind.ADDRESSES, "further recipients"),
            Parameter("attachments", Kind.FILES, "files that go along"),
            Parameter("silent", Kind.FLAG, "tell the requester nothing"),
            _SPENT,
        ),
        _unless_open("resolved"),
    ),
    Action(
        "reopen",
        "Put the ticket back to work",
        "work:reopen",
        (Parameter("text", Kind.TEXT, "why, as a note"),),
        _cannot_reopen,
    ),
    Action(
        "service",
        "Say what the ticket is about: team, priority and deadlines follow",
        "triage:set_service",
        (Parameter("service", Kind.SERVICE, "an entry of the catalogue", required=True),),
        _unless_open("given another service"),
    ),
    Action(
        "set",
        "Set the ticket's facts right",
        "edit:set_fields",
        (
            Parameter("subject", Kind.TEXT, "in one line"),
            Parameter("requester", Kind.ADDRESS, "who asks"),
            Parameter("unit", Kind.UNIT, "where it is; none takes it away"),
            Parameter("impact", Kind.CHOICE, "how much it is", choices=tuple(Impact)),
            Parameter("urgency", Kind.CHOICE, "how soon it must be", choices=tuple(Urgency)),
            Parameter("tags", Kind.TAGS, "to add"),
            Parameter("untags", Kind.TAGS, "to take away"),
        ),
    ),
    Action(
        "priority",
        "Override the priority, with a reason; auto takes that back",
        "triage:set_priority",
        (
            Parameter("priority", Kind.PRIORITY, "P1 to P5, or auto", required=True, choices=(*Priority, "auto")),
            Parameter("reason", Kind.TEXT, "why"),
        ),
        _unless_open("given another priority"),
    ),
    Action(
        "spent",
        "Write down how long you worked on it",
        "effort:spend",
        (Parameter("spent", Kind.LENGTH, "as 15m; -5m corrects", required=True),),
    ),
    Action("visit", "Agree on a visit, or call it off", "effort:visit", _VISIT, _unless_open("visited")),
    Action(
        "confirm",
        "Confirm the outage: its loss counts",
        "outages:confirm",
        (
            Parameter("down_from", Kind.INSTANT, "since when it has been down"),
            Parameter("down_to", Kind.INSTANT, "until when it was down"),
            Parameter("share", Kind.SHARE, "of the unit's turnover that stands"),
            Parameter("again", Kind.FLAG, "another outage, after one that has ended"),
            Parameter("outage", Kind.OUTAGE, "which of the ticket's outages; else the last"),
        ),
        _cannot_confirm,
    ),
    Action(
        "restored",
        "End the outage, keep the ticket open",
        "outages:restored",
        (Parameter("at", Kind.INSTANT, "since when it works again"),),
        _not_restorable,
    ),
    Action(
        "link",
        "Say that the ticket belongs to another",
        "incident:relate",
        (Parameter("to", Kind.TICKET, "the other ticket", required=True),),
    ),
    Action(
        "unlink",
        "Say that the ticket does not belong to another after all",
        "incident:unrelate",
        (Parameter("to", Kind.TICKET, "the other ticket", required=True),),
    ),
    Action(
        "join",
        "Make the ticket part of an incident",
        "incident:join_incident",
        (Parameter("incident", Kind.TICKET, "the ticket that stands for all", required=True),),
        _cannot_join,
    ),
    Action(
        "merge",
        "Put the ticket into another, which goes on alone",
        "merge:merge",
        (Parameter("into", Kind.TICKET, "the ticket that goes on", required=True),),
        _cannot_merge,
    ),
    Action(
        "split",
        "Open a ticket of its own for messages of this one",
        "merge:split",
        (
            Parameter("messages", Kind.MESSAGES, "what it is about", required=True),
            Parameter("subject", Kind.TEXT, "its subject; else the message's own"),
        ),
    ),
    Action("leave", "Take the ticket out of its incident", "incident:leave_incident", impossible=_cannot_leave),
    Action("spam", "Say that the ticket is none", "triage:spam", impossible=_unless_open("called spam")),
)

ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
"""By name: the same in the command line and in the console."""
