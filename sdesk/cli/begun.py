"""A draft that the command line goes on with: its words, and what was chosen beside them where no option says more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sdesk.actions.grammar import attached
from sdesk.cli.invocation import Invocation
from sdesk.domain.beside import Beside, Then, action_of, beside_of
from sdesk.domain.errors import BadInput, Refused
from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Direction
from sdesk.store.reader.personal_rows import DraftRow


@dataclass(frozen=True, slots=True)
class Begun:
    """What an agent had begun to write."""

    draft: DraftRow
    values: Mapping[str, object]
    """What it adds to the options."""
    along: str
    """Who has a copy by it, and which files go: what the desk's own sentence does not say."""
    facts: str
    """All that it adds, for whoever writes on."""


def begun(call: Invocation, action: str, number: int, options: Mapping[str, object]) -> Begun | None:
    """The draft that `action` goes on with; None without one. Refused where the action cannot say all of it."""
    if action not in {"reply", "note", "close"}:
        return None
    direction = Direction.NOTE if action == "note" else Direction.OUT
    draft = call.reader.draft(call.actor, number, direction)
    if draft is None:
        return None
    beside, more = _less(beside_of(draft.beside), options)
    if action == "close" and beside.then is not Then.RESOLVE:
        return None  # words that were begun for an answer, which stay
    ref = f"{call.reader.desk.ref_prefix}-{number}"
    try:
        # The words themselves are still to be written.
        verb, values = action_of("-", beside, note=action == "note", now=call.now, zone=call.zone)
        files = tuple(map(attached, map(Path, beside.files)))
        if beside.phone and (files or options.keys() & {"cc", "cc_all", "attachments"}):
            raise BadInput("a call has neither copies nor files")
    except BadInput as error:
        raise Refused(
            f"the draft of {ref} cannot be said as it stands: {one_line(error.what)}",
            "put it right in the console (`sdesk tui`), or give the text with --text",
        ) from error
    if verb != action:
        raise Refused(f"the draft of {ref} resolves the ticket", f"go on with it by `sdesk {verb} {number}`")
    del values["text"]
    if files:
        values["attachments"] = files
    copies = ", ".join(values.get("cc", ()))
    along = [f"a copy to {copies}" if copies else "", "with " + ", ".join(file.name for file in files) if files else ""]
    said = "; ".join(map(one_line, filter(None, along)))
    wait = f"then waits for: {beside.then} {beside.until}".rstrip() if beside.then.waits else ""
    facts = "; ".join(filter(None, (said, one_line(wait), f"spent {beside.spent}" if beside.spent else "")))
    return Begun(draft, {**values, **more}, said, facts)


def _less(beside: Beside, options: Mapping[str, object]) -> tuple[Beside, dict[str, object]]:
    """What the options leave of it; and what is said by it and an option together: a wait, until another day."""
    more: dict[str, object] = {}
    if "waiting_for" in options:
        beside = replace(beside, then=Then.SEND, until="")
    elif "until" in options and beside.then.waits:
        more["waiting_for"] = beside.then.value
        beside = replace(beside, then=Then.SEND, until="")
    return replace(
        beside,
        cc="" if options.keys() & {"cc", "cc_all"} else beside.cc,
        files=() if "attachments" in options else beside.files,
        spent="" if "spent" in options else beside.spent,
        phone=beside.phone or options.get("phone") is True,
    ), more
