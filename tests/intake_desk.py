"""A desk that takes literal mails: each test gives a few, and reads what they made of tickets, history and outbox."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from desks import NOW

from sdesk.actions.perform import TicketOutcome, create, perform
from sdesk.desk.intake import Origin, Receipt, receive
from sdesk.desk.opening import Desk, open_desk
from sdesk.desk.setup import apply
from sdesk.desk.steps.outbox import make_message_id
from sdesk.desk.steps.tokens import new_token
from sdesk.desk.sweep import SweepReport, sweep
from sdesk.domain.actor import SYSTEM
from sdesk.domain.thread import TokenHolder
from sdesk.mail.mime.message import read
from sdesk.store.reader import Reader
from sdesk.store.reader.rows import TicketRow

SUPPORT = "support@desk.example"


class MailDesk:
    """The small desk, its mailboxes, and its agents at work."""

    def __init__(self, path: Path, *, taken: int = 0) -> None:
        """`taken`: mails that another one of this class has taken before."""
        self.path = path
        self.desk: Desk = open_desk(path)
        self._uid = taken

    def take(
        self,
        mail: str | bytes,
        *,
        at: datetime = NOW,
        fetched: datetime | None = None,
        box: str = "support",
        addresses: tuple[str, ...] = (SUPPORT,),
        team: str | None = "it",
        service: str | None = None,
        auto_tickets: bool = False,
        trusts: tuple[str, ...] = (),
    ) -> Receipt:
        """Take a mail that arrived `at`, and was fetched then or later; margins of a literal text do not count."""
        raw = dedent(mail).lstrip("\n").encode() if isinstance(mail, str) else mail
        self._uid += 1
        origin = Origin(
            mailbox=box,
            folder="INBOX",
            uidvalidity=1,
            uid=str(self._uid),
            arrived_at=at,
            addresses=addresses,
            team=team,
            service=service,
            auto_tickets=auto_tickets,
            trusts_auth_from=trusts,
        )
        with self.desk.work(SYSTEM, fetched or at) as work:
            receipt = receive(work, read(raw), raw, origin)
            work.session.commit()
        return receipt

    def ask(self, number: int = 1, *, sender: str = "maria@shop.example", at: datetime = NOW, **more: Any) -> int:
        """A plain request by mail, with the Message-ID `<ask-NUMBER@shop.example>`; gives the ticket."""
        receipt = self.take(
            f"""
            From: {sender}
            To: {SUPPORT}
            Subject: Request {number}
            Message-ID: <ask-{number}@shop.example>

            Please help.
            """,
            at=at,
            **more,
        )
        assert receipt.number is not None
        return receipt.number

    def do(self, login: str, verb: str, number: int, *, at: datetime = NOW, **values: Any) -> TicketOutcome:
        """What an agent does; raises what stands in the way."""
        outcome = self.try_to(login, verb, number, at=at, **values)
        if outcome.error is not None:
            raise outcome.error
        return outcome

    def try_to(
        self,
        login: str,
        verb: str,
        number: int,
        *,
        at: datetime = NOW,
        dry_run: bool = False,
        version: int | None = None,
        **values: Any,
    ) -> TicketOutcome:
        """What an agent tries to do."""
        versions = {number: version} if version is not None else None
        actor = self.actor(login)
        (outcome,) = perform(self.desk, actor, verb, [number], values, now=at, dry_run=dry_run, versions=versions)
        return outcome

    def new(self, login: str = "anna", *, at: datetime = NOW, **values: Any) -> int:
        """A ticket opened by hand."""
        return create(self.desk, self.actor(login), {"subject": "By hand", **values}, now=at).number

    def sweep(self, at: datetime) -> SweepReport:
        """What time brings."""
        return sweep(self.desk, now=at)

    def apply(self, text: str, *, at: datetime = NOW, login: str = "anna") -> list[int]:
        """Another desk file; gives the tickets whose deadlines moved."""
        return apply(self.desk, text, "desk.toml", actor=self.actor(login), now=at).moved

    def actor(self, login: str) -> Any:
        """Who acts."""
        with Reader(self.path) as reader:
            return reader.actor(login)

    # ---- what it came to -----------------------------------------------------------------------

    def ticket(self, number: int, *, at: datetime = NOW) -> TicketRow:
        """A ticket as it stands."""
        with Reader(self.path) as reader:
            return reader.ticket(SYSTEM, number, now=at).ticket

    def conversation(self, number: int) -> list[str]:
        """Its messages: which way, who, what."""
        with Reader(self.path) as reader:
            messages = reader.ticket(SYSTEM, number, now=NOW).messages
        return [
            f"{each.direction} {each.agent or each.author_address}: {each.text}"
            + ("" if each.takes_part else " (takes no part)")
            for each in sorted(messages, key=lambda each: each.id)
        ]

    def events(self, number: int) -> list[str]:
        """What happened to it, in order."""
        with Reader(self.path) as reader:
            return [each.event for each in reader.history(SYSTEM, number)]

    def event(self, number: int, name: str) -> dict[str, Any]:
        """The last event of a name: its values, with who did it as `by`."""
        with Reader(self.path) as reader:
            found = [each for each in reader.history(SYSTEM, number) if each.event == name]
        assert found, f"SD-{number} has no event {name}: {self.events(number)}"
        return {"by": found[-1].actor, **found[-1].data}

    def links(self, number: int) -> list[tuple[str, int]]:
        """What it is tied to, read as `ticket KIND other`."""
        return self.rows("SELECT kind, other_id FROM link WHERE ticket_id = ? ORDER BY other_id", number)

    def outbox(self) -> list[tuple[str, str, timedelta]]:
        """What is to be sent to people: kind, to whom, how long after it was queued. See `told` for the agents."""
        return [
            (kind, address, datetime.fromisoformat(after) - datetime.fromisoformat(created))
            for kind, address, after, created in self.rows(
                "SELECT kind, to_address, send_after, created_at FROM outbox WHERE kind <> 'notification' ORDER BY id"
            )
        ]

    def told(self, number: int | None = None) -> list[tuple[str, str]]:
        """Which agents are told of what, in order: (login, event); of one ticket, or of all."""
        sql = 'SELECT a.key, o."values" FROM outbox AS o JOIN agent AS a ON a.id = o.agent_id'
        sql += " WHERE o.kind = 'notification' AND coalesce(?1, o.ticket_id) IS o.ticket_id ORDER BY o.id"
        return [(login, json.loads(values)["event"]) for login, values in self.rows(sql, number)]

    def sent_id(self, number: int) -> str:
        """The Message-ID of the last mail to people that was queued for a ticket."""
        ((message_id,),) = self.rows(
            "SELECT message_id FROM outbox WHERE ticket_id = ? AND kind <> 'notification' ORDER BY id DESC LIMIT 1",
            number,
        )
        return str(message_id)

    def token(self, number: int) -> str:
        """The secret of a ticket's addresses."""
        return str(self.rows("SELECT token FROM ticket WHERE id = ?", number)[0][0])

    def agent_id_of(
        self, login: str, number: int, *, at: datetime = NOW - timedelta(minutes=5), note: int | None = None
    ) -> str:
        """A Message-ID as a notification to an agent has it, with a token that was given to him `at`."""
        with self.desk.work(SYSTEM, at) as work:
            agent_id = work.rules.agent_keys[login]
            email = work.rules.agents[agent_id].email
            token = new_token(work, number, TokenHolder.AGENT, agent_id=agent_id, address=email, message_ref=note)
            message_id = make_message_id(work, number, token, work.rules.team_keys["it"])
            work.session.commit()
        return message_id

    def answer(
        self, login: str, text: str, message_id: str, *, at: datetime = NOW, sender: str = "", **more: Any
    ) -> Receipt:
        """An agent's mail from his own program, which answers a mail of the desk."""
        return self.take(
            f"From: {sender or f'{login}@desk.example'}\nTo: {SUPPORT}\nSubject: Re: [SD-1] Request 1\n"
            f"Message-ID: <{login}.{len(text)}.{at:%H%M%S}@phone.example>\nIn-Reply-To: {message_id}\n\n{text}\n",
            at=at,
            **more,
        )

    def count(self) -> int:
        """How many tickets there are."""
        return int(self.rows("SELECT count(*) FROM ticket")[0][0])

    def column(self, number: int, name: str) -> Any:
        """A column of the ticket's own row."""
        return self.rows(f"SELECT {name} FROM ticket WHERE id = ?", number)[0][0]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def dump(self) -> str:
        """All of the store."""
        with closing(sqlite3.connect(self.path)) as connection:
            return json.dumps(list(connection.iterdump()))
