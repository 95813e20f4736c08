"""A mailbox fetched from a real IMAP server into a new store, beside the bare script that does the same."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from servers import HOW_TO_GET_IT, Dovecot

from .corpus import SUPPORT, corpus
from .measure import MIB, Line, Spent, environment, pairs, run
from .store import empty, present

MESSAGES, MANY = 2_000, 10_000
FLOORS = Path(__file__).with_name("floors.py")

_CONFIGURATION = """\
[mailboxes.support]
kind = "imap"
host = "127.0.0.1"
port = {port}
security = "none"
user = "{user}"
password_file = "{password}"
team = "it"
addresses = ["{address}"]
"""


@dataclass(slots=True)
class _Place:
    """Where the runs happen: the server, the mailboxes, the programs."""

    server: Dovecot
    folder: Path
    programs: Path
    template: Path
    numbers: Iterator[int]

    def floor(self, mail: Path, verb: str = "fetch") -> Spent:
        """The bare script upon a fresh copy of a mailbox."""
        user = self.server.new_user(mail)
        database = self.folder / f"floor{next(self.numbers)}.db"
        spent = self._script(verb, user, database)
        shutil.rmtree(self.server.maildir(user))
        return spent

    def _script(self, verb: str, user: str, database: Path) -> Spent:
        arguments = (verb, "127.0.0.1", str(self.server.port), user, self.server.password, database)
        return run([self.programs / "python", FLOORS, *arguments], environment())

    def ours(self, mail: Path, messages: int) -> Spent:
        """sdesk upon a fresh copy of a mailbox and a fresh store. RuntimeError where it does not take all of it."""
        user = self.server.new_user(mail)
        store, configuration = self._desk(user)
        spent = self._fetch(store, configuration, "--since", "all", "--max-new", "0")
        said = json.loads(spent.out)[0]
        if said["examined"] != messages or said["created"] + said["followed_up"] != messages:
            raise RuntimeError(f"the fetch took not all: {said}")
        shutil.rmtree(self.server.maildir(user))
        return spent

    def nothing_new(self, mail: Path, runs: int) -> tuple[float, float]:
        """Seconds of the bare script and of sdesk, where everything was taken before."""
        user = self.server.new_user(mail)
        database = self.folder / f"floor{next(self.numbers)}.db"
        self._script("fetch", user, database)
        store, configuration = self._desk(user)
        self._fetch(store, configuration, "--since", "all", "--max-new", "0")
        return pairs(
            lambda: self._script("nothing", user, database).seconds,
            lambda: self._fetch(store, configuration).seconds,
            runs,
        )

    def _desk(self, user: str) -> tuple[Path, Path]:
        number = next(self.numbers)
        store = self.folder / f"desk{number}.db"
        shutil.copy(self.template, store)
        password = self.folder / f"password{number}"
        password.touch(0o600)
        password.write_text(self.server.password + "\n", encoding="utf-8")
        configuration = self.folder / f"desk{number}.toml"
        configuration.write_text(
            _CONFIGURATION.format(port=self.server.port, user=user, password=password, address=SUPPORT),
            encoding="utf-8",
        )
        return store, configuration

    def _fetch(self, store: Path, configuration: Path, *options: str) -> Spent:
        where = (self.programs / "sdesk", "--db", store, "--config", configuration)
        return run([*where, "mail", "fetch", *options, "-o", "json"], environment(SDESK_AGENT="anna"))


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines."""
    some, many = folder / "some", folder / "many"
    write_maildir(some, MESSAGES)
    write_maildir(many, MANY)
    template = folder / "template.db"
    empty(template, present())
    with _server() as server:
        place = _Place(server, folder, programs, template, count(1))
        bare: list[Spent] = []
        whole: list[Spent] = []

        def floor() -> float:
            bare.append(place.floor(some))
            return bare[-1].seconds

        def ours() -> float:
            whole.append(place.ours(some, MESSAGES))
            return whole[-1].seconds

        before, own = pairs(floor, ours, runs)
        busy = median(spent.cpu for spent in bare), median(spent.cpu for spent in whole)
        peak = max(spent.peak for spent in whole)
        nothing_floor, nothing_own = place.nothing_new(some, max(runs, 5))
        large = place.ours(many, MANY)
        return [
            Line(f"fetch {MESSAGES} messages by IMAP", before, own, "s", 2.0),
            Line("the same, processor time", *busy, "s", None),
            Line("fetch with nothing new", nothing_floor * 1000, nothing_own * 1000, "ms", None),
            Line(f"memory: fetch of {MANY} to {MESSAGES}", peak / MIB, large.peak / MIB, "MiB", 1.25),
            Line(
                f"fetch {MANY} messages: each message", own / MESSAGES * 1000, large.seconds / MANY * 1000, "ms", None
            ),
        ]


def write_maildir(folder: Path, messages: int) -> None:
    """A Maildir with the corpus, nothing of it read; the files' times are those of arrival."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, mail in enumerate(corpus(messages)):
        file = folder / "new" / f"{mail.arrived}.M{number:06d}P1.bench"
        file.write_bytes(mail.raw)
        os.utime(file, (mail.arrived, mail.arrived))


@contextmanager
def _server() -> Iterator[Dovecot]:
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise RuntimeError(HOW_TO_GET_IT)
    server = Dovecot(program)
    try:
        server.start()
        yield server
    finally:
        server.close()
