"""Where mail is fetched and sent: the [mailboxes.NAME] and [smtp] tables of the configuration, as plain values.

They hold no secret: only the command that prints one, or the file that holds it (`mail/secrets` gets it).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from sdesk.config.section import Section, shown


class Kind(StrEnum):
    """What kind of mailbox."""

    IMAP = "imap"
    MAILDIR = "maildir"
    MBOX = "mbox"


class Security(StrEnum):
    """How a connection to a mail server is kept private."""

    TLS = "tls"
    """From the first byte (implicit TLS, RFC 8314)."""
    STARTTLS = "starttls"
    NONE = "none"
    """Plain text: only to the loopback interface, unless `allow_plain` says that the line is safe."""


class Auth(StrEnum):
    """How the desk logs in to a mail server."""

    PASSWORD = "password"
    OAUTH2 = "oauth2"
    """A bearer token (SASL XOAUTH2, or OAUTHBEARER of RFC 7628), printed by `token_command`."""


class After(StrEnum):
    """What is done in the mailbox with a message that the desk has taken."""

    SEEN = "seen"
    MOVE = "move"
    DELETE = "delete"


IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
MAX_SIZE = 50_000_000
"""Bytes of a message that are taken, where the configuration names no other limit: more than mail servers let pass."""
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server and how to log in to it."""

    section: str
    """Where it stands in the file (`mailboxes.support`, `smtp`), for errors."""
    host: str
    port: int
    security: Security = Security.TLS
    user: str = ""
    """Empty: no login (a relay that trusts this machine)."""
    auth: Auth = Auth.PASSWORD
    password_command: tuple[str, ...] = ()
    """Argument vector; the first line that it prints is the password."""
    password_file: Path | None = None
    """Its first line is the password; nobody else may be able to read it."""
    token_command: tuple[str, ...] = ()
    """Argument vector; the first line that it prints is the token."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust instead of the system's: for a house that signs its own."""
    timeout: float = 30.0
    """Seconds that the server, or the command, may be silent."""

    @property
    def sender(self) -> str:
        """The login where it is an address: from there a team writes that has none of its own. Else empty."""
        return self.user if "@" in self.user else ""


@dataclass(frozen=True, kw_only=True)
class DeskMailbox:
    """What all kinds of mailboxes have in common."""

    name: str
    addresses: tuple[str, ...] = ()
    """The desk's own addresses whose mail comes in here."""
    team: str = ""
    """Whose mail it is until a routing rule says otherwise; empty: nobody's."""
    service: str = ""
    """What a mail is about until somebody or a rule says otherwise."""
    after: After = After.SEEN
    move_to: str = ""
    """The folder of `after = "move:FOLDER"`."""
    auto_tickets: bool = False
    """Whether automatic mail of no known thread becomes a ticket: monitoring systems send such mail."""
    trusts_auth_from: tuple[str, ...] = ()
    """The authserv-ids whose Authentication-Results count (RFC 8601)."""
    max_size: int = MAX_SIZE
    """Bytes; of a larger message only the header is taken, and it stays where it is."""
    desk_addresses: tuple[str, ...] = ()
    """The addresses of all mailboxes of the configuration: mail from any of them is the desk's own."""


@dataclass(frozen=True, kw_only=True)
class ImapMailbox(DeskMailbox, Server):
    """A mailbox on an IMAP server."""

    folders: tuple[str, ...] = ("INBOX",)


@dataclass(frozen=True, kw_only=True)
class MaildirMailbox(DeskMailbox):
    """A Maildir on this machine."""

    path: Path
    folders: tuple[str, ...] = ()
    """Maildir++ folders to read instead of the Maildir itself, without the leading dot."""


@dataclass(frozen=True, kw_only=True)
class MboxMailbox(DeskMailbox):
    """An mbox file on this machine (RFC 4155)."""

    path: Path


AnyMailbox = ImapMailbox | MaildirMailbox | MboxMailbox


def mailboxes(section: Section) -> dict[str, AnyMailbox]:
    """All mailboxes by name, in the order of the file. Raises BadInput."""
    found = {name: _mailbox(name, section.section(name)) for name in section.values}
    own = desk_addresses(found.values())
    return {name: replace(box, desk_addresses=own) for name, box in found.items()}


