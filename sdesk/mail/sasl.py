"""Bearer tokens in SASL: what a client says by XOAUTH2 (of Google and Microsoft) and by OAUTHBEARER (RFC 7628).

A mechanism is called with each challenge of the server; the first is empty. A second one tells why the token is refused
and waits for a word before the server says NO.
"""

from __future__ import annotations

from collections.abc import Callable

Mechanism = Callable[[bytes], bytes]
"""From a challenge to the client's answer, both without Base64."""


def xoauth2(user: str, token: str) -> Mechanism:
    """The mechanism XOAUTH2; a refusal is answered with nothing."""
    first = f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    return lambda challenge: b"" if challenge else first


def oauthbearer(user: str, token: str) -> Mechanism:
    """The mechanism OAUTHBEARER; a refusal is answered with one ^A (RFC 7628, 3.2.3)."""
    # An authorization identity has no bare comma or equals sign (saslname, RFC 5801).
    identity = user.replace("=", "=3D").replace(",", "=2C")
    first = f"n,a={identity},\x01auth=Bearer {token}\x01\x01".encode()
    return lambda challenge: b"\x01" if challenge else first
