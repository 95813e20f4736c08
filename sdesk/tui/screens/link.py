"""Before a link is followed: all of it, and the machine that it leads to."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from sdesk.tui.language import _
from sdesk.tui.screens.dialog import Confirm
from sdesk.tui.things import where_to


class FollowLink(Confirm):
    """Shows a link whole; `y` follows it, Enter and Esc do not."""

    def __init__(self, link: str, verb: str) -> None:
        super().__init__(_("{verb} this link?").format(verb=verb), verb)
        self._link = link

    def fields(self) -> ComposeResult:
        yield Static(self._link, markup=False, id="whole-link")
        host = where_to(self._link)
        yield Static(_("It leads to {host}").format(host=host), markup=False, classes="label")
        for warning in doubts(self._link):
            yield Static(f"! {warning}", markup=False, classes="warning")
        yield from super().fields()


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
