from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers import Dovecot, Line
from source_contract import Ledger, SourceContract, listed, message, taken_by

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.mail.inbox.sources.base import MarkRefused, NothingTaken, Source
from sdesk.mail.inbox.sources.imap import QUARANTINE, TAKEN, ImapSettings, ImapSource

pytestmark = pytest.mark.server


class ImapBox:
    def __init__(self, server: Dovecot, **settings: Any) -> None:
        self.server = server
        self.user = server.new_user()
        self.settings = ImapSettings(
            "127.0.0.1", self.user, lambda: server.password, port=server.port, security="none", **settings
        )

    def put(self, raw: bytes) -> None:
        self.server.deliver(self.user, raw)

    def open(self) -> AbstractContextManager[Source]:
        return ImapSource(self.settings)

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[Any]:
        """Somebody's mail program on the same mailbox."""
        from imapclient import IMAPClient  # type: ignore[import-untyped]

        with IMAPClient("127.0.0.1", port=self.server.port, ssl=False) as client:
            client.login(self.user, self.server.password)
            client.select_folder(folder)
            yield client

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        with self.client(folder) as client:
            found = client.fetch(uids, ["FLAGS"]) if (uids := client.search("ALL")) else {}
            return [{flag.decode() for flag in found[uid][b"FLAGS"]} - {"\\Recent"} for uid in sorted(found)]

    def remove_first(self) -> None:
        with self.client() as client:
            client.delete_messages(client.search("ALL")[:1])
            client.expunge()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> ImapBox:
    return ImapBox(dovecot)


class TestImap(SourceContract):
    pass


