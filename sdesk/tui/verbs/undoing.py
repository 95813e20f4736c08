"""Undoing what the agent did last, from wherever he is: it need not be about what the cursor stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _, count_of, told, told_error
from sdesk.tui.verbs.doing import Verbs, in_local_time
from sdesk.tui.way_back import FilesLost

if TYPE_CHECKING:
    from sdesk.actions.perform import Undone
    from sdesk.actions.undo_key import Held


class Undoing(Verbs):
    """Puts back what was done."""

    def action_undo(self) -> None:
        """Undo the last action of this agent, on all tickets that it was done to."""

        from sdesk.actions.undo_key import Held

        def done(answer: Undone | Held) -> None:
            text, kind = undone(answer)
            if isinstance(answer, Held):
                self.console.notice(in_local_time(text, self.console.now(), self.console.zone), kind)
                return
            # All that the list holds of them: of those that are not on screen the version is that before the undo.
            held = [held.row for held in self.console.queue.rows.window.rows]
            self.console.touched(answer.outcomes, [*self.chosen(), *held])
            text = in_local_time(text, self.console.now(), self.console.zone)
            self.console.notice(text, kind, way_back=FilesLost() if answer.files else None)
            if answer.drafts:
                self.console.words_back([outcome.number for outcome in answer.outcomes])
            rows = self.console.queue.rows
            marks = dict(rows.window.marks)
            self.deed_done([outcome.number for outcome in answer.outcomes])
            # What is marked is for the next action: undo was not about it.
            rows.window.marks = marks
            rows.repaint()
            self.console.queue.bars.show()

        self.console.link.write(
            self,
            lambda desk, actor, now: self.console.undo_key.press(desk, actor, now=now),
            done,
            self.console.notice_error,
        )


def undone(answer: Undone | Held) -> tuple[str, str]:
    """What came of it, and the kind of notice: `Undone: SD-12 assigned to anna (7 tickets)`; who is left as he is."""
    from sdesk.actions.undo_key import Held

    if isinstance(answer, Held):
        what = one_line(told(answer.following))
        if answer.tickets > 1:
            what += f" ({count_of('{count} ticket', '{count} tickets', answer.tickets)})"
        text = _("{refused}. Once more undoes what you did before: {what}")
        return text.format(refused=undone(answer.refused)[0], what=what), "error"
    refused = [(outcome.ref, outcome.error) for outcome in answer.outcomes if outcome.error is not None]
    done = list(dict.fromkeys(outcome.number for outcome in answer.outcomes if outcome.error is None))
    refs, why = ", ".join(dict.fromkeys(ref for ref, _error in refused)), told_error(refused[0][1]) if refused else ""
    if not done:
        return _("Not undone ({tickets}): {why}").format(tickets=refs, why=why), "error"
    text = _("Undone: {what}").format(what=one_line(told(answer.sentence)))
    if len(done) > 1:
        text += f" ({count_of('{count} ticket', '{count} tickets', len(done))})"
    if answer.drafts:
        text += _(". The text is your draft")
    if not refused:
        return text, "good"
    return _("{undone}. Not undone ({tickets}): {why}").format(undone=text, tickets=refs, why=why), "error"
