"""The languages of the console: which one is spoken, that no text is missing in one, and that each has its places."""

from __future__ import annotations

import gettext
import string
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from scripts import messages
from sdesk.domain.errors import BadInput
from sdesk.domain.filters import Sort
from sdesk.domain.phrase import phrase, phrases
from sdesk.domain.ticket import Channel, Impact, LinkKind, Role, Status, Urgency, WaitingFor
from sdesk.tui import language
from sdesk.tui.language import _, count_of, in_context, language_of, speak, told, told_error
from sdesk.tui.render.signals import clock_text, day_text, due_text
from sdesk.tui.render.words import length_text, word

OTHERS = [each for each in language.LANGUAGES if each != "en"]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.fixture(scope="module")
def source() -> Catalog:
    return messages.gather()


def said(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def texts(value: object) -> list[str]:
    """One text, or all forms of a count."""
    return (
        [value] if isinstance(value, str) else [str(part) for part in value] if isinstance(value, list | tuple) else []
    )


def names(text: str) -> set[str]:
    """The placeholders of a text."""
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


# ---- which language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "env", "expected"),
    [
        ("", {}, "en"),
        ("ru", {"LANG": "en_GB.UTF-8"}, "ru"),
        ("en", {"LANG": "ru_RU.UTF-8"}, "en"),
        ("", {"LANG": "ru_RU.UTF-8"}, "ru"),
        ("", {"LANG": "ru"}, "ru"),
        ("", {"LC_MESSAGES": "ru_RU", "LANG": "en_US"}, "ru"),
        ("", {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "ru_RU", "LANG": "ru_RU"}, "en"),
        ("", {"LANGUAGE": "ru:en", "LC_ALL": "en_US.UTF-8"}, "ru"),
        ("", {"LANGUAGE": "", "LANG": "ru_RU.UTF-8"}, "ru"),
        ("", {"LANG": "fr_FR.UTF-8"}, "en"),
        ("", {"LANG": "POSIX"}, "en"),
    ],
)
def test_the_language_is_what_was_chosen_or_what_the_environment_says(
    chosen: str, env: dict[str, str], expected: str
) -> None:
    assert language_of(chosen, env) == expected


def test_what_is_said_follows_the_language_in_use() -> None:
    error = BadInput(phrase("there is no ticket {ref}", ref="SD-9"), phrase("see `sdesk list`"))
    assert (_("Cancel"), told_error(error)) == ("Cancel", str(error))
    speak("ru")
    assert (_("Cancel"), in_context("view", "Mine")) == ("Отмена", "Мои")
    assert [count_of("{count} ticket", "{count} tickets", count) for count in (1, 2, 5, 11, 21)] == [
        "1 заявка",
        "2 заявки",
        "5 заявок",
        "11 заявок",
        "21 заявка",
    ]
    assert told_error(error) == "заявки SD-9 нет. см. `sdesk list`"
    assert told(phrases(", and {count} ticket with it", ", and {count} tickets with it", 44)) == ", и с ней 44 заявки"
    assert told("what a person wrote") == "what a person wrote"
    assert _("a text that no catalogue has") == "a text that no catalogue has"
    assert length_text(11_400) == "3ч10м"
    speak("en")
    assert _("Cancel") == "Cancel"
    assert in_context("view", "Mine") == "Mine"


@pytest.mark.parametrize("other", OTHERS)
def test_every_word_of_the_desk_has_one_of_its_own(other: str) -> None:
    speak(other)
    words: list[type[StrEnum]] = [Status, WaitingFor, Impact, Urgency, Channel, LinkKind, Role, Sort]
    left = [value.value for kind in words for value in kind if word(value) == value.value.replace("_", " ")]
    assert left == []


# ---- the catalogues ---------------------------------------------------------------------------------


def test_the_template_has_the_texts_of_the_source(source: Catalog) -> None:
    assert len(said(source)) > 500
    assert messages.TEMPLATE.read_bytes() == messages.written(source, template=True), "run: make messages"


@pytest.mark.parametrize("other", OTHERS)
def test_no_text_is_missing_or_guessed(other: str, source: Catalog) -> None:
    catalog = messages.catalogue_of(other)
    # The head of a catalogue is the one message without an id.
    known = {(message.context, message.id): message for message in said(catalog)}
    wanted = {(message.context, message.id) for message in said(source)}
    assert sorted(map(str, wanted - set(known))) == [], "run: make messages, and translate"
    assert sorted(map(str, set(known) - wanted)) == [], "run: make messages"
    assert [message.id for message in known.values() if message.fuzzy] == []
    assert [message.id for message in known.values() if not all(texts(message.string))] == []


