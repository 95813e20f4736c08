"""The database of an old desk, built by hand from the public schema of OTRS CE 5, and of 6 and its heirs.

It is made by SQLAlchemy, so that the same rows can be put into SQLite, PostgreSQL and MariaDB.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    create_engine,
    insert,
    select,
    update,
)

BODY_OF_PRINTER = "The printer on the second floor is dead.\n"
REPLY = "It needs paper.\n\nOn Tue, Nov 10, 2020, Irina wrote:\n> The printer on the second floor is dead.\n"
PDF = b"%PDF-1.4 \x00\x01\xff a contract"
PLAIN = b"From: irina@shop.example\nSubject: Printer\n\nThe printer on the second floor is dead.\n"
TICKETS = 4
"""In what `build` makes."""


def moment(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """A time as the database has it: without a zone."""
    return datetime(year, month, day, hour, tzinfo=UTC).replace(tzinfo=None)


class OldDesk:
    """An old desk's database, with its words."""

    def __init__(self, engine: Engine, *, later: bool, base64_files: bool = False) -> None:
        self.engine, self.later, self.base64_files = engine, later, base64_files
        self.meta = MetaData()
        self._tables()
        self.meta.create_all(engine)
        self._articles = 0

    def add(self, name: str, *rows: Mapping[str, Any]) -> None:
        """Put rows into a table."""
        with self.engine.begin() as connection:
            connection.execute(insert(self.meta.tables[name]), list(rows))

    def set(self, name: str, number: int, **values: Any) -> None:
        """Change a row."""
        found = self.meta.tables[name]
        with self.engine.begin() as connection:
            connection.execute(update(found).where(found.c.id == number).values(values))

    def rows(self, name: str, number: int) -> list[dict[str, Any]]:
        """The row of an id."""
        found = self.meta.tables[name]
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(found).where(found.c.id == number)).mappings()]

    def ticket(self, number: int, tn: str, title: str, *, created: str = "2020-11-10 09:00:00", **more: Any) -> int:
        """A ticket; `more` are its columns."""
        at = datetime.fromisoformat(created)
        row = {
            "id": number,
            "tn": tn,
            "title": title,
            "queue_id": 1,
            "ticket_lock_id": 2,
            "user_id": 2,
            "ticket_priority_id": 3,
            "ticket_state_id": 4,
            "customer_id": None,
            "customer_user_id": "irina",
            "service_id": None,
            "create_time": at,
            "change_time": at,
        }
        self.add("ticket", {**row, **more})
        return number

    def article(
        self, ticket: int, body: str, *, sender: int = 3, visible: bool = True, writer: int = 1, **more: Any
    ) -> int:
        """An article of a ticket: of a customer (3), an agent (1) or the system (2)."""
        self._articles += 1
        number = self._articles
        mime = {
            "a_from": "Irina <irina@shop.example>",
            "a_to": "support@old.example",
            "a_cc": None,
            "a_subject": "Printer",
            "a_message_id": None,
            "a_in_reply_to": None,
            "a_content_type": "text/plain; charset=utf-8",
            "a_body": body,
            "incoming_time": int(datetime(2020, 11, 10, 9, 0, number, tzinfo=UTC).timestamp()),
            "content_path": "2020/11/10",
            **more,
        }
        row = {"id": number, "ticket_id": ticket, "article_sender_type_id": sender, "create_by": writer}
        if self.later:
            self.add("article", {**row, "communication_channel_id": 1, "is_visible_for_customer": int(visible)})
            self.add("article_data_mime", {"id": number, "article_id": number, **mime})
        else:
            self.add("article", {**row, "article_type_id": 1 if visible else 2, **mime})
        return number

    def file(self, article: int, name: str, content: bytes, kind: str = "application/pdf", **more: Any) -> None:
        """A file of an article, as this database keeps one."""
        self.add(
            "article_data_mime_attachment" if self.later else "article_attachment",
            {
                "article_id": article,
                "filename": name,
                "content_size": str(len(content)),
                "content_type": kind,
                "content_id": None,
                "disposition": "attachment",
                "content": self._kept(content),
                **more,
            },
        )

    def plain(self, article: int, content: bytes) -> None:
        """The raw mail of an article."""
        name = "article_data_mime_plain" if self.later else "article_plain"
        self.add(name, {"article_id": article, "body": self._kept(content)})

    def _kept(self, content: bytes) -> bytes | str:
        return base64.encodebytes(content).decode() if self.base64_files else content

    def _tables(self) -> None:
        bytes_ = Text if self.base64_files else LargeBinary
        words = ("queue", "service", "ticket_priority", "ticket_lock_type", "article_sender_type")
        for name in (*words, "ticket_state_type", "ticket_history_type", "communication_channel", "article_type"):
            if name != ("article_type" if self.later else "communication_channel"):
                Table(name, self.meta, Column("id", Integer, primary_key=True), Column("name", String(200)))
        self._table("ticket_state", id=Integer, name=String(200), type_id=SmallInteger)
        self._table("users", id=Integer, login=String(200), first_name=String(100), last_name=String(100))
        self._table("user_preferences", user_id=Integer, preferences_key=String(150), preferences_value=bytes_)
        customer = {name: String(200) for name in ("login", "email", "customer_id", "first_name", "last_name")}
        self._table("customer_user", id=Integer, **customer)
        whole = dict.fromkeys(("queue_id", "ticket_lock_id", "service_id", "user_id"), Integer)
        self._table(
            "ticket",
            **{"id": Integer, "tn": String(50), "title": String(255), **whole},
            ticket_priority_id=SmallInteger,
            ticket_state_id=SmallInteger,
            customer_id=String(150),
            customer_user_id=String(250),
            create_time=DateTime,
            change_time=DateTime,
        )
        self._table(
            "ticket_history",
            id=Integer,
            name=String(200),
            history_type_id=SmallInteger,
            ticket_id=Integer,
            state_id=SmallInteger,
            create_time=DateTime,
        )
        mime: dict[str, Any] = dict.fromkeys(("a_from", "a_to", "a_cc", "a_subject", "a_message_id"), Text)
        mime |= {"a_in_reply_to": Text, "a_content_type": String(250), "a_body": Text, "incoming_time": Integer}
        mime |= {"content_path": String(250)}
        article = {"id": Integer, "ticket_id": Integer, "article_sender_type_id": SmallInteger, "create_by": Integer}
        if self.later:
            self._table("article", **article, communication_channel_id=Integer, is_visible_for_customer=SmallInteger)
            self._table("article_data_mime", id=Integer, article_id=Integer, **mime)
        else:
            self._table("article", **article, article_type_id=SmallInteger, **mime)
        kept = {name: String(250) for name in ("filename", "content_size", "content_id", "disposition")}
        before = "article_data_mime" if self.later else "article"
        self._table(f"{before}_attachment", id=Integer, article_id=Integer, content_type=Text, content=bytes_, **kept)
        self._table(f"{before}_plain", id=Integer, article_id=Integer, body=bytes_)

    def _table(self, name: str, /, **columns: Any) -> None:
        Table(
            name,
            self.meta,
            *(
                Column(each, kind, primary_key=each == "id", index=each in {"ticket_id", "article_id"})
                for each, kind in columns.items()
            ),
        )


