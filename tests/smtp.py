"""A mail server on the loopback interface that takes what the desk sends, or refuses, hangs, and breaks off as told."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sdesk.config import Config
from sdesk.config.wire import Security, Server
from sdesk.desk.opening import Desk
from sdesk.mail.outbox.send import SendReport, send_due


@dataclass(frozen=True)
class Taken:
    """A mail that the server took."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    options: tuple[str, ...] = ()

    @property
    def mail(self) -> EmailMessage:
        """It, read."""
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        """Its text, with LF."""
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


Answer = Callable[[Taken], str | None]
"""What the server says to a whole mail; None hangs up without a word. It may take its time."""


@dataclass
class Post:
    """A server that listens as long as it is entered; connect to `port`. Its behaviour may change meanwhile."""

    refuse: dict[str, str] = field(default_factory=dict)
    """What it says to a recipient, by address: `550 5.1.1 no such user`."""
    refuse_sender: str = ""
    """What it says to every MAIL FROM."""
    answer: Answer = lambda taken: "250 2.0.0 taken"
    tls: ssl.SSLContext | None = None
    """With it, STARTTLS is offered; TLS from the first byte where `implicit`."""
    implicit: bool = False
    login: tuple[str, str] | None = None
    """User and password that AUTH wants."""
    utf8: bool = True
    taken: list[Taken] = field(default_factory=list)
    """Those that it answered with 250."""
    offered: list[Taken] = field(default_factory=list)
    """Those whose last byte came, whatever it answered."""
    connections: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(listening.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        started = threading.Event()

        async def serve() -> None:
            self._stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            server = await loop.create_server(self._protocol, sock=listening, ssl=self.tls if self.implicit else None)
            started.set()
            await self._stop.wait()
            server.close()
            for transport in list(self._transports):
                transport.abort()
            await asyncio.sleep(0)

        self._transports: set[asyncio.Transport] = set()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(serve()), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    # ---- what aiosmtpd asks -------------------------------------------------------------------

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 log in first"
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        taken = Taken(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), content, tuple(map(str, envelope.mail_options))
        )
        self.offered.append(taken)
        # A thread, so that a server which takes its time with one mail still talks to others.
        said = await asyncio.get_running_loop().run_in_executor(None, self.answer, taken)
        if said is None:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return ""
        if said.startswith("250"):
            self.taken.append(taken)
        return said

    def _protocol(self) -> SMTP:
        self.connections += 1
        return _Protocol(
            self,
            hostname="mail.example",
            enable_SMTPUTF8=self.utf8,
            tls_context=None if self.implicit else self.tls,
            require_starttls=self.tls is not None and not self.implicit,
            authenticator=self._authenticate if self.login else None,
            auth_require_tls=self.tls is not None and not self.implicit,
            auth_exclude_mechanism=None if self.login else ["LOGIN", "PLAIN"],
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        assert self.login is not None
        user, password = self.login
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)


class _Protocol(SMTP):
    """aiosmtpd's, which tells its transport to the post."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self.event_handler._transports.add(transport)


def server_at(port: int, **more: Any) -> Server:
    """How the desk reaches a post."""
    values: dict[str, Any] = {"security": Security.NONE, "timeout": 10} | more
    return Server(section="smtp", host="127.0.0.1", port=port, **values)


def send(desk: Desk, post: Post, at: datetime, **more: Any) -> SendReport:
    """Send what is due at an instant."""
    return send_due(desk, Config(smtp=server_at(post.port, **more)), now=lambda: at)


@pytest.fixture
def post() -> Iterator[Post]:
    """A server that takes everything."""
    with Post() as server:
        yield server
