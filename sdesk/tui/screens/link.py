"""Before a link is followed: all of it, and the machine that it leads to."""

from __future__ import annotations

from sdesk.tui.language import _
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.things import where_to


class FollowLink(Confirm):
    """Shows a link whole; `y` follows it, Enter and Esc do not."""

    def __init__(self, link: str, verb: str) -> None:
        lines = [link, _("It leads to {host}").format(host=where_to(link)), *(f"! {doubt}" for doubt in doubts(link))]
        super().__init__(_("{verb} this link?").format(verb=verb), verb, lines)


def doubts(link: str) -> list[str]:
    """What whoever follows it should know."""
    host, found = where_to(link), []
    if "xn--" in host:
        found.append(_("its name has letters that only look like others"))
    if "@" in link.split("/")[2]:
        found.append(_("what stands before the @ is not where it leads"))
    if host.replace(".", "").isdigit() or ":" in host:
        found.append(_("it names a machine by number"))
    return found
