"""A way: an address of the portal, and who goes along it how."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.responses import Response

from sdesk.domain.errors import SdeskError
from sdesk.portal.visit import Visit


class Way(NamedTuple):
    """One method of one address."""

    method: str
    path: str
    """With names in braces, as Starlette has them."""
    page: Callable[[Visit], Response]
    """Runs in a thread; SdeskErrors that it raises become a page."""
    signed_in: bool = False
    """Whether somebody must be signed in."""
    files: bool = False
    """Whether its form may have files."""
    again: Callable[[Visit, SdeskError], Response] | None = None
    """The page of a form that was sent, with what was typed and why it was not worked; None where there is no such."""
    of_links: bool = False
    """Whether it is about links by which one signs in: those are asked for, and tried, so often and no more."""
