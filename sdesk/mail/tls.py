"""TLS to a mail server: whom the desk trusts, and what it says where it does not."""

from __future__ import annotations

import ssl
from pathlib import Path

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.safe_text import one_line
from sdesk.domain.system_words import reason_of

_PLAIN_TEXT = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
}
"""What OpenSSL says of a server that answers without TLS."""


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates and host names are verified, by `ca_file` where there is one, else by the system's authorities.

    BadInput where the file cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise BadInput(
            f"the certificates in {ca_file} cannot be read: {one_line(reason_of(error))}",
            "mend ca_file in the configuration",
        ) from error


def untrusted(place: str, error: ssl.SSLCertVerificationError) -> MailServerUnavailable:
    """What to say of a server (`host:port`) whose certificate does not hold."""
    reason = one_line(error.verify_message).rstrip(".")
    return MailServerUnavailable(
        f"the mail server {place} shows a certificate that is not trusted: {reason}",
        "name the authority that signed it with ca_file, or the host as the certificate does",
    )


def without_tls(place: str, error: ssl.SSLError, *, security: str) -> MailServerUnavailable:
    """What to say of a server that speaks no TLS, or none that we know; `security` is what was configured."""
    if error.reason in _PLAIN_TEXT:
        remedy = 'write security = "starttls", or the port for TLS' if security == "tls" else "write another port"
        return MailServerUnavailable(
            f"the mail server {place} does not speak TLS from the start", f"{remedy}, in the configuration"
        )
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    return MailServerUnavailable(
        f"the mail server {place} could not be made to speak TLS: {reason}", "look at its port, security and ca_file"
    )
