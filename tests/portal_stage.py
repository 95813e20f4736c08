"""A portal on the loopback interface over the small desk, and browsers that speak to it without a browser."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from desks import DESK_FILE, NOW
from intake_desk import MailDesk

from sdesk.config import Config, Portal
from sdesk.config.wire import Server
from sdesk.desk.outbox import queue
from sdesk.domain.actor import SYSTEM
from sdesk.domain.outgoing import MailKind
from sdesk.mail.outbox.render import render
from sdesk.portal import office
from sdesk.portal.serve import make_server

PORTAL_FILE = """
[portal]
url = "http://127.0.0.1:1"
heads = ["kind:store"]
[satisfaction]
[units.kiosk]
name = "Kiosk"
kind = "store"
manager = "Olga Belova <Olga@kiosk.example>"
[services.chair]
name = "Chair"
team = "it"
impact = "minor"
urgency = "medium"
approve_by = "unit-head"
[services.door]
name = "Door access"
team = "quality"
impact = "minor"
urgency = "low"
category = "Buildings"
description = { en = "A card that opens a door.", ru = "Карта, которая открывает дверь." }
help = { en = "Hold the card to the reader for two seconds." }
offered_to = ["kind:store"]
[[services.door.fields]]
key = "door"
label = { en = "Which door", ru = "Какая дверь" }
kind = "choice"
choices = ["Front", "Back"]
required = true
[[services.door.fields]]
key = "from"
label = { en = "From which day" }
kind = "date"
[[services.door.fields]]
key = "why"
label = { en = "Why" }
multiline = true
[[services.door.fields]]
key = "badge"
label = { en = "A picture of the badge" }
kind = "file"
[[services.door.fields]]
key = "reader"
label = { en = "Which card reader" }
kind = "equipment"
[services.secret]
name = "Payroll"
team = "hr"
impact = "minor"
urgency = "low"
offered_to = ["accounting"]
"""

File = tuple[str, str, str, bytes]
"""Field, name, media type, content."""


@dataclass
class Page:
    """An answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        """The body, as UTF-8."""
        return self.body.decode()

    @property
    def seen(self) -> str:
        """What one reads of it: without markup, blanks joined."""
        plain = re.sub(r"<[^>]*>", " ", re.sub(r"<(title|style).*?</\1>", " ", self.text, flags=re.DOTALL))
        return " ".join(unescape(plain).split())

    def header(self, name: str) -> str:
        """The first of a name; empty without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page's first form."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        return unescape(found[1]) if found else ""


@dataclass
class Browser:
    """One visitor: keeps cookies, follows nothing by itself."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    """Each Set-Cookie that came, as it came."""
    language: str = "en"

    def ask(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Page:
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Accept-Language": self.language, **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body=body or None, headers=sent)
            response = connection.getresponse()
            page = Page(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        for name, value in page.headers:
            if name.lower() == "set-cookie":
                self.set_cookies.append(value)
                key, _, rest = value.partition("=")
                content = rest.partition(";")[0].strip('"')
                if "max-age=0" in rest.lower():
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = content
        return page

    def get(self, path: str, **headers: str) -> Page:
        """A page."""
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, values: Mapping[str, str], **headers: str) -> Page:
        """A form without files, as it is."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, body=urlencode(values).encode(), headers=sent)

    def upload(self, path: str, values: Mapping[str, str], files: Sequence[File] = (), **headers: str) -> Page:
        """A form with files."""
        edge = "edge-of-a-form"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in values.items()
        ]
        parts += [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'.encode()
            + f"Content-Type: {kind}\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, file, kind, content in files
        ]
        body = b"".join(parts) + f"--{edge}--\r\n".encode()
        sent = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, body=body, headers=sent)

    def fill(self, path: str, values: Mapping[str, str], files: Sequence[File] = (), to: str = "") -> Page:
        """Open a page, fill its form in and send it as its button does."""
        shown = self.get(path)
        own = {name: shown.hidden(name) for name in ("proof", "once")}
        return self.upload(to or path, {**own, **values}, files)


@dataclass
class Stage:
    """A portal that runs."""

    path: Path
    port: int
    said: list[str]
    now: datetime = NOW

    def browser(self) -> Browser:
        """Somebody new."""
        return Browser(self.port)

    def wait_for(self, beginning: str, known: int) -> str:
        """The next thing that the portal says."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for line in self.said[known:]:
                if line.startswith(beginning):
                    return line
            time.sleep(0.01)
        raise AssertionError(f"nothing begins with {beginning!r} in {self.said[known:]}")

    def link_for(self, address: str, browser: Browser | None = None) -> str:
        """Ask for a link, and take it out of the mail; gives its path."""
        known = len(self.said)
        visitor = browser or self.browser()
        shown = visitor.get("/sign-in")
        sent = visitor.post("/sign-in", {"proof": shown.hidden("proof"), "address": address})
        assert sent.status == 303, sent.text
        return urlsplit(self.wait_for(f"the link for {address}", known).rpartition(" ")[2]).path

    def signed_in(self, address: str) -> Browser:
        """Somebody who came in by a link."""
        visitor = self.browser()
        link = self.link_for(address, visitor)
        entered = visitor.post(link, {"proof": visitor.get(link).hidden("proof")})
        assert entered.status == 303, entered.text
        return visitor

    def mails(self) -> MailDesk:
        """The desk behind it; the caller closes it."""
        return MailDesk(self.path)

    def later(self, **length: float) -> None:
        """Time passes."""
        self.now += timedelta(**length)


@contextmanager
def opened(path: Path, *, busy_seconds: float = 0.3, smtp: Server | None = None) -> Iterator[Stage]:
    """The portal over a store, which gets the portal's desk file. Without `smtp` it says the links."""
    mails = MailDesk(path)
    mails.apply(DESK_FILE.replace("[[routing]]", f"{PORTAL_FILE}\n[[routing]]", 1))
    mails.desk.close()
    said: list[str] = []
    config = Config(portal=Portal(port=1), smtp=smtp)
    with patch.object(office, "BUSY_SECONDS", busy_seconds), _free_port(config) as (config, listener):
        stage = Stage(path, config.portal.port, said)
        server, office_, postman = make_server(path, config, lambda: stage.now, said.append, shows_links=smtp is None)
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        try:
            yield stage
        finally:
            server.should_exit = True
            thread.join(20)
            postman.close()
            office_.close()


@contextmanager
def _free_port(config: Config) -> Iterator[tuple[Config, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
        yield config._replace(portal=config.portal._replace(port=port)), listener


def sent(stage: Stage, kind: MailKind) -> str:
    """The text of the mail of a kind that is due, as it goes."""
    mails = stage.mails()
    try:
        with mails.desk.work(SYSTEM, stage.now) as work:
            mail = queue.claim(work, {kind})
            assert mail is not None
            letter = render(mail.facts)
            queue.mark_sent(work, mail.id, refused={})
            work.session.commit()
    finally:
        mails.desk.close()
    return letter.text
