"""The form of a service: what an answer must be, and how it is said which field is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdesk.domain.catalogue import (
    LONGEST_LINE,
    LONGEST_TEXT,
    MOST_FIELDS,
    FieldKind,
    FormField,
    FormValue,
    Lookups,
    anchored,
    checked,
    field_of,
    fields_of,
    filled,
    help_text,
    in_language,
    label,
)
from sdesk.domain.errors import BadInput
from sdesk.domain.safe_text import neutralise

MODEL = FormField("model", FieldKind.TEXT, {"en": "Model", "ru": "Модель"}, {"en": "As on the back."}, required=True)
CODE = FormField("code", FieldKind.TEXT, {"en": "Error code"}, {}, pattern=r"[A-Z]\d{3}")
STORY = FormField("story", FieldKind.TEXT, {"en": "What happened"}, {}, multiline=True)
KIND = FormField("kind", FieldKind.CHOICE, {"en": "Kind"}, {}, choices=("Till", "Печать"))
LOOKUPS = Lookups(
    unit={"flagship": "flagship", "Flagship": "flagship"}.get,
    person={"irina": "irina@shop.example"}.get,
    equipment={"4711": "INV-4711"}.get,
    day={"tomorrow": date(2026, 11, 24)}.get,
)


def _field(kind: FieldKind, *, required: bool = False) -> FormField:
    return FormField("it", kind, {"en": "It"}, {}, required=required)


@pytest.mark.parametrize(
    ("field", "value", "canonical"),
    [
        (MODEL, "  Atol \t 55F ", "Atol 55F"),
        (MODEL, "Atol\x1b[2J", "Atol␛[2J"),
        (CODE, "e123", "e123"),
        (STORY, "one\r\ntwo\n", "one\ntwo"),
        (KIND, "till", "Till"),
        (KIND, "ПЕЧАТЬ", "Печать"),
        (_field(FieldKind.NUMBER), "12", "12"),
        (_field(FieldKind.NUMBER), "+012,50", "12.50"),
        (_field(FieldKind.NUMBER), "0,125", "0.125"),
        (_field(FieldKind.NUMBER), "-0", "0"),
        (_field(FieldKind.NUMBER), "−3", "-3"),
        (_field(FieldKind.NUMBER), "1 234 567", "1234567"),
        (_field(FieldKind.NUMBER), "1 234,5", "1234.5"),
        (_field(FieldKind.DATE), "2026-11-01", "2026-11-01"),
        (_field(FieldKind.DATE), "1.11.2026", "2026-11-01"),
        (_field(FieldKind.DATE), "tomorrow", "2026-11-24"),
        (_field(FieldKind.PERSON), "Maria <maria@X.example>", "maria@x.example"),
        (_field(FieldKind.PERSON), "irina", "irina@shop.example"),
        (_field(FieldKind.UNIT), "Flagship", "flagship"),
        (_field(FieldKind.EQUIPMENT), "4711", "INV-4711"),
        (_field(FieldKind.FILE), "../../etc/passwd", "passwd"),
        (_field(FieldKind.NUMBER), " ", ""),
    ],
)
def test_an_answer_has_one_form(field: FormField, value: str, canonical: str) -> None:
    assert checked(field, value, LOOKUPS) == canonical


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (MODEL, " ", "Model is missing"),
        (MODEL, "x" * (LONGEST_LINE + 1), "Model: 1001 characters are too many"),
        (STORY, "x" * (LONGEST_TEXT + 1), "What happened: 10001 characters are too many"),
        (CODE, "E1234", "Error code: `E1234` is not as it must be. it must match `[A-Z]\\d{3}`"),
        (CODE, "E123\nE12", "Error code: `E123 E12` is not"),
        (KIND, "Tll", "Kind: there is no `Tll`. did you mean `Till`?"),
        (_field(FieldKind.NUMBER), "a dozen", "It: `a dozen` is no number"),
        (_field(FieldKind.NUMBER), "1e5", "It: `1e5` is no number"),
        (_field(FieldKind.NUMBER), "١٢", "It: `١٢` is no number"),
        (_field(FieldKind.NUMBER), "9" * 16, "is no number"),
        (_field(FieldKind.NUMBER), "1,200", "It: `1,200` has two meanings"),
        (_field(FieldKind.DATE), "2026-02-30", "It: `2026-02-30` is no date"),
        (_field(FieldKind.DATE), "31.2.2026", "It: `31.2.2026` is no date"),
        (_field(FieldKind.DATE), "20261101", "It: `20261101` is no date"),
        (_field(FieldKind.PERSON), "nobody", "It: `nobody` is no mail address"),
        (_field(FieldKind.UNIT), "nowhere", "It: there is no unit `nowhere`"),
        (_field(FieldKind.EQUIPMENT), "1", "It: there is no equipment `1`"),
    ],
)
def test_what_is_no_answer_is_said_with_the_field(field: FormField, value: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked(field, value, LOOKUPS)
    assert said in str(caught.value)
    assert caught.value.about == f"field.{field.key}"


def test_the_field_is_named_in_the_language_asked_for() -> None:
    with pytest.raises(BadInput, match="Модель is missing"):
        checked(MODEL, "", LOOKUPS, "ru")


def test_labels_fall_back_to_another_language_and_then_to_the_key() -> None:
    assert label(MODEL, "ru") == "Модель"
    assert label(MODEL, "de") == "Model"
    assert label(MODEL, "de", "ru") == "Модель"
    assert label(FormField("serial", FieldKind.TEXT, {}, {}), "ru") == "serial"
    assert in_language({"de": "Modell"}, "ru") == "Modell"
    assert help_text(MODEL, "ru") == "As on the back."
    assert help_text(CODE, "en") == ""


def test_a_form_says_everything_that_is_wrong_at_once() -> None:
    since = FormField("since", FieldKind.DATE, {"en": "Broken since"}, {}, required=True)
    with pytest.raises(BadInput) as caught:
        filled((MODEL, since, CODE), {"modell": "x", "code": "?"})
    said = [str(each) for each in (caught.value, *caught.value.others)]
    assert said[0] == "there is no field `modell`. did you mean `model`?"
    assert [each.partition(".")[0] for each in said[1:]] == [
        "Model is missing",
        "Broken since is missing",
        "Error code: `?` is not as it must be",
    ]
    assert [each.about for each in caught.value.others] == ["field.model", "field.since", "field.code"]


def test_keys_from_a_web_page_are_told_short_and_safe() -> None:
    with pytest.raises(BadInput) as caught:
        filled((CODE,), {f"\x1b[2J{number}" + "x" * 100_000: "" for number in range(1_000)})
    said = [each.what for each in (caught.value, *caught.value.others)]
    assert len(said) == MOST_FIELDS
    assert all(len(each) < 100 and neutralise(each) == each for each in said)


def test_a_form_gives_what_was_filled_in_in_its_order() -> None:
    found = filled((MODEL, CODE, KIND), {"kind": "till", "model": "55F", "code": ""}, LOOKUPS, "ru")
    assert found == (FormValue("model", "Модель", "55F"), FormValue("kind", "Kind", "Till"))


def test_a_part_of_a_form_requires_nothing_that_is_not_said() -> None:
    assert filled((MODEL, CODE), {"code": "A111"}, require=False) == (FormValue("code", "Error code", "A111"),)
    with pytest.raises(BadInput, match="Model is missing"):
        filled((MODEL, CODE), {"model": ""}, require=False)


def test_a_form_without_fields_says_so() -> None:
    with pytest.raises(BadInput, match=r"there is no field `x`\. its form has no fields"):
        filled((), {"x": "1"})


@pytest.mark.parametrize("pattern", ["a)|(b", "(", "(?i)a", "a{99999999999}"])
def test_what_is_no_pattern_of_a_whole_answer_is_refused(pattern: str) -> None:
    with pytest.raises(BadInput, match="no regular expression"):
        anchored(pattern)


def test_a_pattern_with_alternatives_means_the_whole_answer() -> None:
    field = FormField("size", FieldKind.TEXT, {}, {}, pattern="a|bb")
    assert checked(field, "bb") == "bb"
    with pytest.raises(BadInput):
        checked(field, "abb")


def test_a_field_is_read_of_what_the_store_keeps() -> None:
    document = {
        "key": "kind",
        "label": {"en": "Kind"},
        "kind": "choice",
        "choices": ["Till", "Печать"],
        "required": True,
        "help": {"ru": "Что это?"},
    }
    assert field_of(document) == KIND._replace(helps={"ru": "Что это?"}, required=True)
    assert field_of({"key": "a"}) == FormField("a", FieldKind.TEXT, {}, {})
    assert fields_of(None) == ()


@given(st.text(max_size=80), st.sampled_from([kind for kind in FieldKind if kind is not FieldKind.CHOICE]))
def test_whatever_is_answered_is_refused_or_safe_and_stays_as_it_is(value: str, kind: FieldKind) -> None:
    field = _field(kind)
    try:
        found = checked(field, value)
    except BadInput:
        return
    assert neutralise(found) == found
    assert "\n" not in found
    assert checked(field, found) == found
