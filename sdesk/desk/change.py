"""What a use case says it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One ticket after a use case."""

    number: int
    ref: str
    sentence: str
    """For the person who did it: `SD-12 assigned to anna`."""
    changed: bool = True
    """False where it stood so already."""
    warning: str = ""
    """What is no error, and should be known."""
    drafts: bool = False
    """Whether words came back as a draft."""
    files: bool = False
    """Whether they had files, which do not come back with them."""
