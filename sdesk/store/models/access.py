"""By what agents log in where the desk is served over SSH."""

# No `from __future__ import annotations` here: SQLModel reads the annotations as types.

from sqlmodel import Field

from sdesk.store.models.base import Table


class AgentKey(Table, table=True):
    """A public key of an agent, as the desk file that holds has it."""

    __tablename__ = "agent_key"

    agent_id: int = Field(foreign_key="agent.id", primary_key=True)
    position: int = Field(primary_key=True)
    key: str = Field(unique=True)
    """Kind and Base64, as `authorized_keys` has them: no key is two agents'."""
    comment: str
