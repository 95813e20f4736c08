"""A line to the server that takes the desk's mail (RFC 5321, RFC 6409): secured, logged in, with time-outs."""

from __future__ import annotations

import base64
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sdesk.config.wire import Auth, Security, Server
from sdesk.domain.errors import MailServerUnavailable
from sdesk.domain.safe_text import one_line
from sdesk.mail import sasl, secrets
from sdesk.mail.tls import trusting, untrusted, without_tls

_CHALLENGES = 4
"""A login that is not over after so many questions is none."""

_BROKEN = (ValueError, EOFError, UnicodeError)
"""What smtplib makes of an answer that is no SMTP."""


@contextmanager
def open_smtp(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection to `server` that is ready for mail, closed at the end.

    TLS is verified; STARTTLS that fails is an error, never a fall back to plain text. Without `user` there is no login
    (a relay that trusts this machine). What the server offers stands in `esmtp_features`.
    Raises MailServerUnavailable, one sentence, for whatever a connection can go wrong by; BadInput where the
    configuration must be mended.
    """
    client = _connected(server)
    try:
        if server.security is Security.STARTTLS:
            with talking(server, "made to speak TLS"):
                client.ehlo_or_helo_if_needed()
                client.starttls(context=_context(server))
        if server.user:
            secret = secrets.token_of(server) if server.auth is Auth.OAUTH2 else secrets.password_of(server)
            with talking(server, "logged in to"):
                client.ehlo_or_helo_if_needed()
                _login(client, server, secret)
        with talking(server, "greeted"):
            client.ehlo_or_helo_if_needed()
        yield client
    finally:
        # All is done, or the line is dead: how the server says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError, *_BROKEN):
            client.quit()
        client.close()


@contextmanager
def talking(server: Server, done: str) -> Iterator[None]:
    """Turn whatever a connection can raise into one sentence; `done` completes "The server could not be ..."."""
    place = f"{server.host}:{server.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise untrusted(place, error) from error
    except ssl.SSLError as error:
        raise without_tls(place, error, security=server.security) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailServerUnavailable(
            f"the mail server {place} refuses the login of `{server.user}`: {reply_of(error)}",
            f"check user and {'token' if server.auth is Auth.OAUTH2 else 'password'} in the configuration",
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        starttls = server.security is Security.STARTTLS and done == "made to speak TLS"
        raise MailServerUnavailable(
            f"the mail server {place} offers no {'STARTTLS' if starttls else 'login that the desk knows'}",
            "use security = tls, or another port" if starttls else "leave user out where it wants no login",
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailServerUnavailable(f"the mail server {place} could not be {done}: {reply_of(error)}") from error
    except TimeoutError as error:
        raise MailServerUnavailable(f"the mail server {place} does not answer") from error
    except smtplib.SMTPServerDisconnected as error:
        # smtplib says it of a time-out too.
        silent = isinstance(error.__context__, TimeoutError)
        raise MailServerUnavailable(
            f"the mail server {place} does not answer" if silent else f"the mail server {place} broke off"
        ) from error
    except OSError as error:  # smtplib's own errors are some too
        reason = said(error.strerror or error)
        raise MailServerUnavailable(f"the mail server {place} could not be {done}: {reason}") from error
    except _BROKEN as error:
        raise MailServerUnavailable(f"the mail server {place} answers what is no SMTP: {said(error)}") from error


def reply_of(error: smtplib.SMTPResponseException) -> str:
    """What the server answered, as one short line: `550 no such user`."""
    return answer(error.smtp_code, error.smtp_error)


def answer(code: int, text: bytes | str) -> str:
    """A reply of the server, as one short line."""
    return f"{code} {said(text)}".strip()


def said(error: object) -> str:
    """What a server or the system says, as one short line."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    return one_line(text).rstrip(".")[:300]


def _connected(server: Server) -> smtplib.SMTP:
    context = _context(server)
    with talking(server, "reached"):
        if server.security is Security.TLS:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout)


def _context(server: Server) -> ssl.SSLContext | None:
    return None if server.security is Security.NONE else trusting(server.ca_file)


def _login(client: smtplib.SMTP, server: Server, secret: str) -> None:
    """Log in by the best way that the server offers. Not by smtplib's own, which knows secrets of ASCII alone."""
    offered = client.esmtp_features.get("auth", "").upper().split()
    user = server.user
    ways: dict[str, sasl.Mechanism]
    if server.auth is Auth.OAUTH2:
        ways = {"XOAUTH2": sasl.xoauth2(user, secret), "OAUTHBEARER": sasl.oauthbearer(user, secret)}
    else:
        ways = {"PLAIN": _plain(user, secret), "LOGIN": _login_mechanism(user, secret)}
    for name, mechanism in ways.items():
        if name in offered:
            return _say(client, name, mechanism)
    raise smtplib.SMTPNotSupportedError("no login that the desk knows")


def _say(client: smtplib.SMTP, name: str, mechanism: sasl.Mechanism) -> None:
    """The exchange of a SASL mechanism (RFC 4954)."""
    first = mechanism(b"")
    code, text = client.docmd("AUTH", f"{name} {_base64(first)}" if first else name)
    for _ in range(_CHALLENGES):
        if code != 334:
            break
        # "=" would be an empty first response; later ones are empty lines.
        code, text = client.docmd(_base64(mechanism(base64.b64decode(text) or b"?")))
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, text)


def _plain(user: str, password: str) -> sasl.Mechanism:
    """PLAIN (RFC 4616), in UTF-8."""
    first = f"\0{user}\0{password}".encode()
    return lambda challenge: b"" if challenge else first


def _login_mechanism(user: str, password: str) -> sasl.Mechanism:
    """LOGIN, which no RFC describes and old servers know alone: two questions, two answers."""
    answers = iter((user.encode(), password.encode()))
    return lambda challenge: next(answers, b"") if challenge else b""


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
