"""Gathers the console's texts for translation: `sdesk.pot` from the source, the catalogues brought up to it.

No dates and line numbers are written: a catalogue changes when a text does.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

Message = str | tuple[str, str]
"""A text, or singular and plural of one of a count."""

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "sdesk" / "tui" / "locale"
TEMPLATE = LOCALE / "sdesk.pot"

ROOMS = ("tui", "portal", "actions", "mail", "reports", "desk", "store", "domain")
"""Where texts are marked for the console."""
KEYWORDS = {
    "_": "text",
    "N_": "text",
    "phrase": "text",
    "count_of": "count",
    "phrases": "count",
    "in_context": "context",
    "NC_": "context",
}
"""What marks a text, and what its first arguments are."""

_SAYS_NOTHING = (
    *("Project-Id-Version", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
    *("Report-Msgid-Bugs-To", "Generated-By"),
)
"""Lines of a catalogue's head that say nothing, or something else at every run."""
_A_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def gather() -> Catalog:
    """Every marked text of the source, by file."""
    catalog = Catalog(project="sdesk", charset="utf-8")
    for room in ROOMS:
        for file in sorted((ROOT / "sdesk" / room).rglob("*.py")):
            place = (str(file.relative_to(ROOT)), 0)
            for message, context in _marked(file.read_text(encoding="utf-8")):
                _add(catalog, message, place, context)
    for file in sorted((ROOT / "sdesk" / "portal" / "templates").glob("*.html")):
        place = (str(file.relative_to(ROOT)), 0)
        for message in _marked_in_template(file.read_text(encoding="utf-8")):
            _add(catalog, message, place, None)
    return catalog


def _add(catalog: Catalog, message: Message, place: tuple[str, int], context: str | None) -> None:
    known = catalog.get(message, context)
    if known is None or place not in known.locations:
        catalog.add(message, locations=[place], context=context)


def _marked_in_template(source: str) -> Iterator[Message]:
    """The marked texts of a template of the portal, as they stand in it."""
    for _, function, found in extract_from_ast(Environment().parse(source), ("_", "count_of")):
        texts = [each for each in (found if isinstance(found, tuple) else (found,)) if each is not None]
        match KEYWORDS[function], texts:
            case "text", [text, *_]:
                yield text
            case "count", [one, many, *_]:
                yield (one, many)


def _marked(source: str) -> Iterator[tuple[Message, str | None]]:
    """The marked texts of a file, with their contexts, as they stand in it.

    By the syntax tree, not by tokens as Babel does: those know nothing of what stands within an f-string.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        kind = KEYWORDS.get(call.func.id) if isinstance(call.func, ast.Name) else None
        texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        match kind, texts:
            case "text", [text, *_]:
                yield text, None
            case "count", [one, many, *_]:
                yield (one, many), None
            case "context", [context, text, *_]:
                yield text, context


def catalogue_of(language: str) -> Catalog:
    """What is translated into a language so far."""
    file = _file_of(language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=language, charset="utf-8")


def brought_up(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with the texts of today; nothing is guessed, what nobody says is left out."""
    catalog = catalogue_of(language)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """As gettext reads it at run time; what is not translated is left out, and so said in English."""
    stream = io.BytesIO()
    write_mo(stream, _without_dates(catalog))
    return stream.getvalue()


def written(catalog: Catalog, *, template: bool = False) -> bytes:
    """As people read and translate it."""
    stream = io.BytesIO()
    catalog.fuzzy = False
    catalog.header_comment = (
        "# The texts of sdesk's console, gathered by `make messages`."
        if template
        else "# The console of sdesk in another language; `make messages` keeps it up to the source."
    )
    write_po(stream, catalog, width=118, ignore_obsolete=True, include_lineno=False, omit_header=False)
    lines = stream.getvalue().decode().splitlines(keepends=True)
    silent = tuple(f'"{name}:' for name in _SAYS_NOTHING)
    return "".join(line for line in lines if not line.startswith(silent)).encode()


def _without_dates(catalog: Catalog) -> Catalog:
    # A date of now would make another file of the same texts at every run.
    plain = Catalog(
        locale=catalog.locale,
        project="sdesk",
        charset="utf-8",
        creation_date=_A_DAY,
        revision_date=_A_DAY,
        fuzzy=False,
    )
    for message in catalog:
        if message.id and not message.fuzzy:
            plain.add(message.id, message.string, context=message.context)
    return plain


def _file_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "sdesk.po"


def main() -> None:
    """Write all of them anew."""
    template = gather()
    TEMPLATE.write_bytes(written(template, template=True))
    for folder in sorted(LOCALE.glob("*/LC_MESSAGES")):
        language = folder.parent.name
        catalog = brought_up(language, template)
        _file_of(language).write_bytes(written(catalog))
        catalog = catalogue_of(language)
        (folder / "sdesk.mo").write_bytes(compiled(catalog))
        missing = [message.id for message in catalog if message.id and not message.string]
        print(f"{language}: {len(catalog)} texts, {len(missing)} of them without a translation")


if __name__ == "__main__":
    main()
