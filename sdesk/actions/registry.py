"""The registry of actions: each verb once, for the command line, the console's keys, its palette and its help.

It is light: it names the use cases and imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sdesk.actions.possible import (
    WhyNot,
    cannot_confirm,
    cannot_decide,
    cannot_forward,
    cannot_join,
    cannot_leave,
    cannot_merge,
    cannot_reopen,
    cannot_reply,
    cannot_take,
    cannot_watch,
    not_restorable,
    unless_open,
)
from sdesk.domain.actor import Actor
from sdesk.domain.phrase import N_, phrase
from sdesk.domain.ticket import WAITS_BY_HAND, Impact, Priority, Role, Urgency
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


_DECIDED = (Parameter("text", Kind.TEXT, N_("how it was given, and why: the requester reads it"), required=True),)

_ALL = (
    Action("take", N_("Assign the ticket to yourself"), "work:take", impossible=cannot_take),
    Action(
        "assign",
        N_("Give the ticket to an agent, a team, or nobody"),
        "work:assign",
        (Parameter("to", Kind.AGENT_OR_TEAM, N_("login, me, none, or team:KEY"), required=True),),
        unless_open(N_("{status} tickets cannot be assigned")),
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
        cannot_reply,
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
        cannot_forward,
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
        unless_open(N_("{status} tickets cannot be made to wait")),
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
        unless_open(N_("{status} tickets cannot be resolved")),
    ),
    Action(
        "reopen",
        N_("Put the ticket back to work"),
        "work:reopen",
        (Parameter("text", Kind.TEXT, N_("why, as a note")),),
        cannot_reopen,
    ),
    Action(
        "service",
        N_("Say what the ticket is about: team, priority and deadlines follow"),
        "triage:set_service",
        (Parameter("service", Kind.SERVICE, N_("an entry of the catalogue"), required=True),),
        unless_open(N_("{status} tickets cannot be given another service")),
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
        cannot_watch,
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
        unless_open(N_("{status} tickets cannot be given another priority")),
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
        unless_open(N_("{status} tickets cannot be visited")),
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
        cannot_confirm,
    ),
    Action(
        "restored",
        N_("End the outage, keep the ticket open"),
        "outages:restored",
        (Parameter("at", Kind.INSTANT, N_("since when it works again"), past=True),),
        not_restorable,
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
        cannot_join,
    ),
    Action(
        "merge",
        N_("Put the ticket into another, which goes on alone"),
        "merge:merge",
        (Parameter("into", Kind.TICKET, N_("the ticket that goes on"), required=True),),
        cannot_merge,
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
        cannot_decide,
    ),
    Action(
        "refuse",
        N_("Write down that the approver said no: the ticket is resolved"),
        "approvals:refuse",
        _DECIDED,
        cannot_decide,
    ),
    Action(
        "ask-approval",
        N_("Ask for an approval, once more or of somebody else"),
        "approvals:ask_again",
        (Parameter("of", Kind.ADDRESS, N_("whom; else whom was asked last, or whom the service names")),),
        unless_open(N_("{status} tickets need no approval")),
    ),
    Action(
        "drop-approval",
        N_("Ask for no approval: the ticket goes on without"),
        "approvals:cancel",
        impossible=cannot_decide,
    ),
    Action("leave", N_("Take the ticket out of its incident"), "incident:leave_incident", impossible=cannot_leave),
    Action(
        "spam",
        N_("Say that the ticket is none"),
        "triage:spam",
        impossible=unless_open(N_("{status} tickets cannot be called spam")),
    ),
)

ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
"""By name: the same in the command line and in the console."""
