"""Desk files to begin with, one a language: commented, and right as they are."""

from __future__ import annotations

from importlib.resources import files

LANGUAGES = ("en", "ru")
PLAYBOOKS = ("joiner", "leaver", "shop-opening")
"""Playbooks to begin with, each in these languages."""


def starting_file(language: str, *, login: str, zone: str) -> str:
    """The text of one, for the person of a login, in a time zone."""
    text = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return text.replace("@login@", login).replace("@zone@", zone)


def playbook_example(name: str, language: str) -> str:
    """The text of a playbook to begin with: a section of a desk file, whose teams are to be put in."""
    return files(__name__).joinpath(f"{name}.{language}.toml").read_text(encoding="utf-8")
