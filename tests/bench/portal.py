"""The portal: 200 people at once over 20,000 tickets, while mail is fetched. Pages by the clock, and nothing lost."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from portal_crowd import Crowd, crowd, keys_of, serving

from .corpus import SUPPORT, corpus
from .measure import Line, environment
from .store import build, present

PEOPLE, SECONDS, PAUSE = 200, 40.0, (1.0, 7.0)
"""So many, for so long; each looks at a page for some seconds before the next."""
TICKETS, MAILS = 20_000, 3_000
LIMIT_MS = 300.0
"""Of 95 % of the pages, at the visitor's end."""

_CONFIGURATION = """\
[mailboxes.support]
kind = "maildir"
path = "{maildir}"
team = "it"
addresses = ["{address}"]
"""


def measure(folder: Path, programs: Path, runs: int) -> list[Line]:
    """The section's lines. RuntimeError where a page failed, or something that was taken is not there."""
    store, maildir, configuration = folder / "portal.db", folder / "portal-mail", folder / "portal.toml"
    build(store, TICKETS, open_share=0.1, now=present())
    for part in ("new", "cur", "tmp"):
        (maildir / part).mkdir(parents=True)
    for number, message in enumerate(corpus(MAILS)):
        (maildir / "new" / f"{number}.bench").write_bytes(message.raw)
    configuration.write_text(_CONFIGURATION.format(maildir=maildir, address=SUPPORT), encoding="utf-8")
    keys = keys_of(store, [f"person{number}@shop.example" for number in range(1, PEOPLE + 1)])
    program = programs / "sdesk"
    with serving([program, "--config", configuration], store, environment()) as port:
        crowd(port, keys[:20], seconds=2, pause=(0.1, 0.5), seed=2)
        words = [str(program), "--config", str(configuration), "--db", str(store), "mail", "fetch"]
        fetching = subprocess.Popen(
            [*words, "--since", "all", "--max-new", "0"], stdout=subprocess.DEVNULL, env=environment()
        )
        found = crowd(port, keys, seconds=SECONDS, pause=PAUSE)
        if fetching.wait(300):
            raise RuntimeError("the fetch failed")
    _require_all(store, found)
    pages = len(found.milliseconds)
    return [
        Line(f"portal, {pages} pages, half of them within", None, found.slowest(0.5), "ms", None),
        Line("portal, 95 % of them within", None, found.slowest(0.95), "ms", LIMIT_MS),
        Line("portal, 99 % of them within", None, found.slowest(0.99), "ms", None),
    ]


def _require_all(store: Path, found: Crowd) -> None:
    if found.failed:
        raise RuntimeError(f"{len(found.failed)} pages failed, the first: {found.failed[0]}")
    with closing(sqlite3.connect(store)) as connection:
        asked = {row[0] for row in connection.execute("SELECT subject FROM ticket WHERE channel = 'portal'")}
        written = {row[0] for row in connection.execute("SELECT text FROM message WHERE text LIKE 'Words %'")}
    if not (found.asked <= asked and found.written <= written):
        raise RuntimeError("something that was taken is not there")
