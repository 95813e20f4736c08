"""The base of all tables, with names for constraints that migrations can refer to."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """What every table has in common."""

    # What pydantic would check values by is made when it is first asked for: of a table it never is.
    model_config = {"defer_build": True}
    metadata = MetaData(naming_convention=NAMES)