@pytest.mark.parametrize("other", OTHERS)
def test_every_translation_has_the_places_of_the_text(other: str) -> None:
    catalog = messages.catalogue_of(other)
    wrong = []
    for message in said(catalog):
        wanted = set().union(*(names(text) for text in texts(message.id)))
        wrong += [(message.id, text) for text in texts(message.string) if names(text) != wanted]
        if isinstance(message.id, tuple | list) and len(texts(message.string)) != catalog.num_plurals:
            wrong.append((message.id, "plural forms"))
    assert wrong == []


@pytest.mark.parametrize("other", OTHERS)
def test_edges_of_a_text_are_those_of_its_translation(other: str) -> None:
    """Blanks at an edge part it from what stands beside it; a sentence that ends with a stop does so everywhere."""
    catalog = messages.catalogue_of(other)
    wrong = []
    for message in said(catalog):
        for original, text in zip(texts(message.id), texts(message.string), strict=False):
            blanks = (text[:1].isspace(), text[-1:].isspace()) == (original[:1].isspace(), original[-1:].isspace())
            if not blanks or (" " in original and original.endswith(".") != text.endswith(".")):
                wrong.append((message.id, text))
    assert wrong == []


@pytest.mark.parametrize("other", OTHERS)
def test_the_compiled_catalogue_is_that_of_the_text(other: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.mo"
    fresh.write_bytes(messages.compiled(messages.catalogue_of(other)))
    with fresh.open("rb") as new, (language.LOCALE / other / "LC_MESSAGES" / "sdesk.mo").open("rb") as old:
        assert _all_of(gettext.GNUTranslations(old)) == _all_of(gettext.GNUTranslations(new)), "run: make messages"


def _all_of(catalogue: gettext.GNUTranslations) -> dict[object, str]:
    kept = dict(vars(catalogue)["_catalog"])
    kept.pop("", None)
    return kept


def test_russian_has_a_form_for_one_for_a_few_and_for_many() -> None:
    catalog = messages.catalogue_of("ru")
    assert catalog.num_plurals == 3
    few = [message for message in said(catalog) if isinstance(message.id, tuple | list)]
    assert few
    speak("ru")
    assert len({count_of("{count} ticket", "{count} tickets", count).split()[1] for count in (1, 2, 5)}) == 3


# ---- what must fit ----------------------------------------------------------------------------------


def test_words_of_columns_fit_their_columns_in_every_language() -> None:
    from datetime import UTC, datetime

    from sdesk.domain.ticket import SlaState
    from sdesk.tui.render.columns import columns_of

    for each in language.LANGUAGES:
        speak(each)
        for width in (80, 100, 120):
            for column in columns_of(width, money=True, ref_width=7):
                assert len(column.title) <= column.width, (each, width, column)
        assert all(len(word(status)) <= 8 for status in Status), each
        assert len(_("gone")) <= 8
        assert due_text(-130_000, SlaState.BREACHED)
        assert len(due_text(-13_000, SlaState.BREACHED)) <= 7
        assert len(day_text(datetime(2026, 9, 24, tzinfo=UTC))) <= 10
        now = datetime(2026, 9, 24, 10, tzinfo=UTC)
        assert clock_text(now.replace(day=23), now).endswith("10:00")


def test_the_first_hint_is_three_lines_at_80_cells_in_every_language() -> None:
    from sdesk.tui.widgets.hint import LINES

    for each in language.LANGUAGES:
        speak(each)
        assert all(len(_(line)) <= 78 for line in LINES), each


def test_marked_texts_are_found_wherever_they_stand() -> None:
    lines = [
        """f"{_('within')} {N_('another')}" """,
        'count_of("one", "many", 3)',
        'in_context("here", "text")',
        "phrase(name)",
    ]
    assert list(messages._marked("\n".join(lines))) == [
        ("within", None),
        ("another", None),
        (("one", "many"), None),
        ("text", "here"),
    ]


def test_names_before_a_field_or_a_fact_leave_a_blank_in_every_language() -> None:
    import ast

    from sdesk import tui

    names_of_fields = set()
    for file in Path(tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            call = node.args[0] if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FIELDS else None
            if isinstance(call, ast.Call) and isinstance(call.args[0], ast.Constant):
                names_of_fields.add(str(call.args[0].value))
    assert len(names_of_fields) > 10
    for each in language.LANGUAGES:
        speak(each)
        assert {name: _(name) for name in names_of_fields | FACTS if len(_(name)) > 11} == {}, each


FIELDS = {"Field", "Lookup"}
FACTS = {
    *("First reply", "Next reply", "Resolution", "Status", "Assignee", "Service", "Priority", "Requester", "Opened"),
    *("Also theirs", "Also here", "Tags", "Linked", "Promises", "Loss", "Spoke last", "Unit", "Phone"),
    *("Address", "Manager", "Time spent", "Visit", "Files"),
}
"""What `render/facts` writes into its column of labels."""
