"""Real senders beside each other, and one that is killed: no mail is lost, and none goes twice but in one window."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from intake_desk import MailDesk
from smtp import Post, Taken

from sdesk.desk.outbox.queue import CLAIM_LASTS

COUNT = 20


def queue(path: Path) -> None:
    """Answers that are due, in a store of the real clock."""
    mails = MailDesk(path)
    at = datetime.now(UTC) - timedelta(hours=1)
    for number in range(1, COUNT + 1):
        ticket = mails.new(subject=f"Till {number}", text="x", requester=f"person{number}@shop.example", at=at)
        mails.do("anna", "reply", ticket, text="On my way.", at=at)
    mails.desk.close()


def sender(path: Path, post: Post) -> subprocess.Popen[str]:
    """`sdesk mail send`, running."""
    config = path.with_suffix(".toml")
    config.write_text(f'[smtp]\nhost = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\n')
    command = [sys.executable, "-m", "sdesk", "--config", str(config), "--db", str(path), "mail", "send", "-o", "json"]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def per_person(mails: list[Taken]) -> Counter[str]:
    """How often each requester's mail came. What agents are told goes along, and is not counted here."""
    return Counter(taken.recipients[0] for taken in mails if taken.recipients[0].endswith("@shop.example"))


def states(path: Path) -> Counter[str]:
    mails = MailDesk(path)
    mails.desk.close()
    return Counter(row[0] for row in mails.rows("SELECT state FROM outbox WHERE kind = 'reply'"))


@pytest.mark.slow
def test_two_senders_at_once_send_each_mail_once(desk_path: Path) -> None:
    queue(desk_path)

    def slowly(taken: Taken) -> str:
        time.sleep(0.05)
        return "250 taken"

    with Post(answer=slowly) as post:
        processes = [sender(desk_path, post) for _ in range(2)]
        reports = []
        for process in processes:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            reports.append(json.loads(out)[0]["sent"])
    assert sum(reports) == COUNT
    assert per_person(post.taken) == {f"person{number}@shop.example": 1 for number in range(1, COUNT + 1)}
    assert states(desk_path) == {"sent": COUNT}


@pytest.mark.slow
def test_a_sender_that_is_killed_loses_nothing_and_repeats_one_at_most(desk_path: Path) -> None:
    queue(desk_path)
    killed: list[subprocess.Popen[str]] = []
    in_hand = threading.Event()
    gone = threading.Event()

    def answer(taken: Taken) -> str:
        # The seventh is in the server's hands, and not marked yet, when its sender dies.
        if len(post.offered) == 7 and not in_hand.is_set():
            in_hand.set()
            gone.wait(30)
        return "250 taken"

    with Post(answer=answer) as post:
        killed.append(sender(desk_path, post))
        assert in_hand.wait(60)
        killed[0].kill()
        killed[0].communicate()
        gone.set()
        # The claim of the dead keeps the others off that one mail; the rest goes at once.
        out, err = sender(desk_path, post).communicate(timeout=120)
        assert json.loads(out)[0]["sent"] == COUNT - 7, err
        assert states(desk_path) == {"sent": COUNT - 1, "queued": 1}
        mails = MailDesk(desk_path)
        with mails.desk.store.begin() as session:
            session.connection().exec_driver_sql(
                "UPDATE outbox SET claimed_at = ? WHERE claimed_at IS NOT NULL AND state = 'queued'",
                ((datetime.now(UTC) - CLAIM_LASTS).strftime("%Y-%m-%dT%H:%M:%SZ"),),
            )
            session.commit()
        mails.desk.close()
        out, err = sender(desk_path, post).communicate(timeout=120)
        assert json.loads(out)[0]["sent"] == 1, err
    assert states(desk_path) == {"sent": COUNT}
    # Whatever reached the server whole may have been delivered, whether its answer was heard or not.
    offered = per_person(post.offered)
    assert len(offered) == COUNT
    assert sum(offered.values()) == COUNT + 1
    (twice,) = [address for address, count in offered.items() if count > 1]
    both = [taken for taken in post.offered if taken.recipients == (twice,)]
    assert len({taken.mail["Message-ID"] for taken in both}) == 1
