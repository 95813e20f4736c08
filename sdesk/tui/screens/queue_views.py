"""The views of the queue: one is shown, others are a digit away; saved ones come and go while the console is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sdesk.domain.views import EVERYBODY, find
from sdesk.tui.actions import Command
from sdesk.tui.language import _, told
from sdesk.tui.screens.queue_filter import QueueFilter
from sdesk.tui.views import ALL, TEAM, View, ViewKey

if TYPE_CHECKING:
    from sdesk.actions.views import SavedView
    from sdesk.tui.screens.view_form import ViewAnswer


class QueueViews(QueueFilter):
    """A queue with several views."""

    def __init__(self) -> None:
        super().__init__()
        self._show_next: ViewKey | None = None
        """The view that was saved, until the reader has it."""
        self._saved_words = ""
        """What became of it: said once the reader knows which key it is on."""

    # ---- which one is shown ---------------------------------------------------------------------

    def show_view(self, key: ViewKey) -> None:
        """Show a view, with the filter that was typed there last."""
        if key == self.view_key:
            return
        self._leave_view()
        self.view_key = key
        self.rows.clear_marks()
        self.rows.window.cursor = None
        self.show_field()
        self.load_start()
        self.rows.focus()

    def show_view_named(self, name: str) -> None:
        """Show the view of a name; NotFound with the nearest one."""
        views = self.console.views
        labelled = next((view for view in views if view.label.casefold() == name.strip().casefold()), None)
        self.show_view((labelled or find(name, views)).key)

    def action_show_view(self, place: int) -> None:
        """Show a view by its place among them: a click."""
        if place < len(self.console.views):
            self.show_view(self.console.views[place].key)

    def _on_digit(self, digit: int) -> None:
        view = next((view for view in self.console.views if view.digit == digit), None)
        if view is not None:
            self.show_view(view.key)
        else:
            self.console.notice(_("No view is on {digit}: save one from the palette (Ctrl+P)").format(digit=digit))

    def action_view_1(self) -> None:
        """The agent's own, unless another was put there."""
        self._on_digit(1)

    def action_view_2(self) -> None:
        """Nobody's."""
        self._on_digit(2)

    def action_view_3(self) -> None:
        """The team's."""
        self._on_digit(3)

    def action_view_4(self) -> None:
        """Waiting."""
        self._on_digit(4)

    def action_view_5(self) -> None:
        """Breached."""
        self._on_digit(5)

    def action_view_6(self) -> None:
        """All."""
        self._on_digit(6)

    def action_view_7(self) -> None:
        """A saved one."""
        self._on_digit(7)

    def action_view_8(self) -> None:
        """A saved one."""
        self._on_digit(8)

    def action_view_9(self) -> None:
        """A saved one."""
        self._on_digit(9)

    def action_next_view(self) -> None:
        """The view to the right."""
        self.action_show_view((self.view_place + 1) % len(self.console.views))

    def action_previous_view(self) -> None:
        """The view to the left."""
        self.action_show_view((self.view_place - 1) % len(self.console.views))

    def why_not(self, command: Command) -> str | None:
        """Why a command is not possible now."""
        if command.id.startswith("view_") and all(command.id != f"view_{view.digit}" for view in self.console.views):
            return _("no view is on this digit")
        if command.id == "delete_view" and not self.view.is_saved:
            return _("the view that is shown comes with every desk")
        return super().why_not(command)

    # ---- the header's numbers -------------------------------------------------------------------

    def action_narrow(self, words: str) -> None:
        """Show what a number of the header counts: all tickets, narrowed to it."""
        if self.view_key == ALL:
            self.set_filter(words)
        else:
            self._texts[ALL] = words
            self.show_view(ALL)

    # ---- saving ---------------------------------------------------------------------------------

    def action_save_view(self) -> None:
        """Save what is shown as a view: name and digit are asked."""
        from sdesk.actions.views import save_view
        from sdesk.tui.screens.view_form import ViewForm

        view, text, sort = self.view, self.filter_text, self.sort
        if self.filter_error:
            self.console.notice(_("The filter is wrong: mend it first"), "error")
            return
        words = f"{view.words} {text}".strip()

        def answered(answer: ViewAnswer | None) -> None:
            if answer is not None:
                self.console.link.write(
                    self,
                    lambda desk, actor, now: save_view(
                        desk,
                        actor,
                        answer.name,
                        words,
                        sort=sort,
                        digit=answer.digit,
                        everybody=answer.everybody,
                        now=now,
                    ),
                    lambda saved: self._saved(saved, view.key),
                    self.console.notice_error,
                )

        self.app.push_screen(ViewForm(words, view if view.is_saved else None, self.console.views), answered)

    def _saved(self, saved: SavedView, shown: ViewKey) -> None:
        """Show it: what was typed to make it need not narrow the view that it was typed in any more."""
        self._texts.pop(shown, None)
        self._sorts.pop(shown, None)
        self._show_next, self._saved_words = saved.key, told(saved.sentence)
        self.read_totals()

    def action_delete_view(self) -> None:
        """Delete the saved view that is shown; asks first."""
        from sdesk.actions.views import delete_view
        from sdesk.tui.screens.dialog import Confirm

        view = self.view
        if not view.is_saved:
            self.console.notice(_("This view comes with every desk: only saved ones can be deleted"), "error")
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.console.link.write(
                    self,
                    lambda desk, actor, now: delete_view(
                        desk, actor, view.name, everybody=view.owner == EVERYBODY, now=now
                    ),
                    lambda gone: self._deleted(gone),
                    self.console.notice_error,
                )

        whose = _("Delete {view}, which everybody has?") if view.owner == EVERYBODY else _("Delete the view {view}?")
        self.app.push_screen(Confirm(whose.format(view=view.label), _("Delete")), confirmed)

    def _deleted(self, gone: SavedView) -> None:
        self.console.notice(told(gone.sentence), "good")
        self.read_totals()

    def _take_views(self, views: tuple[View, ...]) -> None:
        """The views as they are now: the command line, or another agent, may have changed some."""
        console, before = self.console, self.view
        wanted, self._show_next = self._show_next, None
        if console.ground is None:
            return
        if views != console.views:
            console.ground = console.ground._replace(views=views)
        keys = {view.key for view in views}
        if wanted is not None:
            console.notice(self._saved_words + _where([view for view in views if view.key == wanted]), "good")
        if wanted is not None and wanted != self.view_key and wanted in keys:
            self.show_view(wanted)
        elif self.view_key not in keys:
            console.notice(_("The view {view} is no more: this is the team's queue").format(view=before.label))
            self.show_view(TEAM)
        elif (before.words, before.sort) != (self.view.words, self.view.sort):
            self.show_field()
            self.load_around(keep=False)


def _where(saved: Sequence[View]) -> str:
    """How one gets to a view that was saved: which digit it is on need not have been chosen."""
    digit = next((view.digit for view in saved), None)
    if digit is None:
        return _(": no digit is free, [ and ] go to it")
    return _(": press {digit}").format(digit=digit)
