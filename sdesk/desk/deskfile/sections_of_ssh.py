"""The key of the desk file by which agents log in over SSH: `keys` of `[agents.LOGIN]`."""

from __future__ import annotations

from sdesk.desk.deskfile.kinds import Key, Several, Text
from sdesk.domain.ssh_keys import KINDS, require_key

_KINDS = "|".join(KINDS).replace(".", r"\.")

EXAMPLE = '["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOjKhQKIV43sXW6jM3teEpG1ypbvxQnOmv/MVfIEihgI anna@laptop"]'

KEYS = Key(
    "keys",
    Several(
        Text(
            "a public key of OpenSSH",
            require_key,
            more=(("pattern", rf"^ *({_KINDS}) +[A-Za-z0-9+/]+=*( .*)?$"),),
        ),
        "public keys of OpenSSH",
        EXAMPLE,
    ),
    "By which the agent logs in where the desk is served over SSH (`sdesk ssh setup`): each as its .pub file has it, "
    "without options. No key is two agents'.",
    EXAMPLE,
    [],
)
