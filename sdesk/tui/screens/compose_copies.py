"""Who may be meant in the line of copies: agents by login, name and address, then people and shops."""

from __future__ import annotations

from sdesk.domain.actor import Actor
from sdesk.domain.inbound import Mailbox
from sdesk.store.reader import Reader
from sdesk.tui.language import _
from sdesk.tui.widgets.copies_field import Known

MOST = 8
"""How many are offered."""


def known_boxes(reader: Reader, actor: Actor, words: str, there: str) -> tuple[Known, ...]:
    """Whom the agent may know by these words; who is `there` already, as the requester, is left out."""
    wanted = words.casefold().split()
    found: dict[str, Known] = {}
    for agent in reader.agents():
        said = f"{agent.login} {agent.name} {agent.email}".casefold()
        if all(word in said for word in wanted):
            about = _("agent {login}").format(login=agent.login)
            found[agent.email.lower()] = Known(Mailbox(agent.email, agent.name), about)
    for row in reader.callers(actor, words):
        if row.address:
            name = "" if row.is_unit else row.name
            found.setdefault(row.address.lower(), Known(Mailbox(row.address, name), row.unit_name or ""))
    return tuple(each for address, each in found.items() if address not in there.lower())[:MOST]
