"""The facets of the queue: what the present list consists of, each value a key press from the filter."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sdesk.domain.errors import BadInput, SdeskError
from sdesk.domain.facets import FacetTerm, terms_of, toggled, without
from sdesk.domain.filters import Filter
from sdesk.store.reader.facets import FIELDS
from sdesk.tui.language import _
from sdesk.tui.screens.queue_views import QueueViews
from sdesk.tui.views import filter_of

if TYPE_CHECKING:
    from sdesk.tui.screens.facets import Facets


class QueueFacets(QueueViews):
    """A queue that is narrowed by what it consists of."""

    def action_facets(self) -> None:
        """Count the list by its values, and choose some."""
        from sdesk.tui.screens.facets import Facets

        if self.filter_error:
            self.console.notice(_("The filter is wrong: mend it first"), "error")
            return
        dialog = Facets(_("Narrow {view} by").format(view=self.view.label), lambda term: self._toggle(dialog, term))
        dialog.say(terms_of(self.filter_text))
        self.app.push_screen(dialog)
        self._count(dialog)

    def _toggle(self, dialog: Facets, term: FacetTerm) -> None:
        self.set_filter(toggled(self.filter_text, term))
        dialog.say(terms_of(self.filter_text))
        self._count(dialog)

    def _count(self, dialog: Facets) -> None:
        """A question a field, so that a key pressed meanwhile waits for one of them at most.

        The values of a field are counted without those that were chosen of it: they are alternatives.
        """
        now, zone = self.console.now(), self.console.zone
        for field in FIELDS:
            text = self.filter_text if field == "is" else without(self.filter_text, field)
            try:
                wanted = filter_of(self.view, text, now=now, zone=zone)
            except BadInput:
                return  # the bar says what is wrong
            self._count_by(dialog, field, wanted, now)

    def _count_by(self, dialog: Facets, field: str, wanted: Filter, now: datetime) -> None:
        self.console.link.read(
            self,
            lambda reader, actor: reader.facet(actor, wanted, field, now=now),
            partial(dialog.fill, field),
            self._not_counted,
            topic=f"facet {field}",
        )

    def _not_counted(self, error: SdeskError) -> None:
        if not isinstance(error, BadInput):  # of a filter that is wrong the bar says so
            self.console.notice_error(error)
