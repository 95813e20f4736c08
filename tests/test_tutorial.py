"""The tutorial, done as it says: an empty machine, a real IMAP server, a real SMTP server, a real terminal."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from page_run import Reader
from servers import Dovecot
from smtp import Post

from sdesk import __version__

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
WRITE = bool(os.environ.get("SDESK_WRITE_GOLDEN"))


def test_the_tutorial_shows_this_version() -> None:
    assert f"$ sdesk version\nsdesk {__version__}\n" in PAGE.read_text(encoding="utf-8")


@pytest.mark.server
@pytest.mark.slow
def test_whoever_follows_the_tutorial_has_answered_a_mail(dovecot: Dovecot) -> None:
    user = dovecot.new_user()

    def letter(text: str, at: datetime) -> None:
        head, _, body = text.partition("\n\n")
        if "Date:" not in head:
            head += f"\nDate: {at:%a, %d %b %Y %H:%M:%S} +0000"
        dovecot.deliver(user, f"{head}\nMessage-ID: <{at.timestamp()}@example.com>\n\n{body}".encode(), at=at)

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(dovecot.ca_file, dovecot.dir / "key.pem")
    with Post(tls=tls, implicit=True, login=("support", Dovecot.password)) as post:
        trust = f'ca_file = "{dovecot.ca_file}"'
        reader = Reader(
            datetime(2026, 11, 23, 10, tzinfo=UTC),
            letter,
            {
                'host = "imap.example.org"\nuser = "support"': (
                    f'host = "127.0.0.1"\nport = {dovecot.tls_port}\n{trust}\nuser = "{user}"'
                ),
                'host = "smtp.example.org"': f'host = "127.0.0.1"\nport = {post.port}\n{trust}',
                "your-password": Dovecot.password,
            },
            {
                rf"in as {user}\b": "in as support",
                r"127\.0\.0\.1:\d+": "smtp.example.org:465",
                r"(ends\s+on\s+)[\d-]{10}": r"\g<1>2027-02-14",
                r"(?<![\d.])\d\.\d\b(?!\.)": "0.1",
            },
        )
        try:
            page = PAGE.read_text(encoding="utf-8")
            followed = reader.follow(page)
            if WRITE:
                PAGE.write_text(followed, encoding="utf-8")
            assert followed == PAGE.read_text(encoding="utf-8")
            assert "tick --quiet" in reader.crontab.read_text()
        finally:
            reader.close()
    answers = [taken for taken in post.taken if taken.recipients == ("maria@example.com",)]
    assert any("I come in ten minutes." in taken.text for taken in answers)
    # No acknowledgement beside them: it was answered before one was due.
    assert len(answers) == 2
