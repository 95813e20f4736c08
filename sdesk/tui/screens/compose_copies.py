"""Who may be meant in the line of copies: agents by login, name and address, then people and shops."""

from __future__ import annotations

from sdesk.domain.actor import Actor
from sdesk.domain.inbound import Mailbox
from sdesk.domain.mailboxes import whole_mailboxes
from sdesk.store.reader import Reader
from sdesk.tui.language import _
from sdesk.tui.widgets.copies_field import Suggested

MOST = 8
"""How many are offered."""


def known_boxes(reader: Reader, actor: Actor, words: str, there: str) -> tuple[Suggested, ...]:
    """Whom the agent may know by these words; who is `there` already, as the requester, is left out.

    `there`: a line of mailboxes, of which one is being typed.
    """
    known = {box.address.lower() for box in whole_mailboxes(there)}
    wanted = words.casefold().split()
    found: dict[str, Suggested] = {}
    for agent in reader.agents():
        said = f"{agent.login} {agent.name} {agent.email}".casefold()
        if all(word in said for word in wanted):
            about = _("agent {login}").format(login=agent.login)
            found[agent.email.lower()] = Suggested(Mailbox(agent.email, agent.name), about)
    for row in reader.callers(actor, words):
        if row.address:
            name = "" if row.is_unit else row.name
            found.setdefault(row.address.lower(), Suggested(Mailbox(row.address, name), row.unit_name or ""))
    return tuple(each for address, each in found.items() if address not in known)[:MOST]
