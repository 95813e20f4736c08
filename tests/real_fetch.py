"""The real program fetching from a real server into a store of the test's own, and what that store holds afterwards."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import warm
from command_line import Ran
from servers import Dovecot

COUNTED = ("created", "followed_up", "noted", "ignored", "duplicates", "quarantined")


@dataclass(frozen=True)
class Station:
    """A store, and a configuration that names one mailbox, `support`."""

    store: Path
    config: Path

    @classmethod
    def imap(
        cls, store: Path, server: Dovecot, user: str, *, port: int = 0, password: str = "", more: str = ""
    ) -> Self:
        """The mailbox is an account of a server."""
        return cls.made(
            store,
            f'kind = "imap"\nhost = "127.0.0.1"\nport = {port or server.port}\nsecurity = "none"\nuser = "{user}"\n'
            f'password_command = ["printf", "{password or server.password}"]\n{more}',
        )

    @classmethod
    def maildir(cls, store: Path, path: Path) -> Self:
        """The mailbox is a Maildir."""
        return cls.made(store, f'kind = "maildir"\npath = "{path}"\n')

    @classmethod
    def made(cls, store: Path, mailbox: str) -> Self:
        """Whatever the mailbox is."""
        config = store.with_name(f"{store.stem}.config.toml")
        config.write_text(f'[mailboxes.support]\naddresses = ["support@desk.example"]\nteam = "it"\n{mailbox}')
        return cls(store, config)

    def command(self, *more: str) -> list[str]:
        """The arguments of a fetch that takes whatever there is."""
        words = ["mail", "fetch", "support", "--since", "all", "--max-new", "0", "-o", "json", *more]
        return [*self.program(), *words]

    def program(self) -> list[str]:
        """The arguments of any command on this store."""
        return [sys.executable, "-m", "sdesk", "--config", str(self.config), "--db", str(self.store)]

    def run(self, *words: str) -> Ran:
        """Any command, to its end."""
        return warm.run([*self.program(), *words][3:])

    def start(self, *more: str) -> subprocess.Popen[str]:
        """A fetch that runs beside the test."""
        return subprocess.Popen(
            self.command(*more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fetch(self, *more: str) -> Ran:
        """A fetch, to its end."""
        return warm.run(self.command(*more)[3:], patience=120)

    def fetch_report(self, code: int = 0) -> dict[str, int]:
        """A fetch that ends with this code: what it counted."""
        ran = self.fetch()
        assert ran.code == code, ran
        return report_of(ran)

    def taken(self) -> int:
        """Rows of the ledger, committed."""
        return int(self.rows("SELECT count(*) FROM ledger")[0][0])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def kill_when_taken(self, count: int) -> None:
        """Fetch, and kill -9 as soon as so many messages are committed."""
        process = self.start()
        self.wait_until_taken(count, process)
        process.kill()
        process.communicate()

    def wait_until_taken(self, count: int, process: subprocess.Popen[str]) -> None:
        """Until a fetch has committed so many messages in all, or has ended."""
        deadline = time.monotonic() + 60
        while self.taken() < count and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def picture(self) -> dict[str, Any]:
        """What a store holds, but for the numbers of rows, tokens, and when it was taken."""
        tickets: dict[int, tuple[Any, ...]] = {
            number: (subject, status, team, priority, requester, [])
            for number, subject, status, team, priority, requester in self.rows(
                "SELECT t.id, t.subject, t.status, m.key, t.priority, a.address FROM ticket AS t"
                " JOIN team AS m ON m.id = t.team_id LEFT JOIN person_address AS a ON a.person_id = t.requester_id"
            )
        }
        conversation = (
            "SELECT ticket_id, message_id, direction, author_address, takes_part, subject, text, quoted"
            " FROM message ORDER BY id"
        )
        for number, *message in self.rows(conversation):
            tickets[number][-1].append(tuple(message))
        return {
            "tickets": sorted(tickets.values()),
            "ledger": Counter(self.rows("SELECT sha256, outcome, reason FROM ledger")),
            "history": Counter(self.rows("SELECT event, actor FROM history WHERE ticket_id IS NOT NULL")),
            "outbox": Counter(self.rows("SELECT kind, to_address FROM outbox")),
            "raw": set(self.rows("SELECT sha256 FROM raw_mail")),
            "people": set(self.rows("SELECT address FROM person_address")),
            "clocks": Counter(self.rows("SELECT kind, seconds > 0 FROM clock_run")),
        }


def ended(process: subprocess.Popen[str]) -> Ran:
    """How a fetch ended."""
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)


def report_of(ran: Ran) -> dict[str, int]:
    """The counts of a fetch, which must add up."""
    assert ran.out, ran
    (report,) = json.loads(ran.out)
    assert report["examined"] == sum(report[name] for name in COUNTED)
    return {name: report[name] for name in ("examined", *COUNTED)}


def counts(**wanted: int) -> dict[str, int]:
    """Counts that are none but for these."""
    found = {**dict.fromkeys(COUNTED, 0), **wanted}
    return {"examined": sum(found.values()), **found}


def flags(server: Dovecot, user: str, folder: str = "INBOX") -> dict[int, set[str]]:
    """The flags of every message on the server, by UID; but not \\Recent, which says who looked first."""
    from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types

    with IMAPClient("127.0.0.1", port=server.port, ssl=False) as client:
        client.login(user, server.password)
        client.select_folder(folder, readonly=True)
        found: Mapping[int, Mapping[bytes, Any]] = client.fetch(client.search("ALL"), ["FLAGS"])
        return {uid: {flag.decode() for flag in data[b"FLAGS"]} - {"\\Recent"} for uid, data in found.items()}


def all_marked(server: Dovecot, user: str, folder: str = "INBOX") -> bool:
    """Whether every message there is read, and has the desk's keyword."""
    return all({"\\Seen", "$SDesk"} <= found for found in flags(server, user, folder).values())


class ShortLine:
    """A line to a server that breaks once the server has said so many bytes. A context manager; connect to `port`."""

    def __init__(self, port: int, most: int) -> None:
        self._server_port, self._left = port, most
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # macOS: it was never connected
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._server_port))
                for target, ends in ((self._hear, (near, far)), (self._say, (near, far))):
                    self._threads.append(threading.Thread(target=target, args=ends, daemon=True))
                    self._threads[-1].start()

    def _say(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError), near, far:
            while data := near.recv(65_536):
                far.sendall(data)

    def _hear(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while self._left > 0 and (data := far.recv(min(4096, self._left))):
                self._left -= len(data)
                near.sendall(data)
            for end in (near, far):
                end.shutdown(socket.SHUT_RDWR)
