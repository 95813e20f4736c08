"""The form of a ticket's service: what is answered in it is checked, kept beside the ticket, and found by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.form_equipment import equipment_lookup, link_equipment, unlink_equipment
from sdesk.desk.steps.history import record
from sdesk.desk.steps.messages import reindex
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.catalogue import ABOUT, FieldKind, FormField, FormValue, Lookups, about_field, filled, label
from sdesk.domain.errors import BadInput, refuse_all
from sdesk.domain.inbound import InboundAttachment
from sdesk.domain.instant import parse_instant
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import safe_file_name
from sdesk.store.models import FormValue as Answer

Given = Mapping[str, str | InboundAttachment]
"""What is answered, by the key of the field; of a field for files the file itself."""


class FilledIn(NamedTuple):
    """A form that was filled in."""

    values: tuple[FormValue, ...] = ()
    files: tuple[InboundAttachment, ...] = ()
    """Of its fields for files: they go with the first message of the ticket."""
    equipment: tuple[str, ...] = ()
    """Inventory numbers that its fields for equipment name."""

    @property
    def words(self) -> tuple[str, ...]:
        """What is found by a search."""
        return tuple(value.value for value in self.values)


def fill_in(
    work: Work,
    service_id: int | None,
    given: Given,
    *,
    unit_id: int | None = None,
    language: str = "",
    require: bool = True,
) -> FilledIn:
    """What the form of a service was filled in with, checked.

    `unit_id`: for which unit, whose equipment is known by its names. `language`: in which fields are named where
    something is wrong; the desk's own without it. BadInput for the first mistake with all `others`; also where answers
    are given and there is no service whose they could be.
    """
    if service_id is None:
        if given:
            raise BadInput(phrase("there is no service whose form could be filled in"), phrase("say which service"))
        return FilledIn()
    fields = work.rules.services[service_id].fields
    if not fields and not given:
        return FilledIn()
    texts, files, wrong = _taken_apart(fields, given)
    desk = work.rules.language
    try:
        values = filled(fields, texts, lookups_of(work, unit_id), language or desk, desk, require=require)
    except BadInput as error:
        said = {each.about for each in wrong}
        wrong += [each for each in (error, *error.others) if each.about not in said]
    refuse_all(wrong)
    # As they are called when the ticket is opened, and in the language in which agents read it.
    by_key = {field.key: field for field in fields}
    kept = tuple(value._replace(label=label(by_key[value.key], desk)) for value in values)
    return FilledIn(kept, tuple(files[key] for key in by_key if key in files), _equipment(fields, kept))


def _equipment(fields: Sequence[FormField], values: Iterable[FormValue]) -> tuple[str, ...]:
    """The inventory numbers among the answers."""
    keys = {field.key for field in fields if field.kind is FieldKind.EQUIPMENT}
    return tuple(value.value for value in values if value.key in keys and value.value)


def _taken_apart(
    fields: Sequence[FormField], given: Given
) -> tuple[dict[str, str], dict[str, InboundAttachment], list[BadInput]]:
    """Texts and files by key, and what is given in the wrong way."""
    kinds = {field.key: field.kind for field in fields}
    texts: dict[str, str] = {}
    files: dict[str, InboundAttachment] = {}
    wrong: list[BadInput] = []
    for key, value in given.items():
        if isinstance(value, InboundAttachment):
            if kinds.get(key) is FieldKind.FILE:
                # It may come from a web page: its name is what is stored, and written to other people's disks.
                files[key] = replace(value, name=safe_file_name(value.name))
                texts[key] = files[key].name
                continue
            try:
                texts[key] = value.content.decode("utf-8-sig")
            except UnicodeDecodeError:
                wrong.append(about_field(key, phrase("the text of {source} is no UTF-8", source=value.name)))
        elif value and kinds.get(key) is FieldKind.FILE:
            wrong.append(about_field(key, phrase("the field `{key}` wants a file", key=key), phrase("attach one")))
        else:
            texts[key] = value
    for error in wrong:
        texts.setdefault(error.about.removeprefix(ABOUT), "?")  # it is wrong already, and not missing
    return texts, files, wrong


def lookups_of(work: Work, unit_id: int | None) -> Lookups:
    """Who knows what an answer names, in this desk, for somebody of a unit.

    A person is any mail address, known or not: nobody learns by a form who is known here.
    """
    rules = work.rules
    logins = {key: rules.agents[number].email for key, number in rules.agent_keys.items()}
    return Lookups(
        unit=rules.unit_named,
        person=lambda text: logins.get(text, text),
        equipment=equipment_lookup(work, unit_id),
        day=_day_of(work),
    )


def _day_of(work: Work) -> Callable[[str], date | None]:
    zone = ZoneInfo(work.rules.time_zone)

    def day(text: str) -> date | None:
        try:
            return parse_instant(text, now=work.now, zone=zone).astimezone(zone).date()
        except BadInput:
            return None

    return day


def keep_answers(work: Work, number: int, values: Iterable[FormValue]) -> None:
    """Write down what the form of a new ticket was filled in with; its words are in the index already."""
    for position, each in enumerate(values, 1):
        insert_row(
            work,
            Answer,
            {"ticket_id": number, "key": each.key, "position": position, "label": each.label, "value": each.value},
        )


def answers_of(work: Work, number: int) -> dict[str, FormValue]:
    """What was answered, by key, in the order of the form."""
    rows = work.connection.execute(
        select(col(Answer.key), col(Answer.label), col(Answer.value))
        .where(col(Answer.ticket_id) == number)
        .order_by(col(Answer.position), col(Answer.key))
    ).all()
    return {row[0]: FormValue(*row) for row in rows}


def change_answers(
    work: Work, number: int, service_id: int | None, given: Given, *, unit_id: int | None = None
) -> list[FormValue]:
    """Answer other than until now in some fields, an empty text takes an answer away; gives those that changed.

    The ticket is about the equipment that is named now, and no more about what was named there before. BadInput as
    `fill_in`; a file is attached in another way.
    """
    if not given:
        return []
    fields = work.rules.services[service_id].fields if service_id is not None else ()
    for field in fields:
        if field.kind is FieldKind.FILE and field.key in given:
            raise BadInput(
                phrase("the file of `{key}` went with the first message, and stays", key=field.key),
                phrase("attach another: sdesk ticket attach add {number} FILE", number=number),
            )
    values = {each.key: each for each in fill_in(work, service_id, given, unit_id=unit_id, require=False).values}
    gone = {
        field.key: FormValue(field.key, label(field, work.rules.language), "")
        for field in fields
        if field.key in given and field.key not in values
    }
    before = _equipment(fields, answers_of(work, number).values())
    changed = write_answers(work, number, (*values.values(), *gone.values()), [field.key for field in fields])
    now = _equipment(fields, answers_of(work, number).values())
    unlink_equipment(work, number, [each for each in before if each not in now])
    link_equipment(work, number, [each for each in now if each not in before], unit_id)
    return changed


def write_answers(work: Work, number: int, values: Iterable[FormValue], order: Sequence[str] = ()) -> list[FormValue]:
    """Write answers that were checked over those that are there, an empty one takes one away; gives those that changed.

    `order`: the keys of the form, where it is known.
    """
    known = answers_of(work, number)
    changed = [each for each in values if (known[each.key].value if each.key in known else "") != each.value]
    for each in changed:
        old = known.pop(each.key, None)
        if old is not None:
            work.connection.execute(delete(Answer).where(col(Answer.ticket_id) == number, col(Answer.key) == each.key))
        if each.value:
            place = order.index(each.key) + 1 if each.key in order else len(order) + len(known) + 1
            insert_row(
                work,
                Answer,
                {"ticket_id": number, "key": each.key, "position": place, "label": each.label, "value": each.value},
            )
        record(
            work,
            number,
            "form",
            field=each.label,
            old=old.value if old is not None else None,
            new=each.value or None,
        )
    if changed:
        reindex(work, number)
    return changed
