"""Setting facts right: one form of all of them, the priority by a key, tags of one ticket or of several."""

from __future__ import annotations

from sdesk.domain.safe_text import one_line
from sdesk.domain.ticket import Priority
from sdesk.store.reader.rows import TicketRow
from sdesk.tui.language import _
from sdesk.tui.verbs.doing import Verbs, named

AUTO = "auto"
"""Takes a priority by hand back, for the use case."""


class Editing(Verbs):
    """Sets tickets right."""

    def action_edit(self) -> None:
        """All facts in one form."""
        from sdesk.tui.screens.form_edit import EditForm

        what = _("A subject and a requester are one ticket's: t, P and tags work on several")
        if not (rows := self._only("set", what)):
            return
        form = EditForm(_("Facts of {tickets}").format(tickets=named(rows)), rows[0])
        self._ask(form, "set", rows)
        self.console.link.read(
            form,
            lambda reader, actor: (reader.units(), reader.tags(actor)),
            lambda answer: form.fill(*answer),
            self.console.notice_error,
        )

    def action_tags(self) -> None:
        """Add tags, and take them away."""
        from sdesk.tui.screens.form_edit import TagsForm

        if not (rows := self._possible("tag")):
            return
        form = TagsForm(_("Tags of {tickets}").format(tickets=named(rows)), rows)
        self._ask(form, "tag", rows, kept_as="tags")
        self.console.link.read(form, lambda reader, actor: reader.tags(actor), form.fill, self.console.notice_error)

    # ---- priority -------------------------------------------------------------------------------

    def action_priority(self) -> None:
        """Override the priority, with a reason, or take that back."""
        from sdesk.tui.screens.choose import Choice, Choose

        if not (rows := self._possible("priority")):
            return

        def chosen(priority: str | None) -> None:
            if priority == AUTO:
                self._perform("priority", rows, {"priority": AUTO})
            elif priority is not None:
                self._reason(rows, priority)

        reason = rows[0].priority_reason if len(rows) == 1 else None
        now = _("now {priority}").format(priority=rows[0].priority.value) if len(rows) == 1 else ""
        by_hand = _("{now}, by hand: {reason}").format(now=now, reason=one_line(reason)) if reason else now
        choices = [
            *(
                Choice(each.value, (each.value, by_hand if now and each is rows[0].priority else ""))
                for each in Priority
            ),
            Choice(AUTO, (AUTO, _("as impact, urgency and loss say"))),
        ]
        title = _("Priority of {tickets}").format(tickets=named(rows))
        self.app.push_screen(Choose(title, choices, widths=(6,)), chosen)

    def action_priority_up(self) -> None:
        """One priority up, with a reason."""
        self._priority_by(-1, _("nothing is above P1"))

    def action_priority_down(self) -> None:
        """One priority down, with a reason."""
        self._priority_by(1, _("nothing is below P5"))

    def _priority_by(self, step: int, end: str) -> None:
        if not (rows := self._possible("priority")):
            return
        stand = {row.priority for row in rows}
        if len(stand) > 1:
            several = ", ".join(sorted(each.value for each in stand))
            words = _("{tickets} are {priorities}: choose one with P").format(tickets=named(rows), priorities=several)
            self.console.notice(words, "error")
            return
        order = list(Priority)
        place = order.index(stand.pop()) + step
        if not 0 <= place < len(order):
            self.console.notice(f"{named(rows)}: {end}", "error")
            return
        self._reason(rows, order[place].value)

    def _reason(self, rows: tuple[TicketRow, ...], priority: str) -> None:
        from sdesk.tui.screens.ask import Ask

        def reasoned(reason: str | None) -> None:
            if reason is not None:
                self._perform("priority", rows, {"priority": priority, "reason": reason.strip()})

        ask = Ask(
            _("Why {priority} for {tickets}?").format(priority=priority, tickets=named(rows)),
            placeholder=_("the reason, which is recorded"),
            needed=_("A priority by hand is set with a reason"),
        )
        self.app.push_screen(ask, reasoned)
