"""All verbs together: what the list and the ticket both can do."""

from __future__ import annotations

from sdesk.tui.verbs.approving import Approving
from sdesk.tui.verbs.assigning import Assigning
from sdesk.tui.verbs.belonging import Belonging
from sdesk.tui.verbs.copying import Copying
from sdesk.tui.verbs.creating import Creating
from sdesk.tui.verbs.doing import DoingScreen
from sdesk.tui.verbs.editing import Editing
from sdesk.tui.verbs.effort import Effort
from sdesk.tui.verbs.forwarding import Forwarding
from sdesk.tui.verbs.opening import Opening
from sdesk.tui.verbs.ordering import Ordering
from sdesk.tui.verbs.outage import Outages
from sdesk.tui.verbs.settling import Settling
from sdesk.tui.verbs.telling import Telling
from sdesk.tui.verbs.undoing import Undoing
from sdesk.tui.verbs.watching import Watching
from sdesk.tui.verbs.writing import Writing


class WorkScreen(
    Assigning,
    Settling,
    Editing,
    Belonging,
    Watching,
    Approving,
    Outages,
    Effort,
    Forwarding,
    Creating,
    Writing,
    Opening,
    Copying,
    Telling,
    Ordering,
    Undoing,
    DoingScreen,
):
    """A screen that works on tickets."""
