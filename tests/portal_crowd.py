"""Many people in the portal at once: each opens pages, asks for something, writes to it, and thinks in between."""

from __future__ import annotations

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from sdesk.desk.opening import open_desk
from sdesk.desk.sign_in import ask_link, make_link, sign_in
from sdesk.domain.actor import SYSTEM

WORDS = "It does not work since this morning, and nobody knows why."


@dataclass
class Crowd:
    """What many people went through."""

    milliseconds: list[float] = field(default_factory=list)
    """Of each page."""
    asked: set[str] = field(default_factory=set)
    """Subjects of the requests that were taken."""
    written: set[str] = field(default_factory=set)
    """Words that were taken."""
    failed: list[str] = field(default_factory=list)

    def slowest(self, share: float) -> float:
        """The milliseconds that so many of the pages stay below."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def keys_of(store: Path, addresses: Sequence[str]) -> list[str]:
    """Sessions of so many people, begun as by a link."""
    desk = open_desk(store, durable=False)
    now = datetime.now(UTC).replace(microsecond=0)
    keys = []
    try:
        with desk.work(SYSTEM, now) as work:
            for address in addresses:
                row = ask_link(work, address, language="en", base="http://127.0.0.1")
                assert row is not None, address
                asked = work.connection.exec_driver_sql("SELECT max(id) FROM sign_in").scalar()
                keys.append(sign_in(work, make_link(work, int(asked or 0))))
                work.connection.exec_driver_sql("UPDATE outbox SET state = 'sent' WHERE id = ?", (row,))
            work.session.commit()
    finally:
        desk.close()
    return keys


@contextmanager
def serving(command: Sequence[str | Path], store: Path, env: Mapping[str, str]) -> Iterator[int]:
    """A portal in a process of its own; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    words = [*map(str, command), "--db", str(store), "portal", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(env), text=True)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, process.communicate()[1]
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 0, said
    assert "a bug" not in said, said


def crowd(port: int, keys: Sequence[str], *, seconds: float, pause: tuple[float, float], seed: int = 1) -> Crowd:
    """Let everybody in for so long; each thinks for a while (`pause`, from and to) after each page."""
    found = Crowd()

    async def all_of_them() -> None:
        end = time.monotonic() + seconds
        people = [
            _Person(port, key, number, found, random.Random(seed * 10_000 + number)) for number, key in enumerate(keys)
        ]
        await asyncio.gather(*(person.live(end, pause) for person in people))

    asyncio.run(all_of_them())
    return found


class _Person:
    """One of them, over one connection."""

    def __init__(self, port: int, key: str, number: int, crowd: Crowd, chance: random.Random) -> None:
        self.port, self.number, self.crowd, self.chance = port, number, crowd, chance
        self.head = f"Host: 127.0.0.1\r\nCookie: sdesk={key}\r\n"
        self.requests: list[str] = []
        self.turn = 0

    async def live(self, end: float, pause: tuple[float, float]) -> None:
        await asyncio.sleep(self.chance.uniform(0, pause[1]))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while time.monotonic() < end:
                self.turn += 1
                await self._page(reader, writer)
                await asyncio.sleep(self.chance.uniform(*pause))
        finally:
            writer.close()

    async def _page(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        what = self.chance.random()
        if what < 0.3:
            await self._ask(reader, writer, "GET", "/services")
        elif what < 0.5:
            await self._ask(reader, writer, "GET", "/requests")
        elif what < 0.6:
            await self._ask(reader, writer, "GET", "/status")
        elif what < 0.8 and self.requests:
            path = self.chance.choice(self.requests)
            body, _ = await self._ask(reader, writer, "GET", path)
            if self.turn % 2:
                words = f"Words {self.number}-{self.turn}"
                form = {**_hidden(body), "text": words}
                _, status = await self._ask(reader, writer, "POST", f"{path}/words", form)
                if status == 303:
                    self.crowd.written.add(words)
        else:
            body, _ = await self._ask(reader, writer, "GET", "/services/other")
            subject = f"Request {self.number}-{self.turn}"
            form = {**_hidden(body), "subject": subject, "text": WORDS}
            _, status = await self._ask(reader, writer, "POST", "/services/other", form)
            if status == 303:
                self.crowd.asked.add(subject)

    async def _ask(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
    ) -> tuple[str, int]:
        body = urlencode(form).encode() if form else b""
        kind = "Content-Type: application/x-www-form-urlencoded\r\n" if form else ""
        started = time.perf_counter()
        writer.write(
            f"{method} {path} HTTP/1.1\r\n{self.head}{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        content = await reader.readexactly(int(length[1]) if length else 0)
        self.crowd.milliseconds.append((time.perf_counter() - started) * 1000)
        status = int(head.split(" ", 2)[1])
        if status == 303 and form and "subject" in form:
            found = re.search(r"location: (/requests/\d+)", head, re.IGNORECASE)
            if found:
                self.requests.append(found[1])
        if status >= 400:
            self.crowd.failed.append(f"{method} {path}: {status}")
        return content.decode(), status


def _hidden(page: str) -> dict[str, str]:
    return {
        name: found[1] for name in ("proof", "once") if (found := re.search(rf'name="{name}" value="([^"]*)"', page))
    }


def own_program() -> tuple[list[str | Path], dict[str, str]]:
    """The program of this checkout, and its surroundings."""
    root = Path(__file__).parents[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SDESK_", "XDG_"))}
    return [sys.executable, "-m", "sdesk"], {**kept, "PYTHONPATH": str(root), "LC_ALL": "C.UTF-8"}
