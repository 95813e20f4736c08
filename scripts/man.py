"""Writes the manual pages anew, into docs/man."""

from __future__ import annotations

from pathlib import Path

from sdesk import __version__
from sdesk.cli.manual import pages

RELEASED = "2026-11-27"
"""Of the newest release; before the first, when these pages came to be."""
FOLDER = Path(__file__).parent.parent / "docs" / "man"


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages(__version__, RELEASED).items():
        (FOLDER / name).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
