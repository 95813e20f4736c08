"""The tables of the store, as SQLModel classes: the desk's own set-up, people, tickets, mail, equipment, events of
machines, ratings, who is in the portal.

To make a table's class takes milliseconds, and most of what is written needs hardly half of them: those that no other
refers to are loaded when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table as SqlTable

from sdesk.store.models.approvals import Approval
from sdesk.store.models.base import Table
from sdesk.store.models.desk import (
    Agent,
    Calendar,
    Desk,
    OnCall,
    RoutingRule,
    Service,
    Sla,
    SlaTarget,
    Team,
    TeamMember,
    Unit,
    UnitAddress,
)
from sdesk.store.models.equipment import Asset, AssetChange, AssetCheck, TicketAsset
from sdesk.store.models.events import CheckEvent, LastRun
from sdesk.store.models.forms import FormValue
from sdesk.store.models.mail import Outbox, RawMail, Token
from sdesk.store.models.people import Person, PersonAddress
from sdesk.store.models.planning import Absence, IncidentProposal, Occurrence, RecurringTicket, Visit
from sdesk.store.models.ticket import Attachment, Blob, ClockRun, History, Link, Message, Outage, Tag, Ticket, Watcher
from sdesk.store.models.undo import Undo

if TYPE_CHECKING:
    from sdesk.store.models.access import AgentKey
    from sdesk.store.models.effort import TimeSpent
    from sdesk.store.models.inbox import BlockedSender, Ledger, MailboxState, Quarantine, Trouble
    from sdesk.store.models.personal import Draft, FormDraft, Presence, SavedView, Seen
    from sdesk.store.models.playbooks import PlaybookRun, PlaybookStep
    from sdesk.store.models.portal import PortalSession, SignIn
    from sdesk.store.models.ratings import Rating
    from sdesk.store.models.texts import ReadyReply, Template

__all__ = [
    "Absence",
    "Agent",
    "AgentKey",
    "Approval",
    "Asset",
    "AssetChange",
    "AssetCheck",
    "Attachment",
    "Blob",
    "BlockedSender",
    "Calendar",
    "CheckEvent",
    "ClockRun",
    "Desk",
    "Draft",
    "FormDraft",
    "FormValue",
    "History",
    "IncidentProposal",
    "LastRun",
    "Ledger",
    "Link",
    "MailboxState",
    "Message",
    "Occurrence",
    "OnCall",
    "Outage",
    "Outbox",
    "Person",
    "PersonAddress",
    "PlaybookRun",
    "PlaybookStep",
    "PortalSession",
    "Presence",
    "Quarantine",
    "Rating",
    "RawMail",
    "ReadyReply",
    "RecurringTicket",
    "RoutingRule",
    "SavedView",
    "Seen",
    "Service",
    "SignIn",
    "Sla",
    "SlaTarget",
    "Tag",
    "Team",
    "TeamMember",
    "Template",
    "Ticket",
    "TicketAsset",
    "TimeSpent",
    "Token",
    "Trouble",
    "Undo",
    "Unit",
    "UnitAddress",
    "Visit",
    "Watcher",
]

_LATER = {
    "AgentKey": "access",
    "BlockedSender": "inbox",
    "Draft": "personal",
    "FormDraft": "personal",
    "Ledger": "inbox",
    "MailboxState": "inbox",
    "PlaybookRun": "playbooks",
    "PlaybookStep": "playbooks",
    "PortalSession": "portal",
    "Presence": "personal",
    "Quarantine": "inbox",
    "Rating": "ratings",
    "ReadyReply": "texts",
    "SavedView": "personal",
    "Seen": "personal",
    "SignIn": "portal",
    "Template": "texts",
    "TimeSpent": "effort",
    "Trouble": "inbox",
}
"""Where each stands of those that are loaded late."""


def table_named(name: str) -> SqlTable:
    """A table by its name in the store, also one that is loaded late. KeyError for a name of none."""
    for module in dict.fromkeys(_LATER.values()):
        if name in Table.metadata.tables:
            break
        import_module(f"{__name__}.{module}")
    return Table.metadata.tables[name]


def __getattr__(name: str) -> Any:
    """A table that is asked for by name (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
