"""What a tick says though mail works, and whether the sign of life is given beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import Ran
from real_tick import configured, deliver, letter
from smtp import Post


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    return tmp_path / "mail"


def test_a_message_in_quarantine_is_news_and_no_end_of_life(
    tmp_path: Path, desk_path: Path, maildir: Path, post: Post
) -> None:
    (maildir / "new" / "1.a").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(600))
    more = f'[notify]\non_success = ["touch", "{tmp_path}/alive"]\n'
    tick = configured(tmp_path, desk_path, f'kind = "maildir"\npath = "{maildir}"', post, more)
    ran = tick.run("--quiet")
    assert (ran.code, ran.out) == (6, "")
    assert "quarantine" in ran.err
    assert (tmp_path / "alive").exists()
    # It is told once.
    assert tick.run("--quiet") == Ran(0, "", "")


def test_what_an_agent_is_not_told_of_is_said_and_exit_6(
    tmp_path: Path, desk_path: Path, maildir: Path, post: Post
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    deliver(maildir, 1, letter(1, "maria@acc.shop.example", "Till", now), now)
    more = f'[notify]\non_success = ["touch", "{tmp_path}/alive"]\n'
    tick = configured(tmp_path, desk_path, f'kind = "maildir"\npath = "{maildir}"', post, more)
    post.refuse["boris@desk.example"] = "550 5.1.1 no such user"
    ran = tick.run("--quiet")
    assert ran.code == 6
    assert "550 5.1.1 no such user" in ran.err
    assert "1 notification will not arrive. see `sdesk mail outbox list --state failed`" in ran.err
    assert not (tmp_path / "alive").exists()
