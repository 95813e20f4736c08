"""What the console answers: in the status line, as long as it is news; errors also where they can be read whole."""

from __future__ import annotations

import time
from typing import Any

from textual.app import App
from textual.widgets import Input

from sdesk.domain.errors import SdeskError
from sdesk.domain.safe_text import one_line
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _, told, told_error
from sdesk.tui.screens.base import DeskScreen
from sdesk.tui.screens.following import Following
from sdesk.tui.way_back import Tail

ANSWER_SECONDS = 5.0
"""How long an answer stands before something less important may take its place."""

ERROR_SECONDS = 10.0
"""How long an error stands at least; then the next key takes it away, since it is about something else by now. The next
screen does so to every notice."""

STANDS_SECONDS = 30.0
"""How long an answer stands where nobody goes elsewhere: long enough for whoever looked away."""

ALARM_SECONDS = 60.0
"""How long an alarm stands at least; then the next key takes it away."""


class Notices(App[None]):
    """An application that answers."""

    def __init__(self, **of_textual: Any) -> None:
        super().__init__(**of_textual)
        self.notice_now: tuple[str, str] = ("", "")
        self.way_back = ""
        """The end of that which says how to undo what was done."""
        self._undone_by: Tail | None = None
        self._last_notice = time.monotonic() - STANDS_SECONDS
        self._toast = False

    def notice(self, text: str, kind: str = "", *, way_back: Tail | None = None) -> None:
        """Answer in the status line of every screen; an error also where there is room for all of it: in the form that
        is being filled in, else as a toast.

        It may hold what a mail or a mail server said. `way_back`: its end, which is seen however long it is."""
        text, self._undone_by = one_line(told(text)), way_back
        again = self.notice_now == (text, kind)
        self._last_notice = time.monotonic()
        self._show_notice(text, kind)
        if kind in {"error", "alarm"} and not again:
            self._say_whole(text, kind)

    def _show_notice(self, said: str, kind: str) -> None:
        back = self._undone_by
        self.way_back = "" if back is None else back.words(self.notice_age)
        self.notice_now = (said + self.way_back, kind)
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen) and screen.is_mounted:
                screen.show_notice()

    def _say_whole(self, text: str, kind: str) -> None:
        screen: object = self.screen_stack[-1] if self.screen_stack else None
        complain = getattr(screen, "complain", None)
        if isinstance(screen, Following) and complain is not None:
            if kind == "error" and self.screen.is_mounted:
                complain(text)
        elif not isinstance(self.focused, Input):
            self._toast = True
            self.notify(text, severity="error", timeout=6, markup=False)

    @property
    def notice_age(self) -> float:
        """Seconds since the last answer."""
        return time.monotonic() - self._last_notice

    def notice_ages(self) -> None:
        """Count down how long an answer can be undone, and take away what is no news any more."""
        (text, kind), age = self.notice_now, self.notice_age
        if not text:
            return
        if kind not in {"error", "alarm"} and age > STANDS_SECONDS:
            self.notice("")
        elif self._undone_by is not None and self._undone_by.words(age) != self.way_back:
            self._show_notice(text.removesuffix(self.way_back), kind)

    def notice_read(self) -> None:
        """A key was pressed: what lay over the screen goes, and an error that stood long enough."""
        if self._toast:
            self._toast = False
            self.clear_notifications()
        least = {"error": ERROR_SECONDS, "alarm": ALARM_SECONDS}.get(self.notice_now[1])
        if least is not None and self.notice_age > least:
            self.notice("")

    def notice_left(self) -> None:
        """Another screen is shown: an answer of a while ago was about the one before it."""
        if self.notice_now[0] and self.notice_age > ERROR_SECONDS and self.notice_now[1] != "alarm":
            self.notice("")

    def aside(self, text: str) -> None:
        """A notice that nobody asked for: left out where it would take an answer away that was hardly read."""
        if self.notice_age >= ANSWER_SECONDS:
            self.notice(text)

    def alarm(self, row: TicketRow) -> None:
        """A P1 has arrived: the bell and the terminal's own notification, and a notice that stays until the next."""
        self.bell()
        self._tell_terminal(f"P1 {row.ref} {one_line(row.subject)}")
        self.notice(_("P1 arrived: {ref} {subject}").format(ref=row.ref, subject=row.subject), "alarm")

    def _tell_terminal(self, text: str) -> None:
        """OSC 9: the terminal notifies, also from behind other windows. Those that do not know it show nothing."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]9;{text[:120]}\x07")

    def notice_error(self, error: SdeskError) -> None:
        """Say what went wrong."""
        self.notice(told_error(error), "error")
