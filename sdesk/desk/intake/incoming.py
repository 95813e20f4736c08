"""A mail on its way through the decision: what it says, where it came from, and what is known of its sender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdesk.desk.intake.origin import Origin
from sdesk.desk.opening import Work
from sdesk.desk.steps.people import FoundPerson, find_person
from sdesk.domain.inbound import InboundMail
from sdesk.domain.routing import Routing
from sdesk.domain.thread import authentication_failed

UNAUTHENTICATED = "its sender could not be authenticated"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail that is being received."""

    mail: InboundMail
    origin: Origin
    routing: Routing
    teams: Mapping[int, str]
    """Whose mail it is, the first one first, and why each: `routing rule 2`, `mailbox support`."""
    raw_id: int
    identity: str
    """What it has in common with its copies; empty where it is to be taken for one that has none."""
    person: FoundPerson | None
    """Its sender, where the desk knows the address."""
    agent_id: int | None
    """The agent whose address the sender has; None where a mail server says that the sender is forged."""
    forged: bool

    @property
    def sender(self) -> str:
        """The sender's address, in lower case."""
        return self.mail.sender.address.lower()

    @property
    def silent(self) -> str | None:
        """Why nothing that comes of it is acknowledged, where its sender is the reason."""
        return UNAUTHENTICATED if self.forged else None


def look_at(
    work: Work,
    mail: InboundMail,
    origin: Origin,
    routing: Routing,
    *,
    teams: Mapping[int, str],
    raw_id: int,
    identity: str,
) -> Incoming:
    """What is known of a mail before anything is decided."""
    forged = authentication_failed(mail, origin.trusts_auth_from)
    if forged:
        mail = replace(mail, defects=(*mail.defects, UNAUTHENTICATED))
    sender = mail.sender.address.lower()
    return Incoming(
        mail=mail,
        origin=origin,
        routing=routing,
        teams=teams,
        raw_id=raw_id,
        identity=identity,
        person=find_person(work, sender) if sender else None,
        agent_id=None if forged else work.rules.agent_addresses.get(sender),
        forged=forged,
    )
