"""What a person may choose about the console; the configuration file fills it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sdesk.domain.errors import BadInput
from sdesk.domain.nearest import did_you_mean
from sdesk.tui.language import LANGUAGES, language_of, speak

THEMES = ("dark", "light", "contrast", "ansi")
"""Names of the colour themes; `sdesk.tui.themes` makes them."""


class ConsoleSettings(NamedTuple):
    """Choices with a sound default each."""

    theme: str = "dark"
    mouse: bool = True
    """Whether the console takes the mouse; without it the terminal's own selection works undisturbed."""
    language: str = ""
    """One of `language.LANGUAGES`; empty: as the environment says."""
    ascii: bool = False
    """Whether lines, dots and arrows are drawn in ASCII alone."""
    hint: bool = False
    """Whether who has never opened a ticket is told the first three things to know."""
    mailboxes: tuple[str, ...] | None = None
    """Those that are fetched now: one that was taken out of the configuration is not missed. None: nobody said."""
    keys: Mapping[str, str] = MappingProxyType({})
    """From a command's id to other keys for it, with commas between."""


def begin_to_speak(settings: ConsoleSettings) -> None:
    """Speak the language that was chosen; BadInput for a theme or language that there is not."""
    if settings.theme not in THEMES:
        raise BadInput(
            f"there is no theme `{settings.theme}`",
            did_you_mean(settings.theme, THEMES, f"it is one of {', '.join(THEMES)}"),
        )
    if settings.language and settings.language not in LANGUAGES:
        raise BadInput(
            f"the console does not speak `{settings.language}`",
            did_you_mean(settings.language, LANGUAGES, f"it is one of {', '.join(LANGUAGES)}"),
        )
    speak(language_of(settings.language, os.environ))
