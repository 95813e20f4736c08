"""Mail addresses of a desk file: whether they can be one at all."""

from __future__ import annotations


def require_mailbox(text: str) -> None:
    """BadInput for what is no mail address."""
    # It stands beside what writes to the store: only who names somebody loads that.
    from sdesk.domain.mailboxes import parse_mailbox

    parse_mailbox(text)


def require_mailbox_pattern(text: str) -> None:
    """The same where `*` stands for any letters, as in `*@shops.example.org`."""
    require_mailbox(text.replace("*", "x"))
