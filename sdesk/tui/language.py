"""The console's language: every text that a person reads goes through here, in English or as the catalogue has it.

`_` marks and says a text, `count_of` one of a count, `told` what a lower room said (see `domain/phrase`), `N_` only
marks what is said later, as a label of the registry. Catalogues are gettext's: `locale/LANGUAGE/LC_MESSAGES/sdesk.mo`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sdesk.domain.errors import SdeskError
from sdesk.domain.phrase import Phrase

if TYPE_CHECKING:
    import gettext

LANGUAGES = ("en", "ru")
"""What the console speaks; the first is what its texts are written in."""

LOCALE = Path(__file__).parent / "locale"
"""Where the catalogues are."""


class _Spoken:
    """The catalogue in use: one for the process, since a terminal shows one console."""

    language = LANGUAGES[0]
    catalogue: gettext.NullTranslations | None = None
    """None: the texts stand as they were written, and nobody waits for gettext to be loaded."""


def speak(language: str) -> None:
    """Say everything in this language from now on; it is one of `LANGUAGES`."""
    _Spoken.language, _Spoken.catalogue = language, None
    if language != LANGUAGES[0]:
        import gettext

        _Spoken.catalogue = gettext.translation("sdesk", localedir=LOCALE, languages=[language])


def spoken() -> str:
    """The language in use."""
    return _Spoken.language


def language_of(chosen: str, env: Mapping[str, str]) -> str:
    """The console's language: as chosen, else as LANGUAGE, LC_ALL, LC_MESSAGES or LANG say (POSIX, in gettext's order).

    What it does not speak is said in English.
    """
    for named in (chosen, *(env.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if named:
            code = named.partition(":")[0].partition(".")[0].partition("_")[0].lower()
            return code if code in LANGUAGES else LANGUAGES[0]
    return LANGUAGES[0]


def _(text: str) -> str:
    """A text in the language in use."""
    # Of the empty text a catalogue gives its own head (gettext's convention).
    return _Spoken.catalogue.gettext(text) if text and _Spoken.catalogue else text


def N_(text: str) -> str:
    """A text that is said later: marked for the catalogue, given as it is."""
    return text


def NC_(context: str, text: str) -> str:
    """A text that is said later by `in_context`."""
    return text


def in_context(context: str, text: str) -> str:
    """A text that another language says otherwise here: `in_context("view", "Mine")`, which is a command too."""
    return _Spoken.catalogue.pgettext(context, text) if _Spoken.catalogue else text


def count_of(one: str, many: str, count: int) -> str:
    """One of a count, with `{count}` filled in: `count_of("{count} ticket", "{count} tickets", 3)`."""
    return _of_count(one, many, count).format(count=count)


def _of_count(one: str, many: str, count: int) -> str:
    if _Spoken.catalogue:
        return _Spoken.catalogue.ngettext(one, many, count)
    return one if count == 1 else many


def told(text: str) -> str:
    """What a lower room said: a phrase in the language in use, any other text as it is."""
    return text.said(_, _of_count) if isinstance(text, Phrase) else text


def told_error(error: SdeskError | None) -> str:
    """What went wrong and what to do, in the language in use; nothing of none."""
    if error is None:
        return ""
    what, remedy = told(error.what), told(error.remedy)
    return f"{what}. {remedy}" if remedy else what
