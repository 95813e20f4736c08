"""The database of OTRS or one of its heirs, opened to be read: its driver, its tables, its faults in sentences.

Of each table only the columns that are asked for are known. Generation 5 keeps mail in `article`; 6 and all later ones
(Znuny, OTOBO) keep it in `article_data_mime`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Select, column, create_engine, inspect, table
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.sql import ColumnElement, TableClause

from sdesk.domain.errors import BadInput, Unavailable
from sdesk.domain.safe_text import cut_at_word, one_line

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""By what people write before `://`."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ticket": (
        *("id", "tn", "title", "queue_id", "ticket_state_id", "ticket_priority_id", "ticket_lock_id", "user_id"),
        *("customer_id", "customer_user_id", "create_time", "change_time"),
    ),
    "queue": ("id", "name"),
    "ticket_state": ("id", "name", "type_id"),
    "ticket_state_type": ("id", "name"),
    "ticket_priority": ("id", "name"),
    "ticket_lock_type": ("id", "name"),
    "users": ("id", "login", "first_name", "last_name"),
    "article": ("id", "ticket_id", "article_sender_type_id", "create_by"),
    "article_sender_type": ("id", "name"),
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "ticket": ("service_id",),
    "service": ("id", "name"),
    "customer_user": ("login", "email", "first_name", "last_name"),
    "user_preferences": ("user_id", "preferences_key", "preferences_value"),
    "ticket_history": ("id", "ticket_id", "history_type_id", "state_id", "create_time"),
    "ticket_history_type": ("id", "name"),
}
"""What an installation may lack: customers may live in a directory, services may be switched off."""
MIME = (
    *("a_from", "a_to", "a_cc", "a_subject", "a_message_id", "a_in_reply_to", "a_content_type", "a_body"),
    *("incoming_time", "content_path"),
)
_FILE = ("id", "article_id", "filename", "content_size", "content_type", "content_id", "disposition", "content")
_PLAIN = ("id", "article_id", "body")
_PATIENCE = 30
"""Seconds until a server that does not answer is given up; PyMySQL has its own."""


class Source:
    """An open database of another desk. A context manager; every read is a short one of its own."""

    def __init__(self, text: str) -> None:
        """Open what a URL names. BadInput for a wrong one, a missing driver, or another kind of database."""
        self.url = _url(text)
        self._engine = _engine(self.url)
        self._tables: dict[str, TableClause] = {}
        try:
            with self._faults():
                self._names = set(inspect(self._engine).get_table_names())
        except (TypeError, ValueError) as error:  # of PyMySQL, when it connects
            raise _unknown_option() from error
        if not {"ticket", "article", "queue"} <= self._names:
            raise BadInput(
                f"{self.name} is no database of OTRS: it has no tables ticket, article and queue",
                "name the database of the old desk, as postgresql://reader@host/otrs",
            )
        self.later = "article_data_mime" in self._names
        """Whether it is of generation 6, or an heir."""
        for name, wanted in REQUIRED.items():
            self._know(name, wanted, OPTIONAL.get(name, ()))
        for name, wanted in OPTIONAL.items():
            if name in self._names and name not in REQUIRED:
                self._know(name, (), wanted)
        if self.later:
            self._know("article", (*REQUIRED["article"], "is_visible_for_customer", "communication_channel_id"), ())
            self._know("article_data_mime", ("article_id", *MIME), ())
            self._know("communication_channel", ("id", "name"), ())
        else:
            self._know("article", (*REQUIRED["article"], "article_type_id", *MIME), ())
            self._know("article_type", ("id", "name"), ())
        self.files = "article_data_mime_attachment" if self.later else "article_attachment"
        self.plain = "article_data_mime_plain" if self.later else "article_plain"
        for name, wanted in ((self.files, _FILE), (self.plain, _PLAIN)):
            if name in self._names:
                self._know(name, (), wanted)

    @property
    def name(self) -> str:
        """The URL as it may be shown and stored: without its password, and without options, where one may stand too."""
        shown = URL.create(
            self.url.drivername.partition("+")[0],
            username=self.url.username,
            host=self.url.host,
            port=self.url.port,
            database=self.url.database,
        )
        return one_line(shown.render_as_string())

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def has(self, name: str, *columns: str) -> bool:
        """Whether there is a table with these columns."""
        known = self._tables.get(name)
        return known is not None and all(each in known.c for each in columns)

    def table(self, name: str) -> TableClause:
        """A table with the columns that are known of it."""
        return self._tables[name]

    def column(self, name: str, of: str) -> ColumnElement[Any]:
        """A column of a table."""
        found: ColumnElement[Any] = self._tables[name].c[of]
        return found

    def rows(self, query: Select[Any]) -> Sequence[Any]:
        """What a query finds. Unavailable where the database does not answer."""
        with self._faults(), self._connection() as connection:
            return connection.execute(query).all()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection
            connection.rollback()

    def _know(self, name: str, wanted: Iterable[str], more: Iterable[str]) -> None:
        with self._faults():
            try:
                found = {each["name"] for each in inspect(self._engine).get_columns(name)}
            except NoSuchTableError:
                found = set()
        lacking = [each for each in wanted if each not in found]
        if lacking:
            raise BadInput(
                f"{self.name} is no database of OTRS 5 or later: {name} has no column {lacking[0]}",
                "bring the old desk up to OTRS 5, 6, Znuny or OTOBO first",
            )
        self._tables[name] = table(name, *(column(each) for each in (*wanted, *more) if each in found))

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """The driver's errors in one line, without what they quote of the URL."""
        try:
            yield
        except DBAPIError as error:
            raise Unavailable(
                f"{self.name} cannot be read: {self._why(error.orig)}",
                "look at its address, its password and the rights of its reader",
            ) from error
        except (sqlite3.Error, SQLAlchemyError, UnicodeError) as error:
            raise Unavailable(f"{self.name} cannot be read: {self._why(error)}", "look at the database") from error

    def _why(self, error: BaseException | None) -> str:
        """What a driver says, should it ever say it, without the password."""
        said = str(error)
        options = (value for name, value in self.url.query.items() if "pass" in name.lower())
        for secret in (self.url.password, *options):
            if isinstance(secret, str) and secret:
                said = said.replace(secret, "***")
        return cut_at_word(one_line(said).rstrip("?. "), 200)


