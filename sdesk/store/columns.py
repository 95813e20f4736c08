"""Column types of the store: how instants, words, money and documents stand in SQLite.

The text in the database is the text in JSON, so that a view reads the same in every program.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as RFC 3339 text in UTC with whole seconds: sorts as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse a naive datetime: nobody could say which instant it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"an instant needs a time zone: {value!r}")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        # isoformat takes a quarter of the time of strftime, and a mail writes a dozen instants.
        return utc.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Give back an aware datetime in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Word(TypeDecorator[StrEnum]):
    """A member of a `StrEnum`, kept as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Keep the word's text; a word that the enumeration does not know raises ValueError."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give back the member."""
        return None if value is None else self.words(value)


class Money(TypeDecorator[Decimal]):
    """An amount of the desk's currency, kept as an integer of hundredths: sums stay exact."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Keep hundredths; more decimals than two are refused, not rounded away."""
        if value is None:
            return None
        minor = Decimal(value) * 100
        if minor != minor.to_integral_value():
            raise ValueError(f"money has two decimals: {value}")
        return int(minor)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give back an amount with two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)


class Exact(TypeDecorator[Decimal]):
    """A decimal number that is no money (a share), kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Keep the number as it was written."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Give the number back."""
        return None if value is None else Decimal(value)


class Document(TypeDecorator[Any]):
    """A JSON document, kept as compact text with its letters unescaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Keep compact JSON."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Give the document back."""
        return None if value is None else json.loads(value)


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A CHECK that keeps a column to the words of an enumeration, whoever writes it."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index over the rows that a condition picks (SQL text over columns of the same table)."""
    # For SQLite alone: naming another database here loads its whole dialect when a writing command starts (25 ms).
    return Index(name, *columns, sqlite_where=text(where))
