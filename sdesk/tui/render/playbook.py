"""How far a playbook has come, as lines: a line for each step, and below what holds it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.playbook import RunState, StepState
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.playbook_rows import Progress, RunRow, StepRow
from sdesk.tui.language import N_, _, told
from sdesk.tui.render.lines import Line, edges, line, pieces
from sdesk.tui.render.story import when

_MARKS = {
    StepState.PLANNED: ("·", "dim"),
    StepState.OPEN: (">", "author"),
    StepState.DONE: ("+", "agent"),
    StepState.SKIPPED: ("-", "dim"),
    StepState.CANCELLED: ("x", "dim"),
}
STATES = {
    StepState.PLANNED: N_("planned"),
    StepState.OPEN: N_("open"),
    StepState.DONE: N_("done"),
    StepState.SKIPPED: N_("skipped"),
    StepState.CANCELLED: N_("cancelled"),
}
_BELOW = 4
"""Cells before what stands below a step."""


def progress_lines(found: Progress, *, width: int, now: datetime, zone: ZoneInfo) -> list[Line]:
    """Each step: its mark, what it is, whose, and by when; then what holds it up, where anything does."""
    run = found.run
    day = run.day.replace("T", " ")
    head = _("{name}, for {day}").format(name=one_line(run.name), day=day)
    lines = [line((f" {head}", "author")), line((f" {figures(run)}", "breached" if run.late else "text")), Line()]
    for step in found.steps:
        lines += _step(step, width, now, zone)
    return lines


def figures(run: RunRow) -> str:
    """How many steps are done, open, late."""
    words = _("{done} of {steps} steps done, {open} open").format(done=run.done, steps=run.steps, open=run.open)
    if run.late:
        words += ", " + _("{late} late").format(late=run.late)
    return words if run.state is RunState.RUNNING else f"{_(run.state.value)}: {words}"


def _step(step: StepRow, width: int, now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    mark, style = _MARKS[step.state]
    place = f"{step.ref}  " if step.ref else ""
    due = _("by {at}").format(at=when(step.due_at, zone)) if step.state is StepState.OPEN and step.due_at else ""
    right = [(f"  {_(STATES[step.state])}  ", "dim"), (f"{one_line(step.team)} ", "label")]
    yield edges([(f" {mark} {place}", style), (one_line(step.subject), "text")], right, width)
    held = one_line(told(step.held_up(now, when(step.next_at, zone))))
    below = "; ".join(filter(None, (due, _("late") if step.late else "", held)))
    for piece in pieces(below, max(8, width - _BELOW - 1)) if below else ():
        yield Line(((" " * _BELOW, "dim"), (piece.text, "breached" if step.late else "dim")), glue=piece.glue)
