"""Rows and pages of the quarantine and the ledger. All of it came from strangers: nothing in it is obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sdesk.domain.ledger import Outcome
from sdesk.domain.plain_words import recognised
from sdesk.domain.safe_text import neutralise, one_line
from sdesk.store.reader.mail_rows import LedgerRow, QuarantineRow
from sdesk.tui.language import N_, _, told
from sdesk.tui.render.columns import fit
from sdesk.tui.render.lines import Line, line, pieces
from sdesk.tui.render.signals import clock_text, size_text

HEAD = 16_000
"""Bytes of a raw message that are shown: its head, and how it begins."""
MOST_LINES = 400

OUTCOMES = {
    Outcome.CREATED: N_("created"),
    Outcome.FOLLOWED_UP: N_("followed up"),
    Outcome.NOTED: N_("noted"),
    Outcome.IGNORED: N_("ignored"),
    Outcome.DUPLICATE: N_("duplicate"),
    Outcome.QUARANTINED: N_("quarantined"),
}


def outcome_words(outcome: str) -> str:
    """What became of a message."""
    return _(OUTCOMES[Outcome(outcome)]) if outcome in OUTCOMES else outcome.replace("_", " ")


def quarantine_row(row: QuarantineRow, width: int, now: datetime, zone: ZoneInfo, *, marked: bool) -> str:
    """One message in quarantine: mark, id, since when, from whom, about what, and why it is there."""
    since = clock_text(row.quarantined_at.astimezone(zone), now.astimezone(zone))
    wide = width >= 100
    parts = [
        "*" if marked else " ",
        fit(str(row.id), 4, right=True),
        fit(since, 13),
        *([fit(one_line(row.mailbox), 10)] if wide else []),
        fit(one_line(row.sender) or "-", 24 if wide else 20),
    ]
    room = max(8, width - sum(len(part) + 1 for part in parts) - 2)
    subject = one_line(row.subject) or _("(no subject)")
    return " ".join([*parts, fit(subject, room)])


def ledger_row(row: LedgerRow, width: int, now: datetime, zone: ZoneInfo) -> str:
    """One message of the ledger: when, what became of it, which ticket, from whom, about what."""
    at = clock_text(row.taken_at.astimezone(zone), now.astimezone(zone))
    wide = width >= 100
    parts = [
        " ",
        fit(at, 13),
        fit(outcome_words(row.outcome), 11),
        fit(row.ref, 9),
        fit(one_line(row.sender) or "-", 24 if wide else 18),
    ]
    room = max(8, width - sum(len(part) + 1 for part in parts) - 2)
    return " ".join([*parts, fit(one_line(row.subject) or _("(no subject)"), room)])


def quarantine_lines(
    row: QuarantineRow, head: bytes, size: int, *, width: int, now: datetime, zone: ZoneInfo
) -> list[Line]:
    """Why a message is in quarantine, how its raw bytes begin, and where the desk stumbled."""
    local = now.astimezone(zone)
    since = clock_text(row.quarantined_at.astimezone(zone), local)
    lines = [
        *_fact(_("Error"), row.error, "breached", width),
        *_fact(_("Since"), since, "text", width),
        *_fact(_("From"), row.sender, "author", width),
        *_fact(_("Subject"), row.subject, "text", width),
        *_fact(_("Came"), f"{row.mailbox} {row.folder} {row.uid}", "dim", width),
        *_fact(_("Message"), f"{row.message_id or _('without Message-ID')}, {size_text(size)}", "dim", width),
    ]
    if row.ended_at is not None:
        ended = f"{clock_text(row.ended_at.astimezone(zone), local)} {told(recognised(row.ended_how or ''))}"
        lines += _fact(_("Ended"), ended, "text", width)
    lines += [Line(), line((" " + _("As it came"), "label"))]
    lines += _verbatim(head.decode("utf-8", errors="replace"), width)
    if size > len(head):
        more = _("... {size} more: `sdesk mail quarantine show {number} --raw`")
        lines += _broken(more.format(size=size_text(size - len(head)), number=row.id), "dim", 1, width)
    return [*lines, Line(), line((" " + _("Where the desk stumbled"), "label")), *_verbatim(row.trace, width)]


def ledger_lines(row: LedgerRow, *, width: int, now: datetime, zone: ZoneInfo) -> list[Line]:
    """What became of a message, and why."""
    local = now.astimezone(zone)
    marked = _("no") if row.marked_at is None else clock_text(row.marked_at.astimezone(zone), local)
    became = outcome_words(row.outcome) + (f" {row.ref}" if row.ref else "")
    return [
        *_fact(_("Became"), became, "author", width),
        *_fact(_("Why"), told(recognised(row.reason)), "text", width),
        *_fact(_("Taken"), clock_text(row.taken_at.astimezone(zone), local), "text", width),
        *_fact(_("Marked"), marked, "text", width),
        *_fact(_("From"), row.sender, "text", width),
        *_fact(_("Subject"), row.subject, "text", width),
        *_fact(_("Came"), f"{row.mailbox} {row.folder} {row.uid}", "dim", width),
        *_fact(_("Message"), row.message_id or _("without Message-ID"), "dim", width),
    ]


def _fact(label: str, text: str, style: str, width: int) -> Iterator[Line]:
    for number, piece in enumerate(pieces(one_line(text), max(20, width - 13))):
        yield line((f" {fit(label if not number else '', 10)} ", "label"), (piece.text, style))


def _verbatim(text: str, width: int) -> Iterator[Line]:
    """A text as it is, as far as anybody reads it."""
    for number, piece in enumerate(pieces(neutralise(text).strip("\n"), max(20, width - 4))):
        if number == MOST_LINES:
            return
        yield line((" | ", "dim"), (piece.text, "dim"))


def _broken(text: str, style: str, hang: int, width: int) -> Iterator[Line]:
    for piece in pieces(text, max(20, width - hang - 1)):
        yield line((" " * hang, "text"), (piece.text, style))
