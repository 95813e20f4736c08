"""The catalogue of services, listed and shown: what is offered to whom, by when it is done, and what must be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple

import typer

from sdesk.cli import invocation
from sdesk.cli.catalogue import SERVICES
from sdesk.cli.details import SERVICE as PLAIN
from sdesk.cli.details import Key, service_facts
from sdesk.cli.options import of_an_option
from sdesk.cli.sheet import Column, Eyes, Field, Sheet, Value
from sdesk.cli.whole import Fact, fields_of, listed, print_whole
from sdesk.domain.approval import UNIT_HEAD
from sdesk.domain.catalogue import FieldKind, FormField, in_language, label
from sdesk.domain.duration import format_working
from sdesk.domain.kinds import FLAG, INSTANT, TEXT, by_key, many, maybe, thing, word
from sdesk.store.reader.desk_rows import ServiceDetail
from sdesk.store.reader.offers import OfferRow

_TEXTS = by_key(TEXT)
"""By language."""
FORM_FIELD = thing(
    {
        "key": TEXT,
        "label": _TEXTS,
        "kind": word(FieldKind),
        "required": FLAG,
        "choices": many(TEXT),
        "pattern": maybe(TEXT),
        "multiline": FLAG,
        "help": _TEXTS,
    }
)


def form_field(field: FormField) -> dict[str, Value]:
    """One field of a form, as the desk file describes it."""
    return {
        "key": field.key,
        "label": dict(field.labels),
        "kind": field.kind.value,
        "required": field.required,
        "choices": list(field.choices),
        "pattern": field.pattern,
        "multiline": field.multiline,
        "help": dict(field.helps),
    }


OFFERS: Sheet[OfferRow] = Sheet(
    fields=(
        *fields_of(SERVICES, "service"),
        Field("category", lambda row: row.category, kind=maybe(TEXT)),
        Field("description", lambda row: dict(row.description), kind=_TEXTS),
        Field("done_by", lambda row: row.done_by, kind=maybe(INSTANT)),
        Field("approve_by", lambda row: row.approve_by, kind=maybe(TEXT)),
    ),
    columns=(
        Column("CATEGORY", lambda row, eyes: row.category or "", cut=True, optional=True),
        Column("KEY", lambda row, eyes: row.service.key),
        Column("NAME", lambda row, eyes: row.service.name, cut=True),
        Column("TEAM", lambda row, eyes: row.service.team),
        Column("PR", lambda row, eyes: row.service.priority.value),
        Column("IMPACT", lambda row, eyes: row.service.impact.value, spare=True),
        Column("URGENCY", lambda row, eyes: row.service.urgency.value, spare=True),
        Column(
            "RESOLVED IN",
            lambda row, eyes: (
                "" if row.service.resolution_target is None else format_working(row.service.resolution_target)
            ),
            right=True,
            spare=True,
        ),
        Column("DONE BY", lambda row, eyes: eyes.local(row.done_by)),
        Column("APPROVED BY", lambda row, eyes: row.approve_by or "", cut=True, optional=True),
    ),
)
"""An entry of the catalogue; `done_by`: if it were asked for now."""


class _Service(NamedTuple):
    detail: ServiceDetail
    offer: OfferRow


SERVICE: Sheet[_Service] = Sheet(
    fields=(
        *fields_of(PLAIN, "detail"),
        Field("category", lambda row: row.offer.category, kind=maybe(TEXT)),
        Field("description", lambda row: dict(row.offer.description), kind=_TEXTS),
        Field("help", lambda row: dict(row.offer.help), kind=_TEXTS),
        Field("fields", lambda row: [form_field(each) for each in row.offer.fields], kind=many(FORM_FIELD)),
        Field("done_by", lambda row: row.offer.done_by, kind=maybe(INSTANT)),
        Field("approve_by", lambda row: row.offer.approve_by, kind=maybe(TEXT)),
    ),
    columns=(),
)


def services(
    ctx: typer.Context,
    to: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="WHO", help="what is offered to a mail address, or to a unit's key", show_default=False
        ),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="WORDS", help="what has these words in it", show_default=False),
    ] = None,
) -> None:
    """Print the services by category: who keeps each, its priority, and by when it would be done if asked for now.

    Examples:
      sdesk service list
      sdesk service list --for irina@example.org
      sdesk service list --for flagship --search till -o json
    """
    call = invocation.of(ctx)
    with of_an_option():
        found = call.reader.offers(call.actor, now=call.now, to=to, words=search or "")
    call.output.rows(found, OFFERS)


def service_show(ctx: typer.Context, key: Key) -> None:
    """Print a service whole: its team and promises, what it stops, its help, and the form that asks for it.

    Examples:
      sdesk service show till
      sdesk service show till -o json --fields fields
    """
    call = invocation.of(ctx)
    detail = call.reader.service(call.actor, key)
    (offer,) = call.reader.offers(call.actor, now=call.now, key=key)
    language = call.reader.desk.language
    print_whole(call, _Service(detail, offer), SERVICE, lambda row, eyes: _facts(row, eyes, language))


def _facts(row: _Service, eyes: Eyes, language: str) -> Iterator[Fact]:
    offer = row.offer
    yield from service_facts(row.detail, eyes)
    yield "Category", offer.category or ""
    yield "Approved by", "the unit's head" if offer.approve_by == UNIT_HEAD else offer.approve_by or ""
    yield "Done by", "" if offer.done_by is None else f"{eyes.local(offer.done_by)}, if asked for now"
    approver = "the head of the unit that asks" if offer.approve_by == UNIT_HEAD else offer.approve_by
    yield "Approval", "" if approver is None else f"by {approver}"
    yield from _paragraphs("About", offer.description, language)
    yield from _paragraphs("Try first", offer.help, language)
    yield from listed("Form", (_field(each, language) for each in offer.fields))


def _paragraphs(name: str, texts: Mapping[str, str], language: str) -> Iterator[Fact]:
    yield from listed(name, in_language(texts, language).strip("\n").split("\n"))


def _field(field: FormField, language: str) -> str:
    """A field in a line: `model: Model (text, required). It stands on the back`."""
    said: list[str] = [", ".join(field.choices) if field.choices else field.kind.value]
    said += ["several lines"] * field.multiline + [f"as {field.pattern}"] * bool(field.pattern)
    said += ["required"] * field.required
    about = in_language(field.helps, language)
    return f"{field.key}: {label(field, language)} ({', '.join(said)}){f'. {about}' if about else ''}"
