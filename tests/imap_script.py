"""An IMAP server on the loopback interface that can do less than others, and misbehaves over single messages."""

from __future__ import annotations

import base64
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

CRLF = b"\r\n"


@dataclass
class ScriptedImap:
    """One folder, INBOX. A context manager; connect to `port`. Any password is right."""

    mails: dict[int, bytes] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    keywords: bool = True
    """Whether PERMANENTFLAGS has \\*."""
    tells_uidnext: bool = True
    arrived: str = "23-Nov-2026 09:00:00 +0000"
    trouble: dict[int, str] = field(default_factory=dict)
    """By UID, when its body is asked for: `no`, `break`, `garbage`, `hang`, `omit`, `larger` (than it was listed)."""
    refuses_sizes: frozenset[int] = frozenset()
    authenticate: Callable[[bytes], bytes] | None = None
    """From the first answer of a SASL exchange to the error that is sent as a challenge; empty: it is let in."""
    flags: dict[int, set[str]] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)
    copied: list[int] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Every command, without its tag."""
    answers: list[bytes] = field(default_factory=list)
    """What the client said in SASL exchanges, without Base64."""
    port: int = 0

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._connections: list[socket.socket] = []
        self._threads[0].start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for each in (self._listening, *self._connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ConnectionError), connection, connection.makefile("rwb") as stream:

            def say(*lines: bytes) -> None:
                stream.write(b"".join(line + CRLF for line in lines))
                stream.flush()

            say(f"* OK [CAPABILITY {self.capabilities}] ready".encode())
            while line := stream.readline():
                tag, _, command = line.strip().partition(b" ")
                text = command.decode()
                self.commands.append(text)
                words = text.split()
                if words[0] == "AUTHENTICATE":
                    say(b"+ ")
                    first = base64.b64decode(stream.readline())
                    self.answers.append(first)
                    problem = self.authenticate(first) if self.authenticate else b""
                    if problem:
                        say(b"+ " + base64.b64encode(problem))
                        self.answers.append(base64.b64decode(stream.readline()))
                        say(tag + b" NO SASL authentication failed")
                        continue
                elif words[0] == "LOGOUT":
                    say(b"* BYE", tag + b" OK")
                    return
                elif not self._answer(words, say, tag, connection):
                    continue
                say(tag + b" OK done")

    def _answer(self, words: list[str], say: Callable[..., None], tag: bytes, connection: socket.socket) -> bool:
        """Whether the command is done, and only its OK is left to say."""
        name = " ".join(words[:2]) if words[0] == "UID" else words[0]
        if name == "CAPABILITY":
            say(f"* CAPABILITY {self.capabilities}".encode())
        elif name in ("SELECT", "EXAMINE"):
            last = max(self.mails, default=0)
            star = " \\*" if self.keywords else ""
            say(
                f"* {len(self.mails)} EXISTS".encode(),
                f"* OK [PERMANENTFLAGS (\\Seen \\Deleted \\Flagged{star})]".encode(),
                b"* OK [UIDVALIDITY 7]",
                *([f"* OK [UIDNEXT {last + 1}]".encode()] if self.tells_uidnext else []),
            )
        elif name == "LIST":
            say(b'* LIST () "/" INBOX')
        elif name == "UID SEARCH":
            say(f"* SEARCH {' '.join(map(str, self._found(words)))}".encode())
        elif name == "UID STORE":
            for uid in _uids(words[2]):
                given = set(re.findall(r"[\\$]\w+", " ".join(words[3:])))
                self.flags.setdefault(uid, set()).update(given)
        elif name == "UID MOVE":
            for uid in _uids(words[2]):
                self.moved.append(uid)
                self.mails.pop(uid, None)
        elif name == "UID COPY":
            self.copied += _uids(words[2])
        elif name == "UID EXPUNGE":
            for uid in _uids(words[2]):
                self.mails.pop(uid, None)
        elif name == "UID FETCH":
            return self._fetch(words, say, tag, connection)
        return True

    def _found(self, words: list[str]) -> list[int]:
        """Enough of SEARCH for what the desk asks: ranges of UIDs, one alternative, what has which flags."""
        text = " ".join(words[2:])
        found = set()
        for ask in re.finditer(r"UID (\d+)(?::(\d+|\*))?((?: UN\w+(?: \$\w+)?)*)", text):
            first = int(ask[1])
            last = max(self.mails, default=0) if ask[2] == "*" else int(ask[2] or ask[1])
            for uid in self.mails:
                has = self.flags.get(uid, set())
                unwanted = set(re.findall(r"\$\w+", ask[3])) | ({"\\Seen"} if "UNSEEN" in ask[3] else set())
                if (first <= uid <= last or (ask[2] == "*" and uid == last)) and not has & unwanted:
                    found.add(uid)
        return sorted(uid for uid in found if "\\Deleted" not in self.flags.get(uid, set()))

    def _fetch(self, words: list[str], say: Callable[..., None], tag: bytes, connection: socket.socket) -> bool:
        uids = [uid for uid in _uids(words[2]) if uid in self.mails]
        wants = " ".join(words[3:])
        for uid in uids:
            number = list(self.mails).index(uid) + 1
            raw = self.mails[uid]
            trouble = self.trouble.get(uid, "")
            if "RFC822.SIZE" in wants:
                if uid in self.refuses_sizes:
                    say(tag + b" NO [SERVERBUG] cannot stat")
                    return False
                size = 100 if trouble == "larger" else len(raw)
                has = " ".join(sorted(self.flags.get(uid, set())))
                say(
                    f'* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE "{self.arrived}"'
                    f" FLAGS ({has}))".encode()
                )
                continue
            if trouble == "no":
                say(tag + b" NO [UNAVAILABLE] that one is broken")
                return False
            if trouble == "break":
                connection.shutdown(socket.SHUT_RDWR)
                return False
            if trouble == "garbage":
                say(b"\x00\xff * * FETCH ((((", b"no tag at all")
                return False
            if trouble == "hang":
                self._over.wait(60)
                return False
            if trouble == "omit":
                continue
            part = re.search(r"<0\.(\d+)>", wants)
            name, content = (b"BODY[]<0>", raw[: int(part[1])]) if part else (b"BODY[]", raw)
            say(b"* %d FETCH (UID %d %s {%d}" % (number, uid, name, len(content)), content + b")")
        return True


def _uids(words: str) -> list[int]:
    found: list[int] = []
    for part in words.split(","):
        first, _, last = part.partition(":")
        found += range(int(first), int(last or first) + 1)
    return found
