"""The console: one application over the queue and the ticket, fed by two threads; nothing blocks its event loop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from sdesk.domain.actor import Actor
from sdesk.domain.errors import SdeskError
from sdesk.store.reader.personal_rows import DraftMark
from sdesk.store.reader.rows import TicketRow
from sdesk.tui import terminal, themes
from sdesk.tui.actions import keymap_of
from sdesk.tui.attendance import Attendance
from sdesk.tui.company import Company
from sdesk.tui.drawing import PlainSigns, draw_in_ascii
from sdesk.tui.language import _
from sdesk.tui.line_history import LineHistory
from sdesk.tui.notices import Notices
from sdesk.tui.paging import Ground, Opening, read_opening
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.screens.following import Following
from sdesk.tui.screens.queue import QueueScreen
from sdesk.tui.settings import THEMES, ConsoleSettings, begin_to_speak
from sdesk.tui.sizes import HEIGHTS, WIDTHS, size_class
from sdesk.tui.store_link import StoreLink
from sdesk.tui.stylesheet import ParsedOnce
from sdesk.tui.type_ahead import TypeAhead
from sdesk.tui.unkept import Unkept
from sdesk.tui.views import View, views_of

if TYPE_CHECKING:
    from sdesk.actions.perform import TicketOutcome
    from sdesk.actions.undo_key import UndoKey
    from sdesk.tui.mail_fetch import Fetch, MailFetch
    from sdesk.tui.mailroom import Mailroom
    from sdesk.tui.outside import OpenedFiles

UTC = ZoneInfo("UTC")


class Console(Notices, TypeAhead, inherit_bindings=False):
    """The application. Textual's own Ctrl+Q is left out: it means flow control to terminals."""

    CSS_PATH = "console.tcss"
    TITLE = "sdesk"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = ""  # the registry has it
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "hint_quit", show=False, system=True)]
    _coloured: tuple[str, dict[str, str]] | None = None
    """The name of a theme, and its colours."""

    def __init__(
        self,
        *,
        store: Path,
        login: str,
        fetch: Fetch | None,
        now: Callable[[], datetime],
        settings: ConsoleSettings,
        mailroom: Mailroom | None = None,
        filled: Callable[[], object] = lambda: None,
    ) -> None:
        if os.environ.get("NO_COLOR") == "":
            del os.environ["NO_COLOR"]  # no-color.org: only a value that is not empty asks for no colour
        # With it the terminal's own two colours are all there is: no background is painted, bold and reverse remain.
        super().__init__(driver_class=terminal.Terminal, ansi_color=True if "NO_COLOR" in os.environ else None)
        self.settings = settings
        self.now = now
        self.link = StoreLink(store, login, now, self._store_changed, self._met)
        self.company = Company()
        """Who else is where, and where the agent has drafts."""
        self._began = now().replace(microsecond=0)  # as the store writes instants
        self._gone: set[DraftMark] = set()
        self.begun: dict[Hashable, str] = {}
        """References of the tickets that this session has left unsent words of, in an editor or a form."""
        self.unkept = Unkept(self)
        self.attendance = Attendance(self)
        self.fetch: MailFetch | None = None
        if fetch is not None:
            from sdesk.tui.mail_fetch import MailFetch

            self.fetch = MailFetch(self, fetch)
        self.mailroom = mailroom
        """What deals with messages in quarantine; None where nobody handed it in."""
        self.ground: Ground | None = None
        self.failure: SdeskError | None = None
        """Why the console could not start."""
        self._touched: dict[int, int] = {}
        """The version at which this console last changed a ticket."""
        self._last_key = time.monotonic() - 60
        self.lines = LineHistory()
        """What was typed on the `:` line, as long as the console runs."""
        self._warm, self._filled = False, filled
        self.queue = QueueScreen()
        draw_in_ascii(settings.ascii)
        self._plain_signs = PlainSigns(enabled=settings.ascii)
        for theme in themes.ALL:
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in THEMES else THEMES[0]
        self.stylesheet = ParsedOnce(variables=self.get_css_variables())
        self.set_keymap(keymap_of(settings.keys))

    # ---- life -----------------------------------------------------------------------------------

    def on_load(self) -> None:
        # Read in a thread of its own while the first frame is made; the frame does not wait for it.
        self.link.start()
        self.link.read(
            self,
            lambda reader, actor: read_opening(reader, actor, self.now(), self.queue.rows.window.keep),
            self._opened,
            self._cannot_open,
        )

    def get_default_screen(self) -> Screen[None]:
        """The queue, with the classes of its size: upon Textual's empty screen, and without them, it would be laid out
        and painted twice."""
        width, height = self.size
        self.queue.add_class(size_class(width, WIDTHS), size_class(height, HEIGHTS))
        return self.queue

    def on_mount(self) -> None:
        # A dropped connection or a polite kill ends as `q` does: drafts kept, the terminal left clean.
        terminal.end_with(self, self._end)

    def _end(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Following):
                screen.leave_draft()
        self.exit()

    def _opened(self, opening: Opening) -> None:
        self.ground = opening.ground
        self.queue.opened(opening)
        self.set_interval(1.0, self._each_second)
        if self.settings.hint:
            self.link.read(self, lambda reader, actor: reader.is_new(actor), self._welcome, self.notice_error)

    def _each_second(self) -> None:
        """What is looked after all the time, by one timer: each that wakes the program costs as much as its work."""
        if terminal.is_gone(self):
            self._end()
        self.attendance.look()
        self.notice_ages()
        self.unkept.again()

    def _welcome(self, new: bool) -> None:
        if new and self.screen is self.queue:
            from sdesk.tui.widgets.hint import Hint

            self.queue.mount(Hint(), before="#status")

    def _take_hint_away(self) -> None:
        self.queue.query("Hint").remove()

    def filled(self) -> None:
        """The first rows are shown: load what the first action needs, which takes the processor from whoever paints."""
        if not self._warm:
            self._warm = True
            self._filled()
            self.call_after_refresh(self.link.warm_up, self, self.notice_error)

    def _cannot_open(self, error: SdeskError) -> None:
        self.failure = error
        self.exit()

    def on_unmount(self) -> None:
        self.unkept.at_the_end()
        self.attendance.leave()
        self.link.stop()
        self.failure = self.unkept.rescued() or self.failure
        if "opened_files" in vars(self):
            self.opened_files.clear()

    @cached_property
    def opened_files(self) -> OpenedFiles:
        """Copies of attachments for programs outside."""
        from sdesk.tui.outside import OpenedFiles

        return OpenedFiles()

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme in use. They are asked for four times before the first frame, and take most of a
        millisecond to reckon (measured)."""
        if self._coloured is None or self._coloured[0] != self.theme:
            self._coloured = self.theme, super().get_css_variables()
        return self._coloured[1]

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and the one that leaves ASCII alone."""
        filters = super().get_line_filters()
        return [*filters, self._plain_signs] if self._plain_signs.enabled else filters

    # ---- what screens ask for -------------------------------------------------------------------

    @property
    def views(self) -> tuple[View, ...]:
        """The agent's views."""
        return self.ground.views if self.ground is not None else views_of(())

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return ZoneInfo(self.ground.desk.time_zone) if self.ground is not None else UTC

    @property
    def currency(self) -> str:
        """The desk's currency, ISO 4217."""
        return self.ground.desk.currency if self.ground is not None else ""

    @cached_property
    def undo_key(self) -> UndoKey:
        """What undoes."""
        from sdesk.actions.undo_key import UndoKey

        return UndoKey()

    def reason(self, verb: str, row: TicketRow, actor: Actor) -> str | None:
        """Why an action is not possible for a ticket; None when it is."""
        from sdesk.actions.registry import ACTIONS

        return ACTIONS[verb].why_not(row, actor)

    def open_ticket(self, number: int) -> None:
        """Show a ticket; from the list its neighbours are those of the list."""
        from sdesk.tui.neighbours import Neighbours
        from sdesk.tui.screens.ticket import TicketScreen

        totals = self.queue.totals
        neighbours = Neighbours(self.queue.rows.window, self.queue.wanted, None if totals is None else totals.shown)
        if isinstance(self.screen, TicketScreen):
            self.pop_screen()
        self.queue.put_cursor(number)
        self._take_hint_away()
        self.push_screen(TicketScreen(number, neighbours))

    def open_mailroom(self) -> None:
        """Show the quarantine and the ledger."""
        from sdesk.tui.screens.mailroom import MailroomScreen

        if not isinstance(self.screen, MailroomScreen):
            self.push_screen(MailroomScreen())

    def versions(self, rows: Sequence[TicketRow]) -> Mapping[int, int]:
        """The versions that the person sees, so that what somebody else changed meanwhile is refused, not overwritten.

        Left out for a ticket that this console itself has just changed and not yet read again.
        """
        return {row.number: row.version for row in rows if self._touched.get(row.number) != row.version}

    def touched(self, outcomes: Sequence[TicketOutcome], rows: Sequence[TicketRow]) -> None:
        """Remember what this console changed."""
        changed = {outcome.number for outcome in outcomes if outcome.error is None and outcome.changed}
        self.queue.changed_here |= changed
        self._touched |= {row.number: row.version for row in rows if row.number in changed}

    def show_view(self, place: int) -> None:
        """Show a view of the list, from wherever one is."""
        if self.screen is not self.queue and isinstance(self.screen, DeskScreen):
            self.pop_screen()
        self.queue.action_show_view(place)

    # ---- notices --------------------------------------------------------------------------------

    def drafts_left(self) -> dict[Hashable, str]:
        """Unsent words of this session, by what knows them, what undo brought back too: references of tickets."""
        prefix = self.ground.desk.ref_prefix if self.ground is not None else ""
        left: dict[Hashable, str] = {}
        for mark in self.company.drafts:
            if mark.updated_at >= self._began and mark not in self._gone:
                left.setdefault(mark.key, f"{prefix}-{mark.number}")
        return left | self.begun

    def words_gone(self, key: Hashable) -> None:
        """Sent, or thrown away: what the last look at the store saw of them is no more."""
        self.begun.pop(key, None)
        self._gone = {mark for mark in self.company.drafts if mark.key == key or mark in self._gone}

    def words_back(self, numbers: Collection[int]) -> None:
        """What was sent to these is a draft again: as it was last seen, where that was in the same second."""
        self._gone = {mark for mark in self._gone if mark.number not in numbers}

    def words_left(self, key: Hashable, ref: str, *, kept: bool) -> None:
        """An editor or a form was left: with words that are kept, or without any."""
        if not kept:
            self.words_gone(key)
            return
        self.begun[key] = ref
        if self.unkept.find(key) is None:  # otherwise it is said once it is true
            self.notice(_("draft of {ref} kept").format(ref=ref))

    # ---- time and change ------------------------------------------------------------------------

    def idle_for(self) -> float:
        """Seconds since the last key or click."""
        return time.monotonic() - self._last_key

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.MouseEvent)):
            self._last_key = time.monotonic()
        if isinstance(event, events.Key):
            if event.key == "escape":
                self._take_hint_away()
            self.notice_read()
        await super().on_event(event)

    def _store_changed(self) -> None:
        """Called in the reading thread."""
        self.call_later(self._read_again)

    def _read_again(self) -> None:
        if self.ground is None:
            return
        for screen in self.screen_stack:
            if isinstance(screen, Following):
                screen.store_changed()

    def _met(self, company: Company) -> None:
        """Called in the reading thread."""
        self.call_later(self._show_company, company)

    def _show_company(self, company: Company) -> None:
        self.company = company
        self.queue.rows.show_company(company)
        for screen in self.screen_stack:
            if isinstance(screen, Following):
                screen.show_company()

    # ---- commands -------------------------------------------------------------------------------

    def fetch_mail(self) -> None:
        """Fetch mail in the background."""
        if self.fetch is None:
            self.notice(_("No mailbox is set up: see [mailboxes] of the configuration"), "error")
        else:
            self.fetch.begin()

    def action_hint_quit(self) -> None:
        """Ctrl+C does not quit: it is what people press to copy."""
        self.notice(_("Press q to quit"))

    def action_command_palette(self) -> None:
        """Search all commands."""
        from sdesk.tui.screens.command_search import CommandSearch

        if not isinstance(self.screen, CommandSearch):
            self.push_screen(CommandSearch())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every command of the registry with its key, the views, and the themes."""
        from sdesk.tui.found_commands import found_commands

        return found_commands(self, screen)


def run_console(
    *,
    store: Path,
    login: str,
    fetch: Fetch | None,
    now: Callable[[], datetime],
    settings: ConsoleSettings | None = None,
    mailroom: Mailroom | None = None,
    filled: Callable[[], object] = lambda: None,
) -> bool:
    """Run the console on this terminal until the person quits; False where a bug ended it, whose traceback was printed.

    `fetch` fetches all mailboxes: it is called in a thread of its own with a function that takes (done, all) messages,
    and gives one report a mailbox. `filled` is called once the first rows are shown. Raises what kept the console from
    starting: NotFound for an unknown login, Unavailable for a store that is missing, no store, or of another version;
    BadInput for an unknown theme, language or command.
    """
    settings = settings or ConsoleSettings()
    begin_to_speak(settings)
    if settings.keys:
        from sdesk.tui.own_keys import check_keys

        check_keys(settings.keys)
    console = Console(
        store=store, login=login, fetch=fetch, now=now, settings=settings, mailroom=mailroom, filled=filled
    )
    console.run(mouse=settings.mouse)
    if console.failure is not None:
        raise console.failure
    return not console.return_code