def words_of(desk: OldDesk) -> OldDesk:
    """The words that an installation begins with, and a few of its own."""

    def named(*names: str) -> list[dict[str, Any]]:
        return [{"id": index, "name": name} for index, name in enumerate(names, 1)]

    desk.add("queue", *named("IT support", "Facilities::Printers"))
    desk.add("service", *named("Cash::Till"))
    desk.add("ticket_priority", *named("1 very low", "2 low", "3 normal", "4 high", "5 very high"))
    desk.add("ticket_lock_type", *named("unlock", "lock", "tmp_lock"))
    desk.add("article_sender_type", *named("agent", "system", "customer"))
    desk.add(
        "ticket_state_type",
        *named("new", "open", "closed", "pending reminder", "pending auto", "removed", "merged"),
    )
    states = (("new", 1), ("open", 2), ("closed successful", 3), ("With the supplier", 4), ("merged", 7), ("Done!", 3))
    desk.add(
        "ticket_state", *({"id": 1 + at, "name": name, "type_id": kind} for at, (name, kind) in enumerate(states, 1))
    )
    desk.add("ticket_history_type", *named("NewTicket", "StateUpdate", "Misc"))
    if desk.later:
        desk.add("communication_channel", *named("Email", "Phone", "Internal", "Chat"))
    else:
        desk.add("article_type", *named("email-external", "note-internal", "phone"))
    users = (("root@localhost", "Admin", "OTRS"), ("bkim", "Boris", "Kim"), ("old.agent", "Gone", "Since"))
    desk.add(
        "users",
        *(
            {"id": at, "login": login, "first_name": first, "last_name": last}
            for at, (login, first, last) in enumerate(users, 1)
        ),
    )
    desk.add(
        "customer_user",
        {"id": 1, "login": "irina", "email": "irina@shop.example", "first_name": "Irina", "last_name": 'O. "I"'},
    )
    return desk