def desk_addresses(boxes: Iterable[DeskMailbox]) -> tuple[str, ...]:
    """All addresses of mailboxes, each once."""
    return tuple(dict.fromkeys(address for box in boxes for address in box.addresses))


def smtp(section: Section) -> Server:
    """Where mail is sent. Raises BadInput."""
    with section:
        return Server(**_server(section, section.text("user"), SMTP_PORTS))


def _mailbox(name: str, section: Section) -> AnyMailbox:
    with section:
        section.required("kind", "imap")
        kind = section.choice("kind", Kind.IMAP)
        after, move_to = _after(section)
        common: dict[str, Any] = {
            "name": name,
            "addresses": _addresses(section),
            "team": section.text("team"),
            "service": section.text("service"),
            "after": after,
            "move_to": move_to,
            "auto_tickets": section.flag("auto_tickets", False),
            "trusts_auth_from": section.text_or_texts("trusts_auth_from"),
            "max_size": section.count("max_size", MAX_SIZE),
        }
        if kind is Kind.IMAP:
            server = _server(section, section.required("user", "support"), IMAP_PORTS)
            return ImapMailbox(**common, **server, folders=_folders(section) or ("INBOX",))
        path = section.path("path") or section.missing("path", 'add path = "/var/mail/support"')
        if kind is Kind.MBOX and after is not After.SEEN:
            section.fail(
                "after", f"{shown(section.text('after'))} does nothing: an mbox file is never changed", "leave it out"
            )
        if kind is Kind.MAILDIR:
            return MaildirMailbox(**common, path=path, folders=_folders(section))
        return MboxMailbox(**common, path=path)


def _addresses(section: Section) -> tuple[str, ...]:
    addresses = section.texts("addresses")
    for address in addresses:
        if address.count("@") != 1 or address.split() != [address]:
            section.fail("addresses", f"{shown(address)} is no mail address")
    return addresses


def _after(section: Section) -> tuple[After, str]:
    value = section.text("after", After.SEEN)
    action, _, folder = value.partition(":")
    if value in (After.SEEN, After.DELETE):
        return After(value), ""
    if action == After.MOVE and folder:
        return After.MOVE, folder
    return section.fail("after", f"must be seen, move:FOLDER or delete, not {shown(value)}")


def _folders(section: Section) -> tuple[str, ...]:
    one, several = section.text("folder"), section.texts("folders")
    if one and several:
        section.fail("folder", "stands beside folders", "keep one of the two")
    return (one,) if one else several


def _server(section: Section, user: str, ports: Mapping[Security, int]) -> dict[str, Any]:
    """The fields of a Server."""
    host = section.required("host", "mail.example.org")
    security = section.choice("security", Security.TLS)
    safe = section.flag("allow_plain", False) or _is_loopback(host)
    if security is Security.NONE and not safe:
        section.fail(
            "security",
            f"`none` would send login and mail to {host} as plain text",
            "use tls or starttls; where the line itself is safe, add allow_plain = true",
        )
    fields = {
        "section": section.name,
        "host": host,
        "port": section.port("port", ports[security]),
        "security": security,
        "user": user,
        "auth": section.choice("auth", Auth.PASSWORD),
        "password_command": section.command("password_command"),
        "password_file": section.path("password_file"),
        "token_command": section.command("token_command"),
        "ca_file": section.path("ca_file"),
        "timeout": section.seconds("timeout", 30.0),
    }
    _one_secret(section, fields)
    return fields


def _one_secret(section: Section, fields: Mapping[str, Any]) -> None:
    """Refuse a login that has no way to its secret, or two."""
    if "password" in section.values:
        section.fail("password", "no secret may stand in this file", "use password_command or password_file")
    if fields["password_command"] and fields["password_file"]:
        section.fail("password_file", "stands beside password_command", "keep one of the two")
    if not fields["user"]:
        return
    if fields["auth"] is Auth.OAUTH2 and not fields["token_command"]:
        section.missing("token_command", 'with auth = "oauth2" it must print the token')
    if fields["auth"] is Auth.PASSWORD and not (fields["password_command"] or fields["password_file"]):
        section.missing("password_command", 'add password_command = ["pass", "mail"], or password_file')


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
