"""Public keys of OpenSSH: what logs in, and what never may."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.errors import BadInput
from sdesk.domain.ssh_keys import LONGEST, PublicKey, parse_key

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIOjKhQKIV43sXW6jM3teEpG1ypbvxQnOmv/MVfIEihgI"
ECDSA = (
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOW/8VTCuB1FIq0K+OGIAw92S7EoNDLCmpC8apyJ4Xw5UWt/fnfo3EAJ5+mznBH"
    "WTIq2yC//RE2LRc2u50cp1rc="
)
SHORT_RSA = (
    "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDZCahwj2UBaHwtwSuNLPw9ObfnGhCgUyIEDxVZ9xMqeBVAOn6T7X0dtX/23OFa1ox+B5gk0vCD2mPGVcHks+xH"
    "vvYJOsT3fMpg38Te/Rc1zFNxCGJ0rAk6cMgS6soOr8KEXq+Yga0FxamDiUqrZwMUdRtBfRT/dvtfUg/RqLtiww=="
)


def blob(*parts: bytes) -> str:
    """A key of its parts, as the wire has it."""
    return base64.b64encode(b"".join(len(part).to_bytes(4) + part for part in parts)).decode()


def rsa(bits: int) -> str:
    return blob(b"ssh-rsa", b"\x01\x00\x01", b"\x00" + (1 << (bits - 1) | 1).to_bytes(bits // 8))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"ssh-ed25519 {ED25519} anna@laptop", PublicKey("ssh-ed25519", ED25519, "anna@laptop")),
        (f"  ssh-ed25519   {ED25519}  Анна, дома ", PublicKey("ssh-ed25519", ED25519, "Анна, дома")),
        (f"ecdsa-sha2-nistp256 {ECDSA}", PublicKey("ecdsa-sha2-nistp256", ECDSA, "")),
        (f"ssh-rsa {rsa(2048)}", PublicKey("ssh-rsa", rsa(2048), "")),
        (
            f"sk-ssh-ed25519@openssh.com {(token := blob(b'sk-ssh-ed25519@openssh.com', b'k' * 32, b'ssh:'))}",
            PublicKey("sk-ssh-ed25519@openssh.com", token, ""),
        ),
    ],
)
def test_a_key_is_what_the_line_says(text: str, key: PublicKey) -> None:
    assert parse_key(text) == key
    assert key.written == f"{key.kind} {key.blob}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no kind of key ``"),
        ("anna", "there is no kind of key `anna`"),
        ("ssh-ed25519", "cut short"),
        (f"ssh-ed2551 {ED25519}", "there is no kind of key `ssh-ed2551`. did you mean `ssh-ed25519`"),
        ("ssh-dss AAAAB3NzaC1kc3M= x", "too weak"),
        (f"ssh-rsa {SHORT_RSA} r", "an RSA key of 1024 bits is too weak"),
        (f"ssh-rsa {rsa(2040)}", "too weak"),
        (f'command="/bin/sh" ssh-ed25519 {ED25519}', "options stand before the key"),
        (f"no-pty,from=* ssh-ed25519 {ED25519}", "options stand before the key"),
        (f"ssh-ed25519 {ED25519}\nssh-ed25519 {ED25519}", "one line"),
        (f"ssh-ed25519 {ED25519}\r", "one line"),
        (f"ssh-ed25519 {ED25519} \x1b[31m", "one line"),
        (f"ssh-ed25519 {ED25519} {'x' * LONGEST}", "one line"),
        (f"ssh-ed25519 {ED25519[:-4]}", "none of the kind"),
        (f"ssh-ed25519 {ED25519[:-1]}", "no Base64"),
        (f"ssh-ed25519 {ED25519}!", "no Base64"),
        (f"ssh-ed25519 {ED25519[:-1]}J", "none of the kind|cut short|"),
        (f"ssh-ed25519 {ECDSA}", "none of the kind `ssh-ed25519`"),
        (f"ssh-rsa {ED25519}", "none of the kind `ssh-rsa`"),
        (f"ssh-ed25519 {blob(b'ssh-ed25519', b'k' * 31)}", "none of the kind"),
        (f"ssh-ed25519 {blob(b'ssh-ed25519', b'k' * 32, b'more')}", "none of the kind"),
        (f"ecdsa-sha2-nistp384 {blob(b'ecdsa-sha2-nistp384', b'nistp256', b'k' * 97)}", "none of the kind"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA", "a certificate"),
        ("-----BEGIN OPENSSH PRIVATE KEY----- AAAA", "a private key"),
    ],
)
def test_what_is_no_key_or_too_weak_is_refused(text: str, why: str) -> None:
    if text == f"ssh-ed25519 {ED25519[:-1]}J":
        assert parse_key(text).blob != ED25519  # another key: every letter counts
        return
    with pytest.raises(BadInput, match=why.replace("*", r"\*")):
        parse_key(text)


def test_the_same_key_is_not_written_in_two_ways() -> None:
    # The last letters of this one have bits that mean nothing: another letter there would be the same bytes.
    with pytest.raises(BadInput, match="cut short"):
        parse_key(f"ecdsa-sha2-nistp256 {ECDSA[:-2]}d=")


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: f"ssh-ed25519 {base64.b64encode(raw).decode()}"))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    try:
        key = parse_key(text)
    except BadInput:
        return
    assert parse_key(key.written).written == key.written
