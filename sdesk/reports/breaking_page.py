"""What of the page of `past` tells which equipment keeps breaking, and which models."""

from __future__ import annotations

from collections.abc import Iterator

from sdesk.reports.breaking import BreakingAsset, BreakingModel
from sdesk.reports.page import Cell, Heading, Section, Table, Tone
from sdesk.reports.past import Past
from sdesk.reports.wording import MOST_ROWS, amount, dim, left_out, plain_count, working_time

_HOW_OFTEN = (
    Heading("TICKETS", right=True),
    Heading("BEFORE", right=True, spare=True),
    Heading("DOWN FOR", right=True),
    Heading("LOSS", right=True),
)


def breaking(past: Past) -> Iterator[Section]:
    """Pieces of equipment, then models; nothing where no ticket was about equipment."""
    if past.equipment:
        headings = (
            Heading("NUMBER", typed=True),
            Heading("WHAT", cut=True),
            Heading("UNIT", cut=True),
            *_HOW_OFTEN,
            Heading("THE LAST", spare=True),
        )
        rows = tuple(
            (
                Cell(each.number),
                Cell(" ".join(filter(None, (each.kind, each.name, each.model)))),
                Cell(each.unit_name or each.unit),
                *_how_often(each),
                Cell(", ".join(f"{past.prefix}-{number}" for number in each.numbers[:-4:-1])),
            )
            for each in past.equipment[:MOST_ROWS]
        )
        yield Section("Equipment that breaks", Table(headings, rows), below=left_out(len(past.equipment) - MOST_ROWS))
    if past.models:
        of_models = (Heading("MODEL", cut=True), Heading("KIND"), Heading("PIECES", right=True), *_HOW_OFTEN)
        rows = tuple(
            (
                Cell(each.model),
                Cell(each.kind),
                Cell(f"{each.broken} of {each.pieces}" if each.broken <= each.pieces else plain_count(each.broken)),
                *_how_often(each),
            )
            for each in past.models[:MOST_ROWS]
        )
        yield Section("Models that break", Table(of_models, rows), below=left_out(len(past.models) - MOST_ROWS))


def _how_often(each: BreakingAsset | BreakingModel) -> tuple[Cell, ...]:
    return (
        Cell(plain_count(each.opened), Tone.STRONG),
        dim(plain_count(each.earlier)),
        Cell(working_time(each.open_seconds) if each.open_seconds else ""),
        Cell(amount(each.loss), Tone.BAD) if each.loss else Cell(""),
    )
