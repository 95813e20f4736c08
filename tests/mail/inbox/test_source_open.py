"""From a mailbox of the configuration to a source that is connected, and the logins that no Dovecot of ours offers."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from servers import Dovecot
from source_contract import message

from sdesk import config
from sdesk.config.wire import Auth, ImapMailbox, Security
from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.mail import sasl
from sdesk.mail.inbox.sources.base import NothingTaken
from sdesk.mail.inbox.sources.open import open_source

REFUSAL = b'{"status":"401","schemes":"bearer"}'


@dataclass
class Imap:
    """A server of one login: what it offers, whether it lets in, and what the client answered to each challenge."""

    offers: str
    lets_in: bool = True
    port: int = 0
    mechanism: str = ""
    answers: list[bytes] = field(default_factory=list)

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:

            def say(text: str) -> None:
                connection.sendall(text.encode() + b"\r\n")

            def challenge(given: bytes) -> None:
                say(f"+ {base64.b64encode(given).decode()}")
                self.answers.append(base64.b64decode(lines.readline().strip(), validate=True))

            say(f"* OK [CAPABILITY IMAP4rev1 {self.offers}] ready")
            for line in lines:
                tag, command, *words = line.decode().split()
                if command == "CAPABILITY":
                    say(f"* CAPABILITY IMAP4rev1 {self.offers}")
                elif command == "AUTHENTICATE":
                    (self.mechanism,) = words
                    challenge(b"")
                    if not self.lets_in:
                        challenge(REFUSAL)
                        say(f"{tag} NO [AUTHENTICATIONFAILED] the token has expired")
                        continue
                elif command == "LOGOUT":
                    say("* BYE")
                say(f"{tag} OK done")


@contextmanager
def serving(offers: str, *, lets_in: bool = True) -> Iterator[Imap]:
    """Such a server on the loopback interface."""
    server = Imap(offers, lets_in)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        thread = threading.Thread(target=lambda: server.talk(listening.accept()[0]), daemon=True)
        thread.start()
        yield server
        thread.join(10)
        assert not thread.is_alive()


def mailbox(port: int, user: str = "till@acme.example") -> ImapMailbox:
    """A mailbox whose token is printed by a command."""
    return ImapMailbox(
        name="support",
        section="mailboxes.support",
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        user=user,
        auth=Auth.OAUTH2,
        token_command=("printf", "%s", "ya29.token"),
        timeout=5.0,
    )


@pytest.mark.parametrize(
    ("offers", "mechanism", "said"),
    [
        ("AUTH=XOAUTH2", "XOAUTH2", b"user=till@acme.example\x01auth=Bearer ya29.token\x01\x01"),
        ("AUTH=OAUTHBEARER AUTH=XOAUTH2", "XOAUTH2", b"user=till@acme.example\x01auth=Bearer ya29.token\x01\x01"),
        ("AUTH=PLAIN AUTH=OAUTHBEARER", "OAUTHBEARER", b"n,a=till@acme.example,\x01auth=Bearer ya29.token\x01\x01"),
        ("AUTH=PLAIN", "XOAUTH2", b"user=till@acme.example\x01auth=Bearer ya29.token\x01\x01"),
    ],
)
def test_a_token_is_sent_by_the_mechanism_that_the_server_offers(offers: str, mechanism: str, said: bytes) -> None:
    with serving(offers) as server, open_source(mailbox(server.port)):
        pass
    assert (server.mechanism, server.answers) == (mechanism, [said])


@pytest.mark.parametrize(("offers", "last"), [("AUTH=XOAUTH2", b""), ("AUTH=OAUTHBEARER", b"\x01")])
def test_a_refused_token_is_one_sentence_and_is_sent_once(offers: str, last: bytes) -> None:
    with serving(offers, lets_in=False) as server:
        with pytest.raises(
            MailServerUnavailable, match=r"refuses the login of `till@acme.example`: .*expired"
        ) as caught:
            open_source(mailbox(server.port)).__enter__()
        assert caught.value.remedy == "check user and token in the configuration"
        assert "ya29" not in str(caught.value)
    assert [b"ya29.token" in answer for answer in server.answers] == [True, False]
    assert server.answers[1] == last


@pytest.mark.parametrize(
    ("mechanism", "said"),
    [
        (sasl.xoauth2, "user=Касса,1=2\x01auth=Bearer t\x01\x01"),
        (sasl.oauthbearer, "n,a=Касса=2C1=3D2,\x01auth=Bearer t\x01\x01"),
    ],
)
def test_a_user_s_name_is_written_as_the_mechanism_wants_it(
    mechanism: Callable[[str, str], sasl.Mechanism], said: str
) -> None:
    assert mechanism("Касса,1=2", "t")(b"").decode() == said


def configured(folder: Path, dovecot: Dovecot, user: str, ca_file: str) -> ImapMailbox:
    """The mailbox of a configuration file that reaches the Dovecot by TLS."""
    file = folder / "config.toml"
    file.write_text(
        f'[mailboxes.support]\nkind = "imap"\nhost = "127.0.0.1"\nport = {dovecot.tls_port}\nuser = "{user}"\n'
        f'password_command = ["printf", "%s", "{dovecot.password}"]\n{ca_file}',
        encoding="utf-8",
    )
    found = config.load(file, {}).mailboxes["support"]
    assert isinstance(found, ImapMailbox)
    return found


@pytest.mark.server
def test_the_certificates_of_the_configuration_are_trusted(tmp_path: Path, dovecot: Dovecot) -> None:
    user = dovecot.new_user([message(1)])
    with pytest.raises(MailServerUnavailable, match="a certificate that is not trusted") as caught:
        open_source(configured(tmp_path, dovecot, user, "")).__enter__()
    assert "ca_file" in caught.value.remedy
    trusting = configured(tmp_path, dovecot, user, f'ca_file = "{dovecot.ca_file}"\n')
    with open_source(trusting) as source:
        assert len(list(source.items(NothingTaken()))) == 1


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_certificates_that_are_none_are_a_fault_of_the_configuration(tmp_path: Path, content: bytes | None) -> None:
    ca_file = tmp_path / "house.pem"
    if content is not None:
        ca_file.write_bytes(content)
    box = ImapMailbox(
        name="support", section="mailboxes.support", host="127.0.0.1", port=9, user="anna", ca_file=ca_file
    )
    with pytest.raises(BadInput, match=r"cannot be read: .") as caught:
        open_source(box).__enter__()
    assert caught.value.remedy == "mend ca_file in the configuration"
    assert str(caught.value).isprintable()
