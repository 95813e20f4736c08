"""What it means when TLS cannot be spoken with a mail server, in a sentence for whoever wrote the configuration."""

from __future__ import annotations

import ssl

_PLAIN_TEXT = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
}
"""What OpenSSL says of a server that answers without TLS."""


def without_tls(place: str, error: ssl.SSLError, *, security: str) -> tuple[str, str]:
    """What is wrong with the server at `place` (`HOST:PORT`), and what to do. `security` is what was configured."""
    if error.reason in _PLAIN_TEXT:
        remedy = 'write security = "starttls", or the port for TLS' if security == "tls" else "write another port"
        return f"the mail server {place} does not speak TLS from the start", f"{remedy}, in the configuration"
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    return f"the mail server {place} could not be made to speak TLS: {reason}", "look at its port, security and ca_file"
