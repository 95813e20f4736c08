"""Templates: which one holds for a mail, and its text with the values put in.

A team's own come before the desk's, those before the program's (files in `mail/templates/LANGUAGE/NAME.txt`); the
language is the mail's, else the desk's, else English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import TemplateError, UndefinedError

from sdesk.desk.outbox.facts import Wording
from sdesk.desk.outbox.template_language import Fault, check, environment
from sdesk.domain.errors import BadInput
from sdesk.domain.outgoing import TEMPLATE_LANGUAGES, MailKind
from sdesk.mail.outbox.words import local

MOST = 200_000
"""Characters that a template may make: more is no mail."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template, and where it comes from."""

    name: MailKind
    language: str
    origin: str
    """`team KEY`, `desk`, or `program`."""
    subject: str
    body: str


class _NoInstant(TemplateError):
    """`local` was given something else."""


def choose(kind: MailKind, language: str, desk_language: str, team: str, wordings: Sequence[Wording]) -> Chosen:
    """The template that holds for a mail of `kind`, in the first language that has one."""
    for wanted in dict.fromkeys((language, desk_language, "en")):
        for key, origin in ((team, f"team {team}"), ("", "desk")):
            for each in wordings:
                if (each.name, each.language, each.team) == (kind.value, wanted, key):
                    return Chosen(kind, wanted, origin, each.subject, each.body)
        if wanted in TEMPLATE_LANGUAGES:
            return shipped(kind, wanted)
    return shipped(kind, "en")


@cache
def shipped(kind: MailKind, language: str) -> Chosen:
    """The program's own template: a line `Subject: ...`, an empty line, the text."""
    text = files("sdesk.mail").joinpath("templates", language, f"{kind.value}.txt").read_text(encoding="utf-8")
    head, _, body = text.partition("\n\n")
    return Chosen(kind, language, "program", head.removeprefix("Subject:").strip(), body)


def all_shipped() -> list[Chosen]:
    """All of the program's own templates."""
    folder = files("sdesk.mail").joinpath("templates")
    return [
        shipped(kind, language)
        for language in TEMPLATE_LANGUAGES
        for kind in MailKind
        if folder.joinpath(language, f"{kind.value}.txt").is_file()
    ]


def fill(chosen: Chosen, values: Mapping[str, Any], zone: ZoneInfo) -> tuple[str, str]:
    """Subject and text with the values put in. BadInput, with the template's name, where that cannot be done."""

    def in_words(instant: object) -> str:
        if not isinstance(instant, datetime):
            raise _NoInstant
        return local(instant, zone, chosen.language)

    made = environment(in_words)
    try:
        subject, body = (made.from_string(text).render(values) for text in (chosen.subject, chosen.body))
    except (TemplateError, TypeError, ValueError, RecursionError) as error:
        raise _unusable(chosen, _first_fault(chosen) or _in_words(error)) from error
    if len(subject) + len(body) > MOST:
        raise _unusable(chosen, Fault(0, f"it makes more than {MOST} characters"))
    return subject, body


def _first_fault(chosen: Chosen) -> Fault | None:
    """What a look at the template finds: an older program may have let it pass."""
    return check(chosen.name, chosen.subject) or check(chosen.name, chosen.body)


def _in_words(error: Exception) -> Fault:
    """What shows itself only with the values of a ticket."""
    if isinstance(error, _NoInstant):
        return Fault(0, "`local` is for an instant that there is", "ask `{% if ... %}` first")
    if isinstance(error, UndefinedError):
        return Fault(0, "it names a value that there is none of", "ask `{% if ... %}` first")
    return Fault(0, "a filter cannot take the value that it is given")


def _unusable(chosen: Chosen, fault: Fault) -> BadInput:
    where = f"line {fault.line}: " if fault.line else ""
    what = (
        f"the template {chosen.name} in `{chosen.language}` of the {chosen.origin} cannot be used: {where}{fault.what}"
    )
    key = "" if chosen.origin == "desk" else f"teams.{chosen.origin.removeprefix('team ')}."
    mend = f"mend [{key}templates.{chosen.name}.{chosen.language}] in the desk file"
    if fault.remedy:
        mend = f"{fault.remedy}{'' if fault.remedy.endswith('?') else ';'} {mend}"
    return BadInput(what, mend)
