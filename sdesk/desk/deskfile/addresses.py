"""Addresses of a desk file, of mail and of the portal: whether they can be one at all."""

from __future__ import annotations

import re

_WEB_ADDRESS = re.compile(r"https?://[a-z0-9.:\[\]-]+(/[\w./~-]*)?", re.IGNORECASE)


def require_web_address(text: str) -> None:
    """BadInput for what is no address of a web page (RFC 3986) to which a path can be added."""
    from sdesk.domain.errors import BadInput

    if not _WEB_ADDRESS.fullmatch(text):
        raise BadInput(f"`{text}` is no address of a web page", 'write it as in url = "https://desk.example.org"')


def require_mailbox(text: str) -> None:
    """BadInput for what is no mail address."""
    # It stands beside what writes to the store: only who names somebody loads that.
    from sdesk.domain.mailboxes import parse_mailbox

    parse_mailbox(text)


def require_mailbox_pattern(text: str) -> None:
    """The same where `*` stands for any letters, as in `*@shops.example.org`."""
    require_mailbox(text.replace("*", "x"))
