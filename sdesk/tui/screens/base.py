"""What the list and the ticket have in common: their notices, and the commands that are the same in both."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from sdesk.store.reader.rows import TicketRow
from sdesk.tui.actions import NEED_ROWS, Command, Context
from sdesk.tui.language import _
from sdesk.tui.render.headline import notice_bar
from sdesk.tui.screens.following import Following
from sdesk.tui.widgets.bar import Bar

if TYPE_CHECKING:
    from sdesk.tui.app import Console


def fenced(name: str) -> str | None:
    """Why a command of the console is not there in a session over SSH: what it needs is the server's."""
    from sdesk.actions.fence import is_up  # with the first key, not before the first frame

    if not is_up():
        return None
    return {
        "editor": _("over SSH, no program is run at the server"),
        "suspend": _("there is no shell to leave to"),
        "fetch": _("the server fetches mail by itself"),
    }.get(name)


class DeskScreen(Following, Screen[None]):
    """A screen of the console; every command of the registry for its context is a method `action_` and the id."""

    CONTEXT: ClassVar[Context]

    def __init__(self) -> None:
        super().__init__()
        self.meant: tuple[TicketRow, ...] | None = None
        """The tickets that a line names, while it is done."""
        # Parts are kept by name, not looked up: an answer may come when the screen is being taken down.
        self.status_bar = Bar(id="status")

    @property
    def console(self) -> Console:
        """The application."""
        return cast("Console", self.app)

    def with_chosen(self, then: Callable[[], object]) -> None:
        """Do something that is about what is chosen, once its rows are here."""
        self.call_next(then)

    @property
    def width(self) -> int:
        """Its cells; before it is laid out, those that it will have."""
        return self.size.width or self.app.size.width

    async def action_do(self, name: str) -> None:
        """Do a command of the registry: every key, click, palette entry and line comes through here."""
        if (why := fenced(name)) is not None:
            self.console.notice(why, "error")
            return
        deed = getattr(self, f"action_{name}")
        if name in NEED_ROWS and not self.ready:
            self.with_chosen(deed)
            return
        outcome = deed()
        if isawaitable(outcome):
            await outcome

    @property
    def ready(self) -> bool:
        """Whether the rows of all chosen tickets are here."""
        return True

    def chosen(self) -> tuple[TicketRow, ...]:
        """The tickets that an action is about."""
        raise NotImplementedError

    def show_notice(self) -> None:
        """Show what the console answered last."""
        notice, kind = self.console.notice_now
        about = f"{self.console.link.login}  {self.console.link.path.name}"
        self.status_bar.show(*notice_bar(notice, kind, self.console.way_back, about, self.width))

    def on_screen_resume(self) -> None:
        """It is shown, at first or again."""
        self.console.notice_left()

    def on_resize(self) -> None:
        """What is shortened, is so for a width."""
        self.call_after_refresh(self.show_notice)

    def action_board(self) -> None:
        """The four questions on one screen."""
        from sdesk.tui.screens.board import open_board  # with its charts: not before somebody asks for them

        open_board(self.console)

    def action_triage(self) -> None:
        """What is new, one ticket a screen."""
        from sdesk.tui.screens.triage import TriageScreen  # a few sort, all work in the queue

        self.app.push_screen(TriageScreen())

    def why_not(self, command: Command) -> str | None:
        """Why a command is not possible for what is chosen now; None when it is."""
        if (fence := fenced(command.id)) is not None:
            return fence
        if command.id == "fetch" and self.console.fetch is None:
            return _("no mailbox is set up")
        if command.verb is None:
            return None
        rows, ground = self.chosen(), self.console.ground
        if not rows or ground is None:
            return _("no ticket is chosen")
        reasons = [self.console.reason(command.verb, row, ground.actor) for row in rows]
        return None if None in reasons else reasons[0]

    def action_keys(self) -> None:
        """The list of keys."""
        from sdesk.tui.screens.keys import Keys

        self.app.push_screen(Keys(self.CONTEXT, self.why_not, self.console.settings.keys))

    def action_palette(self) -> None:
        """All commands, by their words."""
        self.app.action_command_palette()

    def action_suspend(self) -> None:
        """Leave to the shell."""
        self.app.action_suspend_process()

    def action_quarantine(self) -> None:
        """What became of the mail."""
        self.console.open_mailroom()

    def action_next(self) -> None:
        """Go to the ticket that should be done next."""
        from sdesk.tui.verbs.next_up import go_to_next

        go_to_next(self)

    def action_take_next(self) -> None:
        """Take it, and go there."""
        from sdesk.tui.verbs.next_up import take_the_next

        take_the_next(self)

    def action_jump(self) -> None:
        """Go to a ticket by its number, or by words."""
        from sdesk.tui.screens.find_ticket import FindTicket

        def jump(answer: str | None) -> None:
            if answer is not None:
                self.console.open_ticket(int(answer))

        self.app.push_screen(FindTicket(_("Go to a ticket")), jump)
