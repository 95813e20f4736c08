"""What only an admin may do: it takes away what nobody can bring back."""

from __future__ import annotations

from sdesk.desk.opening import Work
from sdesk.domain.errors import Refused
from sdesk.domain.ticket import Role


def require_admin(work: Work) -> None:
    """Refused for an agent who is no admin; the system itself may."""
    if work.actor.role is not Role.ADMIN:
        raise Refused(f"`{work.actor.login}` is no admin of this desk", "let an admin do it")
