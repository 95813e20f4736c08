"""Mail on an IMAP4rev1 server (RFC 3501), through IMAPClient, which is imported when a connection is made."""

from __future__ import annotations

import imaplib
import ipaddress
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.safe_text import one_line
from sdesk.mail.sources import sasl
from sdesk.mail.sources.base import HEAD_BYTES, Item, MarkRefused, Taken, batches

if TYPE_CHECKING:
    from imapclient import IMAPClient  # type: ignore[import-untyped]  # it has no types

TAKEN = "$SDesk"
"""Keyword of a message that was taken and stays in its folder."""
QUARANTINE = "$SDeskQuarantine"
"""Keyword of a message whose handling failed."""

_LISTED = 500
"""Messages whose sizes are asked for in one go."""


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


class ImapSource:
    r"""Folders of an IMAP account as a source of mail.

    What a fetch looks at: every message above the highest UID that the ledger knows for (folder, UIDVALIDITY),
    whatever its flags, so
    that somebody who reads the mailbox in a mail program takes nothing away from the desk; and, at or below it, what
    was taken but
    not marked, because a fetch was killed in between. The latter are, with `after = "seen"`, unread and without our
    keyword $SDesk
    (a person who marks a message unread again does not bring it back, since the keyword stays); with `move` and
    `delete` all
    that are still in the folder and not in quarantine. Both are asked for by one SEARCH, which a server answers from
    its index.
    A server that lets nobody make keywords offers only the former with `seen`; a mark lost to a crash stays lost
    there, which loses
    no mail. Messages that are \Deleted are left alone. When UIDVALIDITY changes, all are offered again, and the
    caller's ledger
    tells by their bytes which it has. Fetching uses BODY.PEEK[], so nothing is marked read before it is stored.
    """

    def __init__(self, settings: ImapSettings) -> None:
        kind, colon, target = settings.after.partition(":")
        if (kind, bool(colon), bool(target)) not in (
            ("seen", False, False),
            ("delete", False, False),
            ("move", True, True),
        ):
            raise BadInput(f"after = `{settings.after}` is none of seen, move:FOLDER, delete")
        if settings.security not in ("tls", "starttls", "none"):
            raise BadInput(f"security = `{settings.security}` is none of tls, starttls, none")
        if settings.auth not in ("password", "oauth2"):
            raise BadInput(f"auth = `{settings.auth}` is none of password, oauth2")
        if settings.security == "none" and not settings.allow_plain and not _is_here(settings.host):
            raise BadInput(
                f"security = `none` would send the password of `{settings.user}` in the clear to {settings.host}",
                "use tls or starttls, or set allow_plain = true",
            )
        self._settings = settings
        self._after, self._target = kind, target
        self._client: IMAPClient | None = None
        self._selected = ""
        self._folder: Mapping[bytes, Any] = {}
        self._target_made = False

    def __enter__(self) -> Self:
        from imapclient import IMAPClient, SocketTimeout

        settings = self._settings
        context = None
        if settings.security != "none":
            try:
                context = ssl.create_default_context(cafile=settings.ca_file)
            except OSError as error:
                raise BadInput(
                    f"the certificates in {settings.ca_file} cannot be read: {_said(error.strerror)}",
                    "mend ca_file in the configuration",
                ) from error
        with self._talking("reached"):
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
                with self._talking("made to speak TLS"):
                    client.starttls(context)
            secret = settings.secret()
            with self._talking("logged in to"):
                self._login(client, secret)
        except BaseException:  # also Ctrl+C: a connection that is not handed out must not stay open
            self._hang_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None and error is None:
            with suppress(imaplib.IMAP4.error, OSError):  # all is done: how the server says goodbye changes nothing
                self._client.logout()
        self._hang_up()

    def items(self, taken: Taken, *, flagged: bool = False) -> Iterator[Item]:
        """As `Source.items`, each folder by ascending UID. Holds UIDs, and sizes of 500 messages."""
        for folder in self._settings.folders:
            self._selected = ""  # open it anew: what the server said then is how far this listing goes
            client = self._select(folder)
            if self._folder.get(b"EXISTS") == 0:
                continue
            validity = self._uidvalidity()
            highest = taken.highest(folder, validity)
            criteria = self._criteria(highest, flagged=flagged)
            with self._talking("searched"):
                uids = sorted(client.search(criteria)) if criteria else []
            for start in range(0, len(uids), _LISTED):
                client = self._select(folder)
                with self._talking("asked for sizes"):
                    found = client.fetch(uids[start : start + _LISTED], ["RFC822.SIZE", "INTERNALDATE", "FLAGS"])
                for uid in uids[start : start + _LISTED]:
                    if uid in found:
                        yield _item(folder, validity, uid, found.pop(uid))

    def fetch(self, items: Sequence[Item]) -> Iterator[tuple[Item, bytes | None]]:
        """As `Source.fetch`."""
        return self._parts(items, "BODY.PEEK[]", b"BODY[]")

    def heads(self, items: Sequence[Item]) -> Iterator[tuple[Item, bytes | None]]:
        """As `Source.heads`: a header has no length of its own that could be trusted, so the first bytes it is."""
        return self._parts(items, f"BODY.PEEK[]<0.{HEAD_BYTES}>", b"BODY[]<0>")

    def _parts(self, items: Sequence[Item], wanted_part: str, key: bytes) -> Iterator[tuple[Item, bytes | None]]:
        for batch in batches(items):
            for (folder, validity), group in groupby(batch, key=lambda item: (item.folder, item.uidvalidity)):
                wanted = list(group)
                client = self._select(folder)
                found: dict[int, Any] = {}
                if self._uidvalidity() == validity:
                    with self._talking("read"):
                        found = client.fetch([int(item.uid) for item in wanted], [wanted_part])
                for item in wanted:
                    yield item, found.pop(int(item.uid), {}).get(key)

    def mark(self, items: Sequence[Item], *, quarantined: bool = False) -> None:
        """As `Source.mark`."""
        for (folder, validity), group in groupby(items, key=lambda item: (item.folder, item.uidvalidity)):
            uids = [int(item.uid) for item in group]
            client = self._select(folder)
            if self._uidvalidity() != validity:
                continue  # the folder was made anew: these messages are offered again under other UIDs
            with self._talking("told what was taken", MarkRefused):
                self._mark(client, uids, quarantined=quarantined)

    def _mark(self, client: IMAPClient, uids: list[int], *, quarantined: bool) -> None:
        keywords = self._has_keywords()
        if quarantined:
            if keywords:
                client.add_flags(uids, [QUARANTINE], silent=True)
        elif self._after == "seen":
            client.add_flags(uids, ["\\Seen", TAKEN] if keywords else ["\\Seen"], silent=True)
        elif self._after == "delete":
            self._delete(client, uids)
        else:
            if not self._target_made and not client.folder_exists(self._target):
                client.create_folder(self._target)
            self._target_made = True
            client.add_flags(uids, ["\\Seen"], silent=True)
            if client.has_capability("MOVE"):
                client.move(uids, self._target)
            else:
                client.copy(uids, self._target)
                self._delete(client, uids)

    def _delete(self, client: IMAPClient, uids: list[int]) -> None:
        client.delete_messages(uids, silent=True)
        # Without UIDPLUS (RFC 4315) an EXPUNGE would also remove what people have marked to be deleted: then it is
        # left to them.
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)

    def _criteria(self, highest: int, *, flagged: bool) -> list[Any]:
        """What SEARCH is asked; empty where there can be nothing."""
        after = self._folder.get(b"UIDNEXT")
        # Where the server tells no UIDNEXT, `n:*` finds the last message even if there is none from n on: it is only
        # marked again.
        new = ["UID", f"{highest + 1}:{after - 1 if after is not None else '*'}"]
        unmarked: list[str] = []
        if highest and (self._after != "seen" or self._has_keywords()):
            unmarked = ["UID", f"1:{highest}", "UNKEYWORD", QUARANTINE]
            if self._after == "seen":
                unmarked += ["UNSEEN", "UNKEYWORD", TAKEN]
        if after is not None and after <= highest + 1:
            wanted: list[Any] = [unmarked] if unmarked else []
        else:
            wanted = ["OR", new, unmarked] if unmarked else [new]
        return ["UNDELETED", *(["FLAGGED"] if flagged else []), *wanted] if wanted else []

    def _select(self, folder: str) -> IMAPClient:
        client = self._client
        if client is None:
            raise MailServerUnavailable(f"there is no connection to {self._settings.host}")
        if self._selected != folder:
            with self._talking(f"made to open `{folder}`"):
                self._folder = client.select_folder(folder)
            self._selected = folder
        return client

    def _uidvalidity(self) -> int:
        return int(self._folder.get(b"UIDVALIDITY", 0))

    def _has_keywords(self) -> bool:
        flags = self._folder.get(b"PERMANENTFLAGS")
        return flags is None or b"\\*" in flags or {TAKEN.encode(), QUARANTINE.encode()} <= set(flags)

    def _login(self, client: IMAPClient, secret: str) -> None:
        user = self._settings.user
        if self._settings.auth == "password":
            client.login(user, secret)
        elif client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
            client.sasl_login("OAUTHBEARER", sasl.oauthbearer(user, secret))
        else:
            client.sasl_login("XOAUTH2", sasl.xoauth2(user, secret))

    def _hang_up(self) -> None:
        client, self._client, self._selected = self._client, None, ""
        if client is not None:
            with suppress(imaplib.IMAP4.error, OSError):  # the line may be dead already
                client.shutdown()

    @contextmanager
    def _talking(self, done: str, refusal: type[MailServerUnavailable] = MailServerUnavailable) -> Iterator[None]:
        """Turn whatever a connection can raise into one sentence; `done` completes "The server could not be ...".

        `refusal` is what is raised where the server answered NO or BAD, and so is still there (RFC 3501 7.1).
        """
        place = f"{self._settings.host}:{self._settings.port or (993 if self._settings.security == 'tls' else 143)}"
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise MailServerUnavailable(
                f"the mail server {place} shows a certificate that is not trusted: {_said(error.verify_message)}",
                "name the authority that signed it with ca_file, or the host as the certificate does",
            ) from error
        except TimeoutError as error:
            raise MailServerUnavailable(f"the mail server {place} does not answer") from error
        except OSError as error:
            raise MailServerUnavailable(
                f"the mail server {place} could not be {done}: {_said(error.strerror or error)}"
            ) from error
        except imaplib.IMAP4.abort as error:
            raise MailServerUnavailable(f"the mail server {place} broke off: {_said(error)}") from error
        except imaplib.IMAP4.error as error:
            refused = done == "logged in to"
            raise refusal(
                f"the mail server {place} refuses the login of `{self._settings.user}`: {_said(error)}"
                if refused
                else f"the mail server {place} could not be {done}: {_said(error)}",
                f"check user and {'password' if self._settings.auth == 'password' else 'token'} in the configuration"
                if refused
                else "",
            ) from error
        except (
            ValueError,
            EOFError,
            AssertionError,
        ) as error:  # what imaplib and IMAPClient make of an answer that is no IMAP
            raise MailServerUnavailable(f"the mail server {place} answers what is no IMAP: {_said(error)}") from error


def _item(folder: str, validity: int, uid: int, found: Mapping[bytes, Any]) -> Item:
    arrived = found.get(b"INTERNALDATE")
    return Item(
        folder,
        validity,
        str(uid),
        int(found.get(b"RFC822.SIZE", 0)),
        arrived.astimezone(UTC) if isinstance(arrived, datetime) and arrived.tzinfo else None,
        b"\\Flagged" in found.get(b"FLAGS", ()),
    )


def _is_here(host: str) -> bool:
    """Whether a host name can only mean this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def _said(error: object) -> str:
    """What a server or the system says, as one short line without Python's marks."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    if text.startswith("b'") and text.endswith("'"):
        text = text[2:-1]
    return one_line(text).rstrip(".")[:200]