def _url(text: str) -> URL:
    """What is refused is not shown: it may hold a password, and be cut where nobody meant it."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):  # ValueError: of a port, which --debug would show
        raise BadInput(
            "this is no URL of a database", "write it as postgresql://reader@host/otrs or mysql://reader@host/otrs"
        ) from None
    kind = url.drivername.partition("+")[0]
    if kind != "sqlite" and text.count("@") > 1:
        raise BadInput("the URL of the database has more than one @", "write that of the password as %40")
    if kind not in (*DRIVERS, "sqlite"):
        raise BadInput(
            f"a database of {one_line(kind)} cannot be read", f"the URL begins with {', '.join((*DRIVERS, 'sqlite'))}"
        )
    if kind == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise BadInput(f"there is no file {one_line(url.database or '')}", "name one: sqlite:////home/me/otrs.db")
    return url if kind == "sqlite" else url.set(drivername=DRIVERS[kind])


def _engine(url: URL) -> Engine:
    """An engine whose transactions only read, as far as the database can hold one to it."""
    if url.drivername.startswith("sqlite"):
        path = Path(url.database or "").resolve()
        return create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        )
    try:
        if url.drivername.startswith("postgresql"):
            patience = {} if "connect_timeout" in url.query else {"connect_timeout": _PATIENCE}
            return create_engine(
                url, execution_options={"postgresql_readonly": True}, pool_pre_ping=True, connect_args=patience
            )
        return create_engine(url, connect_args={"init_command": "SET SESSION TRANSACTION READ ONLY"}, pool_recycle=600)
    except ModuleNotFoundError as error:
        raise BadInput(
            f"{url.drivername.partition('+')[0]} is read by {error.name}, which is not installed",
            "install it: pip install 'sdesk[otrs]'",
        ) from error
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise _unknown_option() from error


def _unknown_option() -> BadInput:
    return BadInput("the URL of the database asks for what its driver does not know", "leave options out")
