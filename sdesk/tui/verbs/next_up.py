"""Going to the ticket that should be done next, and taking it: what `sdesk next` gives, by the same use case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.domain.ticket import Role
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import shown
from sdesk.tui.language import _, told
from sdesk.tui.way_back import WayBack

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.tui.screens.base import DeskScreen


def go_to_next(screen: DeskScreen) -> None:
    """Show it, and change nothing."""
    console, now = screen.console, screen.console.now()

    def found(row: TicketRow | None) -> None:
        if row is None:
            _none(screen)
        else:
            console.open_ticket(row.number)

    console.link.read(
        screen, lambda reader, actor: reader.next_ticket(actor, now=now), found, console.notice_error, topic="next"
    )


def take_the_next(screen: DeskScreen, *, dry_run: bool = False) -> None:
    """Make it the agent's own, and show it: of several who ask at once, each gets another."""
    from sdesk.actions.perform import take_next

    console = screen.console
    if console.ground is None or console.ground.actor.role is Role.AUDITOR:
        console.notice(_("an auditor takes no tickets") if console.ground else _("the store is not open yet"), "error")
        return

    def taken(outcome: TicketOutcome | None) -> None:
        if outcome is None:
            _none(screen)
            return
        warning = _(". But {warning}").format(warning=told(outcome.warning)) if outcome.warning else ""
        said = f"{told(outcome.sentence)}{warning}"
        if dry_run:
            console.notice(_("dry run: {what}").format(what=said), "good")
            return
        key = shown(console.settings.keys.get("undo", "u").partition(",")[0].strip())
        console.notice(said, "good", way_back=WayBack(key))
        console.queue.deed_done([outcome.number])
        console.open_ticket(outcome.number)

    console.link.write(
        screen,
        lambda desk, actor, now: take_next(desk, actor, now=now, dry_run=dry_run),
        taken,
        console.notice_error,
    )


def _none(screen: DeskScreen) -> None:
    screen.console.notice(_("Nothing waits for you: every ticket of your teams is somebody's"))
