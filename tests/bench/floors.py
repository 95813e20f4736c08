"""The least that the work can cost in Python: bare scripts, run by themselves in the interpreter that runs sdesk.

    floors.py fetch HOST PORT USER PASSWORD DATABASE
        fetch a mailbox by IMAP, parse each message, and insert ticket, message and full-text rows: a transaction a
        message, synchronous=FULL, duplicates and threads found by Message-ID, \\Seen set a batch
    floors.py nothing HOST PORT USER PASSWORD DATABASE
        log in, and ask for unread mail
    floors.py import FILE DATABASE
        read JSON lines, and insert ticket, message and full-text rows: a transaction for all

It imports nothing of ours and does nothing that it could leave out.
"""

from __future__ import annotations

import email
import json
import sqlite3
import sys
from collections.abc import Callable
from email import policy
from email.message import EmailMessage

TABLES = """
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, subject TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'new',
    priority TEXT NOT NULL DEFAULT 'P3', requester TEXT NOT NULL, created_at REAL NOT NULL, due_at REAL NOT NULL
);
CREATE INDEX ticket_due ON ticket (status, due_at);
CREATE TABLE message (
    id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL REFERENCES ticket (id), message_id TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL, text TEXT NOT NULL, sent_at REAL NOT NULL
);
CREATE INDEX message_ticket ON message (ticket_id);
CREATE VIRTUAL TABLE words USING fts5(subject, text, content = '');
"""
BATCH = 100
OFFICE_DAY = 8 * 3600


def fetch(host: str, port: str, user: str, password: str, database: str) -> int:
    """The whole of it; gives the number of messages."""
    from imapclient import SEEN, IMAPClient  # type: ignore[import-untyped]  # it has no types

    store = sqlite3.connect(database, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.executescript(TABLES)
    done = 0
    with IMAPClient(host, port=int(port), ssl=False) as client:
        client.login(user, password)
        client.select_folder("INBOX")
        uids = client.search("ALL")
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            found = client.fetch(batch, ["BODY.PEEK[]"])
            for uid in batch:
                done += keep(store, found[uid][b"BODY[]"])
            client.add_flags(batch, [SEEN], silent=True)
    store.close()
    return done


def keep(store: sqlite3.Connection, raw: bytes) -> int:
    """Parse a message and insert it in one transaction; 0 where it is there already."""
    message = email.message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content() if isinstance(body, EmailMessage) else ""
    for part in message.iter_attachments():
        part.get_filename()
        part.get_content()
    subject, own = str(message["subject"]), str(message["message-id"]).strip()
    sender = message["from"].addresses[0].addr_spec
    sent = message["date"].datetime.timestamp()
    named = [*str(message["in-reply-to"] or "").split(), *reversed(str(message["references"] or "").split())]
    store.execute("BEGIN IMMEDIATE")
    if store.execute("SELECT 1 FROM message WHERE message_id = ?", (own,)).fetchone() is not None:
        store.execute("ROLLBACK")
        return 0
    ticket = None
    for name in named:
        row = store.execute("SELECT ticket_id FROM message WHERE message_id = ?", (name,)).fetchone()
        if row is not None:
            ticket = row[0]
            break
    if ticket is None:
        ticket = store.execute(
            "INSERT INTO ticket (subject, requester, created_at, due_at) VALUES (?, ?, ?, ?)",
            (subject, sender, sent, sent + OFFICE_DAY),
        ).lastrowid
    number = store.execute(
        "INSERT INTO message (ticket_id, message_id, sender, text, sent_at) VALUES (?, ?, ?, ?, ?)",
        (ticket, own, sender, text, sent),
    ).lastrowid
    store.execute("INSERT INTO words (rowid, subject, text) VALUES (?, ?, ?)", (number, subject, text))
    store.execute("COMMIT")
    return 1


def nothing(host: str, port: str, user: str, password: str, database: str) -> int:
    """What a fetch costs that finds nothing: gives 0."""
    from imapclient import IMAPClient

    store = sqlite3.connect(database)
    store.execute("SELECT count(*) FROM message").fetchone()
    with IMAPClient(host, port=int(port), ssl=False) as client:
        client.login(user, password)
        client.select_folder("INBOX")
        unread: list[int] = client.search("UNSEEN")
    return len(unread)


def import_lines(file: str, database: str) -> int:
    """The whole of it; gives the number of lines."""
    store = sqlite3.connect(database, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.executescript(TABLES)
    store.execute("BEGIN IMMEDIATE")
    done = 0
    with open(file, encoding="utf-8") as stream:
        for line in stream:
            found = json.loads(line)
            done += 1
            store.execute(
                "INSERT INTO ticket (id, subject, requester, created_at, due_at) VALUES (?, ?, ?, ?, 0)",
                (done, found["subject"], found["requester"], found["created_at"]),
            )
            store.execute(
                "INSERT INTO message (ticket_id, message_id, sender, text, sent_at) VALUES (?, ?, ?, ?, ?)",
                (done, found["external_id"], found["requester"], found["text"], found["created_at"]),
            )
            store.execute(
                "INSERT INTO words (rowid, subject, text) VALUES (?, ?, ?)", (done, found["subject"], found["text"])
            )
    store.execute("COMMIT")
    store.close()
    return done


if __name__ == "__main__":
    verbs: dict[str, Callable[..., int]] = {"fetch": fetch, "nothing": nothing, "import": import_lines}
    print(verbs[sys.argv[1]](*sys.argv[2:]))
