"""What is offered to who asks, and the form of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.responses import Response

from sdesk.desk.requests import LONGEST_SUBJECT, LONGEST_TEXT, request
from sdesk.desk.steps.forms import Given
from sdesk.domain.catalogue import FieldKind, FormField, help_text, label
from sdesk.domain.errors import NotFound, SdeskError
from sdesk.portal.forms import MOST_BYTES, MOST_FILES
from sdesk.portal.visit import Visit, at_fields, status_of
from sdesk.portal.words import promise
from sdesk.store.reader.portal_rows import OfferRow
from sdesk.store.search import fold

LONGEST_SEARCH = 100
FIELD = "field."
"""Stands before the key of a field of the service's own form."""
OWN_FIELDS = ("subject", "text", "unit", "files")
"""What every form has."""


class Group(NamedTuple):
    """The services of a category."""

    name: str
    services: tuple[tuple[OfferRow, str], ...]
    """Each with what is promised."""


class ShownField(NamedTuple):
    """A field of a service's own form, in the visitor's language."""

    key: str
    kind: str
    label: str
    help: str
    required: bool
    choices: tuple[str, ...]
    multiline: bool


def listed(visit: Visit) -> Response:
    """All that is offered, by category; with `?q=` what has all of the words. Before it what waits for a decision of
    who came in: he may have come for that alone."""
    sought = visit.asked.query.get("q", "").strip()[:LONGEST_SEARCH]
    offers = visit.reader.offers(visit.who, language=visit.speech.language, now=visit.now)
    words = fold(sought).split()
    found = [each for each in offers if all(word in _words_of(each) for word in words)]
    groups: dict[str, list[tuple[OfferRow, str]]] = {}
    for each in found:
        groups.setdefault(each.category, []).append((each, promise(visit.speech, each)))
    # What stands in no category comes last.
    ordered = sorted(groups, key=lambda name: (not name, fold(name)))
    return visit.page(
        "services.html",
        groups=[Group(name, tuple(groups[name])) for name in ordered],
        sought=sought,
        count=len(found),
        questions=() if sought else visit.reader.questions(visit.who, now=visit.now),
        any_offered=bool(offers),
    )


def _words_of(offer: OfferRow) -> str:
    return fold(f"{offer.name} {offer.category} {offer.description} {offer.team_name}")


def shown(visit: Visit) -> Response:
    """One service, with its form."""
    return _form(visit, {})


def asked(visit: Visit) -> Response:
    """Ask for it. What is wrong is said at its field, and what was typed stays."""
    key = visit.asked.params["key"]
    form = visit.form

    def ask() -> str:
        files = form.files()
        answers: Given = {**_typed(form.values), **form.files_of_fields(FIELD)}
        if form.uploads:
            visit.office.require_room()
        done = visit.write(
            lambda work: request(
                work,
                address=visit.who.address,
                service=key,
                unit=form.text("unit"),
                subject=form.text("subject"),
                text=form.text("text"),
                form=answers,
                attachments=files,
                language=visit.speech.language,
            )
        )
        return f"/requests/{done.number}?new=1"

    try:
        return visit.go(visit.once(ask))
    except NotFound:
        raise
    except SdeskError as error:
        return _form(visit, form.values, error)


def once_more(visit: Visit, error: SdeskError) -> Response:
    """The form with what was typed, where it was not worked."""
    return _form(visit, visit.form.values, error)


def _typed(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the fields of the service's own form, by key."""
    return {name.removeprefix(FIELD): value for name, value in values.items() if name.startswith(FIELD)}


def _shown(visit: Visit, field: FormField) -> ShownField:
    languages = (visit.speech.language, visit.reader.desk.language)
    kind = field.kind.value
    return ShownField(
        field.key,
        kind,
        label(field, *languages),
        help_text(field, *languages),
        field.required,
        field.choices,
        field.multiline,
    )


def _without(beginning: str, words: str) -> str:
    rest = words.removeprefix(beginning[:1].upper() + beginning[1:])
    return rest[:1].upper() + rest[1:]


def _form(visit: Visit, typed: Mapping[str, str], error: SdeskError | None = None) -> Response:
    offer = visit.reader.offer(visit.who, visit.asked.params["key"], language=visit.speech.language, now=visit.now)
    shown_fields = [_shown(visit, field) for field in offer.fields]

    def asks(kind: FieldKind) -> bool:
        return any(field.kind == kind for field in shown_fields)

    known = (*OWN_FIELDS, *(FIELD + field.key for field in shown_fields))
    _ = visit.speech.say
    labels = {
        "subject": _("What is it about?"),
        "text": _("Tell us more"),
        "unit": _("For which unit?"),
        "files": _("Files"),
        **{FIELD + field.key: field.label for field in shown_fields},
    }
    lost = frozenset(each.field for each in visit.form.uploads)
    found, beside = at_fields(visit.speech, error, known) if error is not None else ({}, "")
    # It stands at the field, which is named there already.
    errors = {name: _without(f"{labels[name]}: ", words) for name, words in found.items()}
    # By its label, as people see it: what the desk says names the key, for who types commands.
    empty = {FIELD + field.key for field in shown_fields if not typed.get(FIELD + field.key, "").strip()} - lost
    errors |= {name: _("This must be filled in.") for name in empty & errors.keys()}
    return visit.page(
        "service.html",
        status=200 if error is None else status_of(error),
        offer=offer,
        form_fields=shown_fields,
        units=visit.reader.units() if asks(FieldKind.UNIT) else (),
        equipment=visit.reader.equipment(visit.who) if asks(FieldKind.EQUIPMENT) else (),
        labels=labels,
        promise=promise(visit.speech, offer),
        typed=typed,
        errors=errors,
        beside=beside,
        lost=lost,
        longest_subject=LONGEST_SUBJECT,
        longest_text=LONGEST_TEXT,
        most_files=MOST_FILES,
        most_megabytes=MOST_BYTES // 1_000_000,
    )