def build(engine: Engine, *, later: bool, base64_files: bool = False) -> OldDesk:
    """An old desk with four tickets: one closed, with mail and a file, one open, one merged, one without a title."""
    desk = words_of(OldDesk(engine, later=later, base64_files=base64_files))
    first = desk.ticket(1, "2020111010000011", "Printer", change_time=moment(2020, 11, 12))
    asked = desk.article(first, BODY_OF_PRINTER, a_message_id="<ask@shop.example>", a_cc="Ann <ann@shop.example>")
    desk.plain(asked, PLAIN)
    desk.file(asked, "../contract.pdf", PDF)
    desk.file(asked, "file-2", b"<p>The printer</p>", "text/html; charset=utf-8", disposition="inline")
    desk.article(
        first,
        REPLY,
        sender=1,
        writer=2,
        a_from="Boris Kim via Old Desk <support@old.example>",
        a_to="irina@shop.example",
        a_subject="Re: Printer",
        a_message_id="<answer@old.example>",
        a_in_reply_to="<ask@shop.example>",
    )
    desk.article(first, "She is nervous", sender=1, visible=False, writer=3, a_from="Gone Since", a_message_id=None)
    desk.add(
        "ticket_history",
        *(
            {"id": at, "name": "x", "history_type_id": kind, "ticket_id": 1, "state_id": state, "create_time": when}
            for at, (kind, state, when) in enumerate(
                (
                    (1, 2, moment(2020, 11, 10, 9)),
                    (2, 4, moment(2020, 11, 10, 10)),
                    (2, 3, moment(2020, 11, 10, 11)),
                    (2, 4, moment(2020, 11, 11, 12)),
                    (3, 4, moment(2020, 11, 12)),
                ),
                1,
            )
        ),
    )
    second = desk.ticket(
        *(2, "2020111010000022", "Till"),
        ticket_state_id=3,
        service_id=1,
        ticket_priority_id=4,
        ticket_lock_id=1,
        user_id=3,
    )
    desk.article(second, "The till is slow", a_message_id="<till@shop.example>")
    desk.ticket(3, "2020111010000033", "Twice", ticket_state_id=6)
    desk.article(3, "Again", sender=2, a_from="Old Desk <support@old.example>")
    desk.ticket(4, "2020111010000044", "", queue_id=2, customer_user_id="ldap-user", ticket_state_id=5)
    desk.article(4, "No paper", a_from="Petr <petr@shop.example>", a_subject="Paper")
    return desk


def on_sqlite(path: Path, *, later: bool, base64_files: bool = False) -> OldDesk:
    """The same in a file."""
    return build(create_engine(f"sqlite:///{path}"), later=later, base64_files=base64_files)


def put_into_folder(root: Path, article: int, name: str, content: bytes, kind: str = "image/png") -> Path:
    """A file as `ArticleStorageFS` keeps one."""
    folder = root / "2020/11/10" / str(article)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    (folder / f"{name}.content_type").write_text(kind)
    (folder / f"{name}.disposition").write_text("inline")
    (folder / f"{name}.content_id").write_text("<picture@shop>")
    return folder
