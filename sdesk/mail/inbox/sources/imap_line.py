"""A line to an IMAP4rev1 server (RFC 3501): connect, secure, log in, open folders; every fault is one sentence.

IMAPClient is imported when a connection is made.
"""

from __future__ import annotations

import imaplib
import ipaddress
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.safe_text import one_line
from sdesk.mail import sasl
from sdesk.mail.tls import trusting, untrusted, without_tls

if TYPE_CHECKING:
    from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types

_PIECE = 64 * 1024
"""Bytes of a literal that are read in one go where it is larger than it may be."""


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """How to reach one mailbox, and what becomes of a message that was taken."""

    host: str
    user: str
    secret: Callable[[], str]
    """Gives the password, or the OAuth 2 token. Called when it is needed, each time anew."""
    port: int = 0
    """0: 993 with TLS from the start, else 143."""
    security: str = "tls"
    """`tls`, `starttls` (its failure is an error, never a plain login), or `none`."""
    auth: str = "password"
    """`password`, or `oauth2`: a token, by XOAUTH2 unless the server offers OAUTHBEARER (RFC 7628) alone."""
    folders: tuple[str, ...] = ("INBOX",)
    after: str = "seen"
    """`seen`, `move:FOLDER` or `delete`."""
    allow_plain: bool = False
    """Let security = none reach beyond this machine."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's."""
    connect_seconds: float = 15.0
    read_seconds: float = 60.0
    largest: int = 64 * 1024 * 1024
    """Bytes of one message that are kept in memory at most, whatever size the server names."""

    @property
    def place(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port or (993 if self.security == 'tls' else 143)}"


class ServerRefused(MailServerUnavailable):
    """The server can be reached, and answers NO or BAD."""


class ServerSilent(MailServerUnavailable):
    """The server does not answer in time."""


