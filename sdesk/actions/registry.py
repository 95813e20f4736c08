"""The registry of actions: each verb once, for the command line, the console's keys, its palette and its help.

It is light: it names the use cases and imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdesk.domain.actor import Actor
from sdesk.domain.phrase import N_, phrase
from sdesk.domain.ticket import OPEN_STATUSES, WAITS_BY_HAND, Impact, Priority, Role, Status, Urgency
from sdesk.store.reader.rows import TicketRow


class Kind(StrEnum):
    """What a parameter holds, so that a front end knows how to ask for it."""

    TEXT = "text"
    AGENT_OR_TEAM = "agent_or_team"
    """A login, `me`, `none`, or `team:KEY`."""
    AGENT = "agent"
    """A login, or `me`."""
    SERVICE = "service"
    INSTANT = "instant"
    UNTIL = "until"
    """An instant, or a `Day` alone: its morning, by the ticket's calendar."""
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
    ANSWERS = "answers"
    """Answers in the form of the ticket's service, by key."""
    ASSETS = "assets"
    """Inventory numbers of equipment."""
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
    past: bool = False
    """Of an instant: it has been, so that `fri` is the last Friday."""


_SPENT = Parameter("spent", Kind.LENGTH, N_("how long you worked on it"))
_VISIT = (
    Parameter("visit", Kind.INSTANT, N_("a visit that is agreed")),
    Parameter("no_visit", Kind.FLAG, N_("the agreed visit is called off")),
)

_WATCHER = (Parameter("agent", Kind.AGENT, N_("who watches; else you")),)

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
            return phrase("an auditor changes nothing")
        return self.impossible(ticket, actor) if self.impossible is not None else None


def _unless_open(cannot: str) -> WhyNot:
    def why_not(ticket: TicketRow, actor: Actor) -> str | None:
        return None if ticket.status in OPEN_STATUSES else phrase(cannot, status=ticket.status)

    return why_not


