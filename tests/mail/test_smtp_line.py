"""A line to a mail server: secured, logged in, and one sentence where it cannot be had."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from smtp import Post, server_at

from sdesk.config.wire import Auth, Security
from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.mail.smtp import open_smtp


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    if which("openssl") is None:
        how = "no openssl here: apt-get install openssl"
        if os.environ.get("SDESK_REQUIRE_SERVERS") == "1":
            pytest.fail(how)
        pytest.skip(how)
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path.with_name("key.pem")), "-out", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server needs to show it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def secret(tmp_path: Path, text: str) -> Path:
    """A file that only its owner reads."""
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_relay_without_login(post: Post) -> None:
    with open_smtp(server_at(post.port)) as client:
        assert client.has_extn("smtputf8")
        assert client.has_extn("8bitmime")
    assert post.connections == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_tls_is_verified(security: Security, tls: ssl.SSLContext, certificate: Path) -> None:
    with Post(tls=tls, implicit=security is Security.TLS) as post:
        with open_smtp(server_at(post.port, security=security, ca_file=certificate)) as client:
            assert isinstance(client.sock, ssl.SSLSocket)
        with (
            pytest.raises(MailServerUnavailable, match="certificate that is not trusted") as raised,
            open_smtp(server_at(post.port, security=security)),
        ):
            pass
        assert "ca_file" in raised.value.remedy


def test_starttls_that_is_not_offered_is_no_plain_line(post: Post) -> None:
    with (
        pytest.raises(MailServerUnavailable, match="offers no STARTTLS"),
        open_smtp(server_at(post.port, security=Security.STARTTLS)),
    ):
        pass


def test_a_login_with_letters_outside_ascii(tmp_path: Path, tls: ssl.SSLContext, certificate: Path) -> None:
    with Post(tls=tls, login=("support", "пароль")) as post:
        options = {"security": Security.STARTTLS, "ca_file": certificate, "user": "support"}
        with open_smtp(server_at(post.port, **options, password_file=secret(tmp_path, "пароль\n"))):
            pass
        wrong = secret(tmp_path, "wrong\n")
        with (
            pytest.raises(MailServerUnavailable, match="refuses the login of `support`: 535") as raised,
            open_smtp(server_at(post.port, **options, password_file=wrong)),
        ):
            pass
        assert "wrong" not in str(raised.value)


def test_a_server_that_wants_no_login_says_so(tmp_path: Path, post: Post) -> None:
    server = server_at(post.port, user="support", password_file=secret(tmp_path, "x\n"))
    with pytest.raises(MailServerUnavailable, match="no login that the desk knows"), open_smtp(server):
        pass


@contextmanager
def talking(*said: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says these lines whatever it hears, and then nothing; what it heard."""
    listening = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines:
            connection.sendall(said[0])
            for answer in said[1:]:
                heard.append(lines.readline())
                connection.sendall(answer)
            if said[-1]:
                lines.read()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], heard
    finally:
        listening.close()
        thread.join(10)


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_bearer_token(mechanism: str) -> None:
    said = (b"220 mail\r\n", b"250-mail\r\n250 AUTH " + mechanism.encode() + b"\r\n", b"235 yes\r\n", b"221 bye\r\n")
    with talking(*said) as (port, heard):
        server = server_at(port, user="a@x.example", auth=Auth.OAUTH2, token_command=("printf", "the-token"))
        with open_smtp(server):
            pass
    assert heard[1].startswith(f"AUTH {mechanism} ".encode())


def test_a_refused_token_is_heard_to_the_end() -> None:
    said = (b"220 mail\r\n", b"250-mail\r\n250 AUTH XOAUTH2\r\n", b"334 e30=\r\n", b"535 5.7.3 no\r\n", b"221 bye\r\n")
    with talking(*said) as (port, _):
        server = server_at(port, user="a@x.example", auth=Auth.OAUTH2, token_command=("printf", "the-token"))
        with pytest.raises(MailServerUnavailable, match="refuses the login") as raised, open_smtp(server):
            pass
    assert "token" in raised.value.remedy


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((b"HTTP/1.1 400 Bad Request\r\n", b""), "could not be reached|no SMTP"),
        ((b"554 go away\r\n", b""), "554 go away"),
        ((b"220 mail\r\n", b""), "broke off"),
    ],
)
def test_a_server_that_is_none(said: tuple[bytes, ...], sentence: str) -> None:
    with (
        talking(*said) as (port, _),
        pytest.raises(MailServerUnavailable, match=sentence),
        open_smtp(server_at(port)),
    ):
        pass


def test_a_server_that_is_silent_or_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
        with pytest.raises(MailServerUnavailable, match="does not answer"), open_smtp(server_at(port, timeout=0.2)):
            pass
    with (
        pytest.raises(MailServerUnavailable, match="could not be reached: Connection refused"),
        open_smtp(server_at(port)),
    ):
        pass


def test_a_server_that_speaks_no_tls_is_told_by_the_key_that_mends_it(post: Post) -> None:
    with pytest.raises(MailServerUnavailable) as raised, open_smtp(server_at(post.port, security=Security.TLS)):
        pass
    assert raised.value.what == f"the mail server 127.0.0.1:{post.port} does not speak TLS from the start"
    assert raised.value.remedy == 'write security = "starttls", or the port for TLS, in the configuration'


def test_certificates_that_cannot_be_read(post: Post, tmp_path: Path) -> None:
    server = server_at(post.port, security=Security.TLS, ca_file=tmp_path / "none.pem")
    with pytest.raises(BadInput, match=r"none\.pem cannot be read"), open_smtp(server):
        pass