class ImapLine:
    """A connection, logged in. Used as a context manager, or by `open` and `close`."""

    def __init__(self, settings: ImapSettings) -> None:
        if settings.security not in ("tls", "starttls", "none"):
            raise BadInput(f"security = `{settings.security}` is none of tls, starttls, none")
        if settings.auth not in ("password", "oauth2"):
            raise BadInput(f"auth = `{settings.auth}` is none of password, oauth2")
        if settings.security == "none" and not settings.allow_plain and not _is_here(settings.host):
            raise BadInput(
                f"security = `none` would send the password of `{settings.user}` in the clear to {settings.host}",
                "use tls or starttls, or set allow_plain = true",
            )
        self.settings = settings
        self.folder: Mapping[bytes, Any] = {}
        """What the server said when the folder was opened."""
        self.cut: list[int] = []
        """The sizes of literals that were larger than `largest`, and were not kept."""
        self._client: IMAPClient | None = None
        self._selected = ""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        self.close(politely=error is None)

    def open(self) -> None:
        """Connect and log in. Raises MailServerUnavailable, and BadInput where the configuration must be mended."""
        from imapclient import IMAPClient, SocketTimeout

        settings = self.settings
        context = None if settings.security == "none" else trusting(settings.ca_file)
        with self.talking("reached"):
            client = IMAPClient(
                settings.host,
                port=settings.port or (993 if settings.security == "tls" else 143),
                ssl=settings.security == "tls",
                ssl_context=context,
                timeout=SocketTimeout(settings.connect_seconds, settings.read_seconds),
            )
        client.normalise_times = False
        self._client = client
        try:
            if settings.security == "starttls":
                with self.talking("made to speak TLS"):
                    client.starttls(context)
            secret = settings.secret()
            with self.talking("logged in to"):
                self._login(client, secret)
            self._bound_literals(client)
        except BaseException:  # also Ctrl+C: a connection that is not handed out must not stay open
            self._hang_up()
            raise

    def close(self, *, politely: bool) -> None:
        """Log out where all is well, and hang up."""
        if self._client is not None and politely:
            with suppress(imaplib.IMAP4.error, OSError):  # all is done: how the server says goodbye changes nothing
                self._client.logout()
        self._hang_up()

    def reopen(self) -> None:
        """Another connection in place of a broken one."""
        self._hang_up()
        self.open()

    @property
    def client(self) -> IMAPClient:
        """The connection. MailServerUnavailable where there is none."""
        if self._client is None:
            raise MailServerUnavailable(f"there is no connection to {self.settings.host}")
        return self._client

    def select(self, folder: str, *, anew: bool = False, readonly: bool = False) -> IMAPClient:
        """Open a folder unless it is open already; `anew` asks the server again for what it says of it."""
        client = self.client
        if self._selected != folder or anew:
            self._selected = ""
            with self.talking(f"made to open `{folder}`"):
                self.folder = client.select_folder(folder, readonly=readonly)
            self._selected = folder
        return client

    @property
    def uidvalidity(self) -> int:
        """Of the folder that is open (RFC 3501 2.3.1.1); 0 where the server has none."""
        return int(self.folder.get(b"UIDVALIDITY", 0))

    def can_set(self, *keywords: str) -> bool:
        """Whether the folder that is open keeps these keywords (RFC 3501 7.1, PERMANENTFLAGS)."""
        flags = self.folder.get(b"PERMANENTFLAGS")
        return flags is None or b"\\*" in flags or {word.encode() for word in keywords} <= set(flags)

    @contextmanager
    def talking(self, done: str) -> Iterator[None]:
        """Turn whatever a connection can raise into one sentence; `done` completes "The server could not be ...".

        ServerRefused where the server answered NO or BAD, and so is still there (RFC 3501 7.1), ServerSilent where
        it did not answer; MailServerUnavailable for the rest, after which the connection is of no use.
        """
        place = self.settings.place
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise untrusted(place, error) from error
        except ssl.SSLError as error:
            raise without_tls(place, error, security=self.settings.security) from error
        except TimeoutError as error:
            raise ServerSilent(f"the mail server {place} does not answer") from error
        except OSError as error:
            raise MailServerUnavailable(
                f"the mail server {place} could not be {done}: {said(error.strerror or error)}"
            ) from error
        except imaplib.IMAP4.abort as error:
            raise MailServerUnavailable(f"the mail server {place} broke off: {said(error)}") from error
        except imaplib.IMAP4.error as error:
            if done != "logged in to":
                raise ServerRefused(f"the mail server {place} could not be {done}: {said(error)}") from error
            secret = "password" if self.settings.auth == "password" else "token"
            raise ServerRefused(
                f"the mail server {place} refuses the login of `{self.settings.user}`: {said(error)}",
                f"check user and {secret} in the configuration",
            ) from error
        except (ValueError, EOFError, AssertionError, LookupError, TypeError) as error:
            # What imaplib and IMAPClient make of an answer that is no IMAP.
            raise MailServerUnavailable(f"the mail server {place} answers what is no IMAP: {said(error)}") from error

    def _login(self, client: IMAPClient, secret: str) -> None:
        user = self.settings.user
        if self.settings.auth == "password":
            client.login(user, secret)
        elif client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
            client.sasl_login("OAUTHBEARER", sasl.oauthbearer(user, secret))
        else:
            client.sasl_login("XOAUTH2", sasl.xoauth2(user, secret))

    def _bound_literals(self, client: IMAPClient) -> None:
        """Read past a literal that is larger than it may be, and write its size down: the size that a server names in
        a listing is a claim, and imaplib would take whatever comes into memory. IMAPClient then misses the literal,
        which is a `ServerRefused`; the line stays of use."""
        file = client._imap.file  # there is no other way in between

        def read(size: int) -> bytes:
            if size <= self.settings.largest:
                return bytes(file.read(size))
            self.cut.append(size)
            left = size
            while left > 0:
                piece = file.read(min(left, _PIECE))
                if not piece:
                    raise EOFError("the line ended within a message")
                left -= len(piece)
            return b""

        client._imap.read = read

    def _hang_up(self) -> None:
        client, self._client, self._selected = self._client, None, ""
        if client is not None:
            with suppress(imaplib.IMAP4.error, OSError):  # the line may be dead already
                client.shutdown()


def _is_here(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def said(error: object) -> str:
    """What a server or the system says, as one short line without Python's marks."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    if text.startswith("b'") and text.endswith("'"):
        text = text[2:-1]
    return one_line(text).rstrip(".")[:200]