def _cannot_take(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return phrase("{status} tickets cannot be assigned", status=ticket.status)
    return phrase("you have it already") if ticket.assignee == actor.login else None


def _cannot_reply(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets cannot be answered", status=ticket.status)
    return None if ticket.requester_email else phrase("the requester has no mail address")


def _cannot_forward(ticket: TicketRow, actor: Actor) -> str | None:
    return (
        phrase("{status} tickets cannot be forwarded", status=ticket.status)
        if ticket.status in {Status.MERGED, Status.SPAM}
        else None
    )


def _cannot_reopen(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.RESOLVED, Status.CLOSED, Status.SPAM, Status.WAITING}:
        return None
    return phrase("{status} tickets are not to be reopened", status=ticket.status)


def _cannot_confirm(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets have no outage", status=ticket.status)
    # What is confirmed can be set right, one that has ended be followed by another, one that nobody suspected be told.
    possible = ticket.unit is not None or ticket.loss_so_far is not None or ticket.is_incident
    return None if possible else phrase("it is of no unit, whose turnover could stand")


def _not_restorable(ticket: TicketRow, actor: Actor) -> str | None:
    # The end of one that has ended can be set right; an incident ends those of its parts.
    possible = ticket.loss_per_hour is not None or ticket.loss_so_far is not None or ticket.is_incident
    return None if possible else phrase("it has no outage")


def _cannot_join(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status not in OPEN_STATUSES:
        return phrase("{status} tickets join no incident", status=ticket.status)
    if ticket.is_incident:
        return phrase("it is an incident itself")
    return phrase("it is part of an incident already") if ticket.incident is not None else None


def _cannot_merge(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("{status} tickets cannot be merged", status=ticket.status)
    return phrase("it is an incident: merge the other into it") if ticket.is_incident else None


def _cannot_watch(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.status in {Status.MERGED, Status.SPAM}:
        return phrase("nothing is told of {status} tickets", status=ticket.status)
    return None


def _cannot_decide(ticket: TicketRow, actor: Actor) -> str | None:
    if ticket.waiting_for != "approval":
        return phrase("it waits for no approval")
    if actor.role not in {Role.LEAD, Role.ADMIN}:
        return phrase("only a lead or an admin writes down what an approver said")
    return None


def _cannot_leave(ticket: TicketRow, actor: Actor) -> str | None:
    return None if ticket.incident is not None else phrase("it is part of no incident")


_DECIDED = (Parameter("text", Kind.TEXT, N_("how it was given, and why: the requester reads it"), required=True),)

_ALL = (
    Action("take", N_("Assign the ticket to yourself"), "work:take", impossible=_cannot_take),
    Action(
        "assign",
        N_("Give the ticket to an agent, a team, or nobody"),
        "work:assign",
        (Parameter("to", Kind.AGENT_OR_TEAM, N_("login, me, none, or team:KEY"), required=True),),
        _unless_open(N_("{status} tickets cannot be assigned")),
    ),
    Action(
        "reply",
        N_("Answer the requester"),
        "conversation:reply",
        (
            Parameter("text", Kind.TEXT, N_("what the requester is told"), required=True),
            Parameter("cc", Kind.ADDRESSES, N_("further recipients")),
            Parameter("cc_all", Kind.FLAG, N_("everybody who had a copy in this thread")),
            Parameter("attachments", Kind.FILES, N_("files that go along")),
            Parameter("waiting_for", Kind.CHOICE, N_("whom or what the ticket then waits for"), choices=WAITS_BY_HAND),
            Parameter("until", Kind.UNTIL, N_("when that wait ends by itself")),
            Parameter("phone", Kind.FLAG, N_("it was said by phone or in person: send nothing")),
            Parameter("alone", Kind.FLAG, N_("of an incident: to its own requester, not to those of its parts")),
            Parameter("pass_on", Kind.MESSAGES, N_("suppliers' answers that go along")),
            _SPENT,
            *_VISIT,
        ),
        _cannot_reply,
    ),
    Action(
        "take_back",
        N_("Take back the answer that you wrote within the last ten seconds"),
        "take_back:take_back",
    ),
    Action(
        "forward",
        N_("Ask a supplier: what is said and answered stays within the desk"),
        "forward:forward",
        (
            Parameter("to", Kind.ADDRESS, N_("the supplier"), required=True),
            Parameter("text", Kind.TEXT, N_("what the supplier is asked"), required=True),
            Parameter("messages", Kind.MESSAGES, N_("messages that go along, with their files")),
            Parameter("wait", Kind.FLAG, N_("wait for the answer")),
            Parameter("until", Kind.UNTIL, N_("when the wait ends by itself")),
            _SPENT,
        ),
        _cannot_forward,
    ),
    Action(
        "note",
        N_("Write down what agents alone see"),
        "conversation:note",
        (
            Parameter("text", Kind.TEXT, N_("the note"), required=True),
            Parameter("attachments", Kind.FILES, N_("files that stay with it")),
            _SPENT,
            *_VISIT,
        ),
    ),
    Action(
        "wait",
        N_("Let the ticket wait: its resolution clock stands still"),
        "work:wait",
        (
            Parameter(
                "waiting_for", Kind.CHOICE, N_("whom or what it waits for"), required=True, choices=WAITS_BY_HAND
            ),
            Parameter("until", Kind.UNTIL, N_("when it wakes up by itself")),
            Parameter("text", Kind.TEXT, N_("told to the requester first")),
            _SPENT,
        ),
        _unless_open(N_("{status} tickets cannot be made to wait")),
    ),
    Action(
        "close",
        N_("Resolve the ticket and tell the requester how"),
        "work:close",
        (
            Parameter("text", Kind.TEXT, N_("the resolution, told to the requester")),
            Parameter("cc", Kind.ADDRESSES, N_("further recipients")),
            Parameter("attachments", Kind.FILES, N_("files that go along")),
            Parameter("silent", Kind.FLAG, N_("tell the requester nothing")),
            _SPENT,
        ),
        _unless_open(N_("{status} tickets cannot be resolved")),
    ),
    Action(
        "reopen",
        N_("Put the ticket back to work"),
        "work:reopen",
        (Parameter("text", Kind.TEXT, N_("why, as a note")),),
        _cannot_reopen,
    ),
    Action(
        "service",
        N_("Say what the ticket is about: team, priority and deadlines follow"),
        "triage:set_service",
        (Parameter("service", Kind.SERVICE, N_("an entry of the catalogue"), required=True),),
        _unless_open(N_("{status} tickets cannot be given another service")),
    ),
    Action(
        "set",
        N_("Set the ticket's facts right"),
        "edit:set_fields",
        (
            Parameter("subject", Kind.TEXT, N_("in one line")),
            Parameter("requester", Kind.ADDRESS, N_("who asks")),
            Parameter("unit", Kind.UNIT, N_("where it is; none takes it away")),
            Parameter("impact", Kind.CHOICE, N_("how much it is"), choices=tuple(Impact)),
            Parameter("urgency", Kind.CHOICE, N_("how soon it must be"), choices=tuple(Urgency)),
            Parameter("tags", Kind.TAGS, N_("to add")),
            Parameter("untags", Kind.TAGS, N_("to take away")),
            Parameter("assets", Kind.ASSETS, N_("equipment that it is about")),
            Parameter("unassets", Kind.ASSETS, N_("equipment that it is not about")),
            Parameter("form", Kind.ANSWERS, N_("an answer in its service's form, as KEY=VALUE")),
        ),
    ),
    Action(
        "tag",
        N_("Add tags, or take them away; on several tickets too"),
        "edit:set_tags",
        (
            Parameter("tags", Kind.TAGS, N_("to add")),
            Parameter("untags", Kind.TAGS, N_("to take away")),
        ),
    ),
    Action(
        "watch",
        N_("Be told of what happens to the ticket, though it is another's"),
        "watch:watch",
        _WATCHER,
        _cannot_watch,
    ),
    Action("unwatch", N_("Be told of the ticket no more"), "watch:unwatch", _WATCHER),
    Action(
        "priority",
        N_("Override the priority, with a reason; auto takes that back"),
        "triage:set_priority",
        (
            Parameter("priority", Kind.PRIORITY, N_("P1 to P5, or auto"), required=True, choices=(*Priority, "auto")),
            Parameter("reason", Kind.TEXT, N_("why")),
        ),
        _unless_open(N_("{status} tickets cannot be given another priority")),
    ),
    Action(
        "spent",
        N_("Write down how long you worked on it"),
        "effort:spend",
        (Parameter("spent", Kind.LENGTH, N_("as 15m; -5m corrects"), required=True),),
    ),
    Action(
        "visit",
        N_("Agree on a visit, or call it off"),
        "effort:visit",
        _VISIT,
        _unless_open(N_("{status} tickets cannot be visited")),
    ),
    Action(
        "confirm",
        N_("Confirm the outage: its loss counts"),
        "outages:confirm",
        (
            Parameter("down_from", Kind.INSTANT, N_("since when it has been down"), past=True),
            Parameter("down_to", Kind.INSTANT, N_("until when it was down"), past=True),
            Parameter("share", Kind.SHARE, N_("of the unit's turnover that stands")),
            Parameter("again", Kind.FLAG, N_("another outage, after one that has ended")),
            Parameter("outage", Kind.OUTAGE, N_("which of the ticket's outages; else the last")),
        ),
        _cannot_confirm,
    ),
    Action(
        "restored",
        N_("End the outage, keep the ticket open"),
        "outages:restored",
        (Parameter("at", Kind.INSTANT, N_("since when it works again"), past=True),),
        _not_restorable,
    ),
    Action(
        "link",
        N_("Say that the ticket belongs to another"),
        "incident:relate",
        (Parameter("to", Kind.TICKET, N_("the other ticket"), required=True),),
    ),
    Action(
        "unlink",
        N_("Say that the ticket does not belong to another after all"),
        "incident:unrelate",
        (Parameter("to", Kind.TICKET, N_("the other ticket"), required=True),),
    ),
    Action(
        "join",
        N_("Make the ticket part of an incident"),
        "incident:join_incident",
        (Parameter("incident", Kind.TICKET, N_("the ticket that stands for all"), required=True),),
        _cannot_join,
    ),
    Action(
        "merge",
        N_("Put the ticket into another, which goes on alone"),
        "merge:merge",
        (Parameter("into", Kind.TICKET, N_("the ticket that goes on"), required=True),),
        _cannot_merge,
    ),
    Action(
        "split",
        N_("Open a ticket of its own for messages of this one"),
        "merge:split",
        (
            Parameter("messages", Kind.MESSAGES, N_("what it is about"), required=True),
            Parameter("subject", Kind.TEXT, N_("its subject; else the message's own")),
        ),
    ),
    Action(
        "approve",
        N_("Write down that the approver said yes: the ticket is worked on"),
        "approvals:approve",
        _DECIDED,
        _cannot_decide,
    ),
    Action(
        "refuse",
        N_("Write down that the approver said no: the ticket is resolved"),
        "approvals:refuse",
        _DECIDED,
        _cannot_decide,
    ),
    Action(
        "ask-approval",
        N_("Ask for an approval, once more or of somebody else"),
        "approvals:ask_again",
        (Parameter("of", Kind.ADDRESS, N_("whom; else whom was asked last, or whom the service names")),),
        _unless_open(N_("{status} tickets need no approval")),
    ),
    Action(
        "drop-approval",
        N_("Ask for no approval: the ticket goes on without"),
        "approvals:cancel",
        impossible=_cannot_decide,
    ),
    Action("leave", N_("Take the ticket out of its incident"), "incident:leave_incident", impossible=_cannot_leave),
    Action(
        "spam",
        N_("Say that the ticket is none"),
        "triage:spam",
        impossible=_unless_open(N_("{status} tickets cannot be called spam")),
    ),
)

ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
"""By name: the same in the command line and in the console."""