def test_fetching_marks_nothing_and_marking_sets_seen_and_our_keyword(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    ledger = Ledger()
    taken_by(mailbox, ledger, mark=False)
    assert mailbox.flags() == [set()]
    taken_by(mailbox, ledger)
    assert mailbox.flags() == [{"\\Seen", TAKEN}]


def test_what_a_person_has_read_before_the_desk_is_not_lost(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    with mailbox.client() as client:
        client.add_flags(client.search("ALL"), ["\\Seen"])
    assert len(taken_by(mailbox, Ledger())) == 1


def test_what_a_person_marks_unread_again_does_not_come_back(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    ledger = Ledger()
    taken_by(mailbox, ledger)
    with mailbox.client() as client:
        client.remove_flags(client.search("ALL"), ["\\Seen"])
    assert listed(mailbox, ledger) == []


def test_quarantine_leaves_the_message_unread_with_a_keyword(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    with mailbox.open() as source:
        source.mark(list(source.items(NothingTaken())), quarantined=True)
    assert mailbox.flags() == [{QUARANTINE}]


def test_a_mark_that_the_server_refuses_is_no_broken_line(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, after="move:a//b..c")
    mailbox.put(message(1))
    with mailbox.open() as source:
        items = list(source.items(NothingTaken()))
        with pytest.raises(MarkRefused, match="could not be told what was taken"):
            source.mark(items)
        assert [raw is not None for _, raw in source.fetch(items)] == [True]
    assert mailbox.flags() == [set()]


def test_what_is_deleted_is_left_alone(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    with mailbox.client() as client:
        client.add_flags(client.search("ALL"), ["\\Deleted"])
    assert listed(mailbox) == []


def test_only_flagged_messages_when_asked(mailbox: ImapBox) -> None:
    for number in (1, 2, 3):
        mailbox.put(message(number))
    with mailbox.client() as client:
        client.add_flags(client.search("ALL")[1:2], ["\\Flagged"])
    with mailbox.open() as source:
        (item,) = source.items(NothingTaken(), flagged=True)
    assert (item.uid, item.flagged) == ("2", True)


def test_another_uidvalidity_offers_all_again_and_reads_nothing_under_old_uids(mailbox: ImapBox) -> None:
    mailbox.put(message(1))
    ledger = Ledger()
    (item,) = listed(mailbox)
    taken_by(mailbox, ledger)
    other = replace(item, uidvalidity=item.uidvalidity + 1)
    with mailbox.open() as source:
        assert list(source.fetch([other])) == [(other, None)]
        source.mark([other])
    ledger.rows = {(folder, validity + 1, uid) for folder, validity, uid in ledger.rows}
    assert len(listed(mailbox, ledger)) == 1


def test_after_move(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, after="move:Done")
    for number in (1, 2):
        mailbox.put(message(number))
    ledger = Ledger()
    taken_by(mailbox, ledger)
    assert mailbox.flags() == []
    assert mailbox.flags("Done") == [{"\\Seen"}, {"\\Seen"}]


def test_after_move_a_crash_is_made_good_even_when_read_meanwhile(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, after="move:Done")
    mailbox.put(message(1))
    ledger = Ledger()
    taken_by(mailbox, ledger, mark=False)
    with mailbox.client() as client:
        client.add_flags(client.search("ALL"), ["\\Seen"])
    assert taken_by(mailbox, ledger) == []
    assert mailbox.flags() == []
    assert len(mailbox.flags("Done")) == 1


def test_after_delete_removes_what_was_taken_and_nothing_else(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, after="delete")
    for number in (1, 2):
        mailbox.put(message(number))
    with mailbox.client() as client:
        client.add_flags([2], ["\\Deleted"])  # a person's mark: it is not ours to expunge
    assert len(taken_by(mailbox, Ledger())) == 1
    assert mailbox.flags() == [{"\\Deleted"}]


def test_several_folders_in_one_batch(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, folders=("INBOX", "HR"))
    with mailbox.client() as client:
        client.create_folder("HR")
        client.append("HR", message(2))
    mailbox.put(message(1))
    ledger = Ledger()
    with mailbox.open() as source:
        items = list(source.items(ledger))
        assert [item.folder for item in items] == ["INBOX", "HR"]
        got = [raw if isinstance(raw, bytes) else b"" for _, raw in source.fetch(items)]
        assert [b"Number 1" in got[0], b"Number 2" in got[1]] == [True, True]
        source.mark(items)
    assert mailbox.flags("HR") == [{"\\Seen", TAKEN}]


def test_a_line_that_drops_between_batches_is_one_sentence_and_loses_nothing(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot)
    for number in range(1, 5):
        mailbox.put(message(number))
    ledger = Ledger()

    def fetch_until_it_breaks() -> None:
        with Line(dovecot.port) as line, ImapSource(replace(mailbox.settings, port=line.port)) as source:
            for item in source.items(ledger):
                ((_, raw),) = source.fetch([item])
                assert raw is not None
                ledger.take(item)
                if len(ledger.rows) == 2:
                    line.cut(for_good=True)

    with pytest.raises(MailServerUnavailable) as caught:
        fetch_until_it_breaks()
    assert str(caught.value).isprintable()
    assert len(taken_by(mailbox, ledger)) == 2
    assert len(ledger.rows) == 4
    assert mailbox.flags() == [{"\\Seen", TAKEN}] * 4


def test_a_line_that_drops_once_is_taken_up_again(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot)
    for number in range(1, 5):
        mailbox.put(message(number))
    with Line(dovecot.port) as line, ImapSource(replace(mailbox.settings, port=line.port)) as source:
        items = list(source.items(NothingTaken()))
        line.cut()
        assert all(isinstance(raw, bytes) for _, raw in source.fetch(items))


def test_a_wrong_password_is_one_sentence(dovecot: Dovecot) -> None:
    settings = replace(ImapBox(dovecot).settings, secret=lambda: "wrong")
    with pytest.raises(MailServerUnavailable, match="refuses the login of `user"), ImapSource(settings):
        pass


def test_a_missing_folder_is_one_sentence(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot, folders=("Nowhere",))
    with pytest.raises(MailServerUnavailable, match="could not be made to open `Nowhere`"):
        listed(mailbox)


def test_tls_with_a_certificate_that_is_trusted(dovecot: Dovecot) -> None:
    mailbox = ImapBox(dovecot)
    mailbox.put(message(1))
    for security, port in (("tls", dovecot.tls_port), ("starttls", dovecot.port)):
        mailbox.settings = replace(mailbox.settings, security=security, port=port, ca_file=dovecot.ca_file)
        assert len(listed(mailbox)) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_is_not_trusted_ends_the_connection_before_the_login(
    dovecot: Dovecot, security: str
) -> None:
    def never() -> str:
        pytest.fail("the password was asked for")

    port = dovecot.tls_port if security == "tls" else dovecot.port
    settings = ImapSettings("127.0.0.1", "user", never, port=port, security=security)
    with pytest.raises(MailServerUnavailable, match="a certificate that is not trusted"), ImapSource(settings):
        pass


def test_a_port_where_nobody_listens_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = ImapSettings("127.0.0.1", "user", lambda: "x", port=free.getsockname()[1], security="none")
        with (
            pytest.raises(MailServerUnavailable, match="Connection refused"),
            ImapSource(settings),
        ):
            pass


def test_a_name_that_nobody_knows_is_one_sentence() -> None:
    settings = ImapSettings("mail.nowhere.invalid", "user", lambda: "x")
    with pytest.raises(MailServerUnavailable, match="could not be reached"), ImapSource(settings):
        pass


@contextmanager
def serving(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of one connection that does what `talk` does."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def _settings(port: int, security: str = "none") -> ImapSettings:
    return ImapSettings(
        "127.0.0.1", "user", lambda: "x", port=port, security=security, connect_seconds=0.5, read_seconds=0.3
    )


@pytest.mark.parametrize(
    ("greeting", "told"),
    [
        (b"\x00\xff\xfe nonsense\r\n" * 3, "unexpected response"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "unexpected response"),
        (b"", "broke off|could not be reached"),
        (b"* BYE too many connections\r\n", "too many connections"),
    ],
)
def test_a_server_that_is_no_imap_is_one_sentence(greeting: bytes, told: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(greeting)

    with serving(talk) as port:
        with pytest.raises(MailServerUnavailable, match=told) as caught, ImapSource(_settings(port)):
            pass
        assert str(caught.value).isprintable()


def test_a_server_that_says_nothing_is_given_up_after_the_time_out() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        settings = _settings(listening.getsockname()[1])
        with pytest.raises(MailServerUnavailable, match="does not answer"), ImapSource(settings):
            pass


def test_a_server_without_starttls_is_never_spoken_to_in_the_clear() -> None:
    heard = bytearray()

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
        while data := connection.recv(1000):
            heard.extend(data)
            tag = data.split(b" ")[0]
            if b"CAPABILITY" in data:
                connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")
            else:
                connection.sendall(tag + b" BAD no\r\n")

    with (
        serving(talk) as port,
        pytest.raises(MailServerUnavailable, match="made to speak TLS"),
        ImapSource(_settings(port, "starttls")),
    ):
        pass
    assert b"LOGIN" not in heard.upper()


def test_a_server_that_speaks_no_tls_is_told_by_the_key_that_mends_it() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"* OK ready\r\n")
        connection.recv(1000)

    with (
        serving(talk) as port,
        pytest.raises(MailServerUnavailable, match="does not speak TLS from the start") as raised,
        ImapSource(_settings(port, "tls")),
    ):
        pass
    assert raised.value.remedy.startswith('write security = "starttls"')


@pytest.mark.parametrize("host", ["mail.acme.example", "192.0.2.1", "localhost.evil.example"])
def test_a_plain_connection_to_another_machine_is_refused(host: str) -> None:
    with pytest.raises(BadInput, match="in the clear"):
        ImapSource(ImapSettings(host, "user", lambda: "x", security="none"))
    ImapSource(ImapSettings(host, "user", lambda: "x", security="none", allow_plain=True))


@pytest.mark.parametrize(("name", "value"), [("after", "keep"), ("security", "ssl"), ("auth", "kerberos")])
def test_nonsense_settings_are_refused(name: str, value: str) -> None:
    settings = {"host": "127.0.0.1", "user": "user", "secret": str, name: value}
    with pytest.raises(BadInput, match=value):
        ImapSource(ImapSettings(**settings))  # type: ignore[arg-type]


def test_certificates_that_cannot_be_read_are_bad_input(tmp_path: Path) -> None:
    with (
        pytest.raises(BadInput, match="cannot be read"),
        ImapSource(ImapSettings("127.0.0.1", "u", str, ca_file=tmp_path / "x")),
    ):
        pass


def test_other_sources_do_not_load_imapclient() -> None:
    code = (
        "import sys, sdesk.mail.mime.message;"
        "from sdesk.mail.inbox.sources import imap, maildir, mbox;"
        "print(*sorted({'imapclient', 'inscriptis', 'lxml', 'sqlmodel'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_the_system_s_certificates_are_what_tls_trusts() -> None:
    assert ssl.create_default_context().verify_mode == ssl.CERT_REQUIRED
