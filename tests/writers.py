"""Processes that write to a store all the time: open tickets, assign, note, close."""

from __future__ import annotations

LOGINS = ("anna", "boris", "anna", "boris")

WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sdesk.actions.perform import create, perform
from sdesk.desk.opening import open_desk
from sdesk.store.reader import Reader

store, login, worker, each = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with Reader(store) as reader:
    actor = reader.actor(login)
desk = open_desk(store)
now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def done(name, number, values):
    (outcome,) = perform(desk, actor, name, [number], values, now=now)
    if outcome.error is not None:
        raise outcome.error
    if not outcome.changed:
        raise AssertionError(outcome.sentence)


for turn in range(each):
    now += timedelta(seconds=7)
    values = {
        "subject": f"Worker {worker}, ticket {turn}",
        "text": "Please help.",
        "requester": f"person{turn % 20}@acc.shop.example",
        "service": "printer",
    }
    number = create(desk, actor, values, now=now).number
    done("assign", number, {"to": "boris"})
    # One ticket that all of them write to: here a change could be lost.
    done("note", 1, {"text": f"worker {worker}, turn {turn}"})
    done("close", number, {"text": "Done."})
desk.close()
"""
