"""The console's stylesheet: parsed once, a screen's own rules when it first opens, all again only for other colours."""

from __future__ import annotations

from pathlib import Path, PurePath

from textual.css.stylesheet import Stylesheet

_SCREENS = Path(__file__).with_name("screens")


def rules_of(*names: str) -> list[str | PurePath]:
    """The sheets of a screen that is not there from the start, for its `CSS_PATH`: read when it first opens."""
    return [_SCREENS / f"{name}.tcss" for name in names]


class ParsedOnce(Stylesheet):
    """Textual's own parses all its rules twice at the start and anew for each dialog that opens (13 ms each, measured),
    though neither the rules nor the colours are others."""

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take the colours of a theme."""
        if variables != self._variables:
            super().set_variables(variables)
            self._require_parse = True

    def reparse(self) -> None:
        """Parse what is new: all of it with other colours, else the rules of a screen that is shown for the first time.

        Raises: StylesheetParseError, StylesheetError for rules that are wrong.
        """
        if self._require_parse:
            self.parse()
