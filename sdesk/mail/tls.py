"""TLS to a mail server: whom the desk trusts, and what it says where it does not."""

from __future__ import annotations

import ssl
from pathlib import Path

from sdesk.domain.errors import BadInput, MailServerUnavailable
from sdesk.domain.safe_text import one_line


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates and host names are verified, by `ca_file` where there is one, else by the system's authorities.

    BadInput where the file cannot be used.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise BadInput(
            f"the certificates in {ca_file} cannot be read: {one_line(str(error.strerror)).rstrip('.')}",
            "mend ca_file in the configuration",
        ) from error


def untrusted(place: str, error: ssl.SSLCertVerificationError) -> MailServerUnavailable:
    """What to say of a server (`host:port`) whose certificate does not hold."""
    reason = one_line(error.verify_message).rstrip(".")
    return MailServerUnavailable(
        f"the mail server {place} shows a certificate that is not trusted: {reason}",
        "name the authority that signed it with ca_file, or the host as the certificate does",
    )
