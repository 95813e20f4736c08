"""Public keys of OpenSSH, as the desk file has them: one line of kind, Base64 and a comment (RFC 4253, 5656, 8709).

What is checked is the key itself, not only its form: whoever logs in by it acts as the agent, so that a line with
options before the key, a weak key, or two ways to write the same one are mistakes.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean

LEAST_RSA_BITS = 2048
LONGEST = 8192
"""Letters of a line: four times what a key of 8192 bits takes."""

_CURVES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
"""Bytes of a point that is not compressed."""
KINDS = (
    "ssh-ed25519",
    *(f"ecdsa-sha2-{curve}" for curve in _CURVES),
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
"""Kinds of keys that log in; those that begin with `sk-` lie in a token that is touched."""
_WEAK = {"ssh-dss": "DSA", "ssh-rsa1": "RSA of SSH 1"}
_EXAMPLE = "write it as `ssh-keygen -y` prints it: ssh-ed25519 AAAA... anna@laptop"


class PublicKey(NamedTuple):
    """A key that may log in."""

    kind: str
    blob: str
    """The key itself, in Base64."""
    comment: str

    @property
    def written(self) -> str:
        """As `authorized_keys` has it, without the comment: that is what makes two keys the same one."""
        return f"{self.kind} {self.blob}"


def parse_key(text: str) -> PublicKey:
    """A line of a `.pub` file. BadInput for what is no public key, has options, or is too weak."""
    if "PRIVATE KEY" in text:
        raise BadInput(
            "that is a private key, which its owner alone may have", "make a new pair, and write its .pub file here"
        )
    if len(text) > LONGEST or not text.isprintable():
        raise BadInput("a public key is one line of printable letters", _EXAMPLE)
    words = text.split()
    kind, blob = (*words[:2], "", "")[:2]
    if kind in _WEAK:
        raise BadInput(f"a key of the kind `{kind}` ({_WEAK[kind]}) is too weak", "make one by ssh-keygen -t ed25519")
    if kind not in KINDS:
        raise _no_kind(kind, words)
    try:
        content = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("the key is no Base64", _EXAMPLE) from error
    if not content or base64.b64encode(content).decode() != blob:
        raise BadInput("the key is cut short", "copy the whole line of the .pub file")
    _require_whole(kind, content)
    return PublicKey(kind, blob, " ".join(words[2:]))


def require_key(text: str) -> None:
    """BadInput for what is no public key that may log in."""
    parse_key(text)


def _no_kind(kind: str, words: list[str]) -> BadInput:
    if any(word in KINDS for word in words[1:]):
        return BadInput("options stand before the key", "write the key alone: what it may do, the program says")
    if kind.endswith("-cert-v01@openssh.com"):
        return BadInput("that is a certificate", "write the public key itself")
    return BadInput(f"there is no kind of key `{kind[:40]}`", did_you_mean(kind, KINDS, _EXAMPLE))


def _require_whole(kind: str, content: bytes) -> None:
    """BadInput where the parts are not those of a key of the kind."""
    parts = _parts(content)
    if parts is None or not parts or parts[0] != kind.encode():
        raise BadInput(f"the key is none of the kind `{kind}`", "copy the whole line of the .pub file")
    sound = False
    if kind == "ssh-rsa" and len(parts) == 3:
        bits = int.from_bytes(parts[2]).bit_length()
        if bits < LEAST_RSA_BITS:
            raise BadInput(
                f"an RSA key of {bits} bits is too weak", f"it needs {LEAST_RSA_BITS}; or take ssh-keygen -t ed25519"
            )
        sound = int.from_bytes(parts[1]) > 2
    elif kind.startswith("ecdsa-") and len(parts) == 3:
        curve = kind.rpartition("-")[2]
        sound = parts[1] == curve.encode() and len(parts[2]) == _CURVES[curve] and parts[2][:1] == b"\x04"
    elif kind == "ssh-ed25519":
        sound = len(parts) == 2 and len(parts[1]) == 32
    elif kind.startswith("sk-ssh-"):
        sound = len(parts) == 3 and len(parts[1]) == 32 and bool(parts[2])
    elif kind.startswith("sk-ecdsa-") and len(parts) == 4:
        sound = parts[1] == b"nistp256" and len(parts[2]) == _CURVES["nistp256"] and bool(parts[3])
    if not sound:
        raise BadInput(f"the key is none of the kind `{kind}`", "copy the whole line of the .pub file")


def _parts(content: bytes) -> list[bytes] | None:
    """What stands in it, each part behind its length (RFC 4251, 5); None where the lengths do not come out even."""
    found = []
    while content:
        length = int.from_bytes(content[:4])
        if len(content) < 4 + length:
            return None
        found.append(content[4 : 4 + length])
        content = content[4 + length :]
    return found
