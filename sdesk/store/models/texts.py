"""The texts of the desk file: templates of what is sent, and ready replies."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from sdesk.store.columns import Document
from sdesk.store.models.base import Table


class ReadyReply(Table, table=True):
    """What agents write again and again (Jinja2)."""

    __tablename__ = "ready_reply"

    key: str = Field(primary_key=True)
    position: int
    """In the order of the desk file."""
    title: str
    text: dict[str, str] = Field(sa_type=Document)
    """By language."""
    team_id: int | None = Field(default=None, foreign_key="team.id")
    service_id: int | None = Field(default=None, foreign_key="service.id")


class Template(Table, table=True):
    """The desk's own words (Jinja2); what is not here comes with the program."""

    __table_args__ = (UniqueConstraint("name", "language", "team_id"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    language: str
    team_id: int | None = Field(default=None, foreign_key="team.id")
    subject: str
    body: str
