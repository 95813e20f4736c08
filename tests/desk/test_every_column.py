"""Forgetting and purging know every column that could name somebody, or refer to what goes: a new one is decided on.

A failure says that the schema has grown. Let `traces.py` or `purging.py` handle the column, or name it below and say
why not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from desks import NOW
from intake_desk import MailDesk

from sdesk.desk import traces
from sdesk.desk.purging import purge
from sdesk.domain.actor import SYSTEM

OTHERWISE = {
    # Replaced, or taken out, by statements of their own.
    "message.author_name message.author_address message.recipients outbox.recipients outbox.to_address",
    "person.name person.phone person_address.address sign_in.address token.address undo.before undo.sentence",
    # Written anew from what they are made of.
    "ticket_fts.subject ticket_fts.body ticket_fts.people",
    # Bytes, which go whole.
    "raw_mail.data blob.data",
}

NOBODY = {
    "the desk file, of which it is said where it names an address": """
        agent.key agent.name agent.email agent.notify calendar.key calendar.time_zone calendar.country
        calendar.subdivision calendar.hours calendar.free calendar.working desk.name desk.ref_prefix desk.language
        desk.time_zone desk.currency desk.loop_token desk.rules desk.source ready_reply.key ready_reply.title
        ready_reply.text recurring_ticket.key recurring_ticket.subject recurring_ticket.text recurring_ticket.rule
        recurring_ticket.starts recurring_ticket.time_zone recurring_ticket.requester recurring_ticket.priority
        recurring_ticket.tags recurring_ticket.catch_up routing_rule.condition routing_rule.assignment service.key
        service.name service.impact service.urgency service.stops_share service.offered_to service.category
        service.description service.help service.fields form_value.key form_value.label sla.key sla_target.priority
        team.key team.name team.address team.signature template.name template.language template.subject template.body
        unit.key unit.name unit.kind unit.stops unit.phone unit.address unit.manager unit_address.pattern
        """,
    "named on purpose, which is said": "blocked_sender.pattern",
    "an agent's login": "absence.actor blocked_sender.actor history.actor saved_view.owner",
    "a key, a digest or a number": """
        attachment.content_id blob.sha256 check_event.likeness draft.stamp form_draft.session ledger.uid
        ledger.sha256 ledger.identity ledger.message_id message.message_id message.in_reply_to outbox.message_id
        raw_mail.sha256 ticket.external_id ticket.token token.hash undo.batch incident_proposal.tickets
        alembic_version.version_num portal_session.hash sign_in.hash
        """,
    "a machine's name of a check": "check_event.source check_event.key",
    "a word of the house, or a name that an agent gave": """
        attachment.media_type check_event.state clock_run.kind draft.direction form_draft.form history.event
        incident_proposal.ended_how last_run.name ledger.mailbox ledger.folder ledger.outcome link.kind
        mailbox_state.mailbox mailbox_state.folder message.defects message.direction message.party outage.share
        outage.slices outbox.done outbox.kind outbox.language outbox.state person.language presence.doing
        quarantine.ended_how saved_view.name sign_in.language saved_view.sort tag.tag ticket.alerts ticket.channel
        ticket.due_kind ticket.impact ticket.own_impact ticket.priority ticket.status ticket.urgency
        ticket.waiting_for token.holder trouble.place undo.verb agent.role
        """,
}

REFERS = {
    # A ticket takes them along.
    "goes": """
        attachment.message_id check_event.ticket_id clock_run.ticket_id draft.ticket_id form_value.ticket_id
        history.ticket_id link.ticket_id
        link.other_id message.ticket_id occurrence.ticket_id outage.ticket_id presence.ticket_id seen.ticket_id
        tag.ticket_id time_spent.ticket_id token.ticket_id undo.ticket_id visit.ticket_id watcher.ticket_id
        """,
    # They are of another ticket, or of none.
    "points at nothing": """
        check_event.message_id incident_proposal.incident_id ledger.ticket_id outbox.message_ref outbox.ticket_id
        ticket.incident_id time_spent.message_id token.message_ref
        """,
    # Nobody takes a person out: a pseudonym stands in the row.
    "stays": "message.person_id person_address.person_id portal_session.person_id ticket.requester_id",
}


def columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Table, column and type of all but what SQLite itself keeps."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    for (table,) in connection.execute(tables).fetchall():
        if not table.startswith("ticket_fts_"):
            for row in connection.execute(f'PRAGMA table_info("{table}")'):
                yield table, row[1], row[2]


def test_every_column_of_words_is_forgotten_or_names_nobody(desk_path: Path) -> None:
    with closing(sqlite3.connect(desk_path)) as connection:
        words = {
            f"{table}.{column}"
            for table, column, kind in columns(connection)
            # Instants are written as text.
            if kind not in {"INTEGER", "BOOLEAN"} and not column.endswith(("_at", "_until", "_since"))
        } - {f"{each}.since" for each in ("mailbox_state", "trouble", "watcher")}
    words -= {
        "outbox.send_after",
        "outage.down_from",
        "outage.down_to",
        "presence.until",
        "last_run.at",
        "history.at",
        "undo.at",
    }
    scrubbed = {
        f"{table}.{column}"
        for part in (traces._SCRUBBED, traces._TEXTS)
        for table, listed in part.items()
        for column in listed
    }
    handled = {*scrubbed, *" ".join(OTHERWISE).split()}
    exempt = set(" ".join(NOBODY.values()).split())
    assert handled & exempt == set()
    assert words - handled - exempt == set(), "who is forgotten could stand there"
    assert (handled | exempt) - words == set(), "there are no such columns any more"


def test_every_document_is_scrubbed_as_one(desk_path: Path) -> None:
    """What is no document would be missed behind an escaped line break."""
    with closing(sqlite3.connect(desk_path)) as connection:
        kinds = {(table, column): kind for table, column, kind in columns(connection)}
    # Documents and instants are TEXT, words are VARCHAR; these are words.
    words = {("draft", "text")} | {each for each in kinds if each[0] == "ticket_fts"}
    scrubbed = {(table, column) for table, listed in traces._SCRUBBED.items() for column in listed}
    assert not {each for each in scrubbed if kinds[each] == "TEXT"} - words - traces._DOCUMENTS
    assert scrubbed.issuperset(traces._DOCUMENTS)


def test_every_reference_to_a_ticket_a_message_or_a_person_is_decided_on(desk_path: Path) -> None:
    found = {name: set[str]() for name in REFERS}
    with closing(sqlite3.connect(desk_path)) as connection:
        tables = {table for table, _, _ in columns(connection)}
        for table in tables:
            must = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[3] or row[5]}
            for row in connection.execute(f'PRAGMA foreign_key_list("{table}")'):
                column = row[3]
                if row[2] in {"ticket", "message"}:
                    goes = column in must or table == "history"
                    found["goes" if goes else "points at nothing"].add(f"{table}.{column}")
                elif row[2] == "person":
                    found["stays"].add(f"{table}.{column}")
    for name, listed in REFERS.items():
        assert sorted(found[name]) == sorted(listed.split()), name


def test_a_table_that_is_new_holds_up_no_purge(desk_of_mail: MailDesk) -> None:
    number = desk_of_mail.ask(1)
    stays = desk_of_mail.ask(2)
    later = NOW + timedelta(days=800)
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        connection.executescript(
            "CREATE TABLE guest (ticket_id INTEGER NOT NULL REFERENCES ticket (id));"
            "CREATE TABLE bookmark (message_id INTEGER NOT NULL REFERENCES message (id));"
            "CREATE TABLE remark (id INTEGER PRIMARY KEY, ticket_id INTEGER REFERENCES ticket (id),"
            " message_id INTEGER REFERENCES message (id));"
            f"INSERT INTO guest VALUES ({number}), ({stays});"
            f"INSERT INTO bookmark SELECT id FROM message WHERE ticket_id IN ({number}, {stays});"
            f"INSERT INTO remark SELECT NULL, ticket_id, id FROM message WHERE ticket_id = {number};"
            f"UPDATE ticket SET status = 'spam', is_open = 0 WHERE id = {number};"
        )
    assert purge(desk_of_mail.desk, SYSTEM, later, later - timedelta(days=730), spam=True, raw=False).tickets == 1
    with closing(sqlite3.connect(desk_of_mail.path)) as connection:
        assert connection.execute("SELECT ticket_id FROM guest").fetchall() == [(stays,)]
        assert connection.execute("SELECT count(*) FROM bookmark").fetchall() == [(1,)]
        assert connection.execute("SELECT ticket_id, message_id FROM remark").fetchall() == [(None, None)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
