"""The table of all commands: where each is written, and its line in the help. Nothing is imported until it runs."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A command: a function of a module of `sdesk.cli`."""

    module: str
    function: str
    summary: str
    """One line for the help of what is above it; the function's docstring is its own help."""
    prints: bool = True
    """Whether `-o` and `--fields` mean anything."""
    whole: bool = False
    """Whether it is the desk's own work, on the whole store: no agent who was named does it from before a wall."""


class Noun(NamedTuple):
    """A group of commands."""

    summary: str
    verbs: dict[str, Verb | Noun]


_DAILY: dict[str, Verb] = {
    "new": Verb("new", "new", "create a ticket"),
    "list": Verb("queue", "list_tickets", "print tickets, most urgent first"),
    "show": Verb("show", "show", "print tickets whole: facts, conversation, history"),
    "take": Verb("work", "take", "make tickets yours"),
    "assign": Verb("work", "assign", "give tickets to an agent or a team"),
    "reply": Verb("answers", "reply", "answer the requester"),
    "forward": Verb("answers", "forward", "ask a supplier"),
    "take-back": Verb("answers", "take_back", "take back an answer, within ten seconds"),
    "undo": Verb("undo", "undo", "undo what you did last, whole"),
    "note": Verb("answers", "note", "write an internal note"),
    "wait": Verb("work", "wait", "wait for the requester, a supplier or a date"),
    "close": Verb("answers", "close", "resolve tickets, telling the requester"),
    "approve": Verb("approving", "approve", "write down that an approver said yes"),
    "refuse": Verb("approving", "refuse", "write down that an approver said no"),
    "reopen": Verb("answers", "reopen", "open resolved or closed tickets again"),
    "confirm": Verb("outages", "confirm", "confirm an outage, or set it right: its loss counts"),
    "restored": Verb("outages", "restored", "end an outage, keep the ticket open"),
    "next": Verb("queue", "next_ticket", "the most urgent ticket of your teams that nobody has; take it"),
    "why": Verb("why", "why_tickets", "why tickets have the priority, team and deadlines that they have"),
    "history": Verb("queue", "history", "print what happened to tickets"),
}

_QUESTIONS: dict[str, Verb] = {
    "now": Verb("now", "now", "what must be done right now, and what to type"),
    "who": Verb("who", "who", "who does what, by when; which promises will break"),
    "past": Verb("past", "past", "what happened last week, month, quarter, or from one day to another"),
    "ahead": Verb("ahead", "ahead", "what comes, day by day"),
}
"""What whoever leads a desk asks."""

DAILY: tuple[str, ...] = tuple(_DAILY)
"""Shown first in the help."""

COMMANDS: dict[str, Verb | Noun] = {
    **_DAILY,
    **_QUESTIONS,
    "ticket": Noun(
        "the daily verbs, and set, tag, watch, merge, split, link, attach, approvals, import, export",
        {
            **_DAILY,
            "merge": Verb("merge", "merge", "put tickets into another, which goes on alone"),
            "split": Verb("merge", "split", "open a ticket of its own for messages of one"),
            "link": Verb("links", "link", "say that tickets belong together, or are one incident"),
            "unlink": Verb("links", "unlink", "take tickets out of their incident, or apart"),
            "tag": Verb("tag", "tag", "add tags, and take others away"),
            "watch": Verb("watchers", "watch", "be told of tickets that are another's"),
            "unwatch": Verb("watchers", "unwatch", "be told of them no more"),
            "ask-approval": Verb("approving", "ask", "ask for an approval, once more or of somebody else"),
            "drop-approval": Verb("approving", "cancel", "ask for no approval: tickets go on without"),
            "attach": Noun(
                "the files of tickets",
                {
                    "add": Verb("attach", "add", "put files to a ticket, with a note"),
                    "list": Verb("attach", "list_files", "print the files of tickets"),
                    "get": Verb("attach", "get", "write a file of a ticket out", prints=False),
                },
            ),
            "import": Verb("ticket_import", "import_tickets", "create or update tickets from JSON lines or CSV"),
            "export": Verb(
                "ticket_export", "export_tickets", "print tickets as `ticket import` reads them", prints=False
            ),
            "set": Verb("ticket_set", "set_fields", "set the facts of tickets right; time spent, visits"),
        },
    ),
    "mail": Noun(
        "fetch and send mail, and look at what became of it",
        {
            "fetch": Verb("fetch", "fetch", "take new mail from the mailboxes", whole=True),
            "send": Verb("send", "send", "send what waits in the outbox, and tell agents", whole=True),
            "test": Verb(
                "mail_test", "explain_files", "print what a message on disk would become, and which rule decides it"
            ),
            "block": Verb("block", "block", "discard a sender's mail from now on; alone: print who is blocked"),
            "pipe": Verb("pipe", "pipe", "take one message that a mail server pipes in", prints=False),
            "import": Verb("mail_import", "import_mail", "make tickets of an old archive", whole=True),
            "parse": Verb("parse", "parse", "print what the desk makes of one raw message"),
            "check": Verb("mail_check", "check", "log in everywhere, and say what works", whole=True),
            "ledger": Verb("ledger", "ledger", "print the messages that the desk saw, newest first"),
            "outbox": Noun(
                "mail that is to go, or went",
                {
                    "list": Verb("outbox", "outbox_list", "print it, newest first"),
                    "show": Verb("outbox", "outbox_show", "print one as it goes or went", prints=False),
                    "retry": Verb("outbox_change", "outbox_retry", "try again what failed, or waits"),
                    "release": Verb("outbox_change", "outbox_release", "let go what is held"),
                    "discard": Verb("outbox_change", "outbox_discard", "see that it never goes"),
                },
            ),
            "quarantine": Noun(
                "messages whose handling failed",
                {
                    "list": Verb("ledger", "quarantine_list", "print them"),
                    "show": Verb("ledger", "quarantine_show", "print one, and why it failed"),
                    "retry": Verb("quarantine", "retry", "handle them again"),
                    "discard": Verb("quarantine", "discard", "give them up"),
                },
            ),
        },
    ),
    "import": Noun(
        "move in from another system",
        {
            "csv": Verb("import_csv", "import_csv", "from a spreadsheet, by a mapping that you decide"),
            "otrs": Verb("import_otrs", "import_otrs", "from the database of OTRS, Znuny or OTOBO, with its mail"),
        },
    ),
    "view": Noun(
        "named filters, which the console has on its digits",
        {
            "list": Verb("view", "view_list", "print your views, and how many tickets each has"),
            "save": Verb("view", "view_save", "save a filter under a name"),
            "show": Verb("view", "view_show", "print one view"),
            "delete": Verb("view", "view_delete", "delete a saved view"),
        },
    ),
    "desk": Noun(
        "the desk file: calendars, SLAs, teams, agents, units, services, routing",
        {
            "init": Verb("desk_init", "init", "write a desk file to begin with", prints=False),
            "check": Verb("desk_check", "check", "look for mistakes in a desk file, and try it on mails"),
            "plan": Verb("desk", "plan", "print what a desk file would change, and which tickets it moves"),
            "apply": Verb("desk", "apply", "make the desk as a desk file says"),
            "export": Verb("desk", "export", "print the desk file that is in force", prints=False),
            "template": Noun(
                "the words of what the desk sends",
                {
                    "list": Verb("template", "template_list", "print the templates, and where each comes from"),
                    "show": Verb(
                        "template", "template_show", "print a template, or the mail that it makes", prints=False
                    ),
                },
            ),
        },
    ),
    "agent": Noun(
        "who works tickets",
        {
            "list": Verb("catalogue", "agents", "print the agents"),
            "show": Verb("details", "agent_show", "print one whole"),
            "away": Verb("absence", "agent_away", "say that one is away, and who stands in"),
            "back": Verb("absence", "agent_back", "say that one is back"),
        },
    ),
    "team": Noun(
        "the teams",
        {
            "list": Verb("catalogue", "teams", "print the teams"),
            "show": Verb("details", "team_show", "print one whole"),
            "on-call": Verb("absence", "team_on_call", "print who is on call, now and in the coming weeks"),
        },
    ),
    "service": Noun(
        "what the desk offers",
        {
            "list": Verb("offers", "services", "print the services: the catalogue"),
            "show": Verb("offers", "service_show", "print one whole"),
        },
    ),
    "unit": Noun(
        "the places that the desk serves",
        {
            "list": Verb("catalogue", "units", "print the units"),
            "show": Verb("details", "unit_show", "print one whole, with its outages"),
        },
    ),
    "asset": Noun(
        "equipment, by its inventory number",
        {
            "list": Verb("asset", "asset_list", "print it, by unit, kind, service, warranty or words"),
            "show": Verb("asset", "asset_show", "print one piece whole: tickets, loss, checks, history"),
            "add": Verb("asset", "asset_add", "write down a new piece"),
            "set": Verb("asset", "asset_set", "move a piece, say what it carries and what watches it"),
            "retire": Verb("asset", "asset_retire", "take a piece out of use, or into it again"),
            "import": Verb("asset_import", "import_assets", "add or change equipment from CSV or JSON lines"),
            "export": Verb("asset_import", "export_assets", "print equipment as `asset import` reads it", prints=False),
        },
    ),
    "board": Verb("equipment_board", "board", "how equipment stands in each unit: down, in question, the loss"),
    "person": Noun(
        "the people whom the desk serves",
        {
            "list": Verb("person", "people", "print them"),
            "show": Verb("person", "person_show", "print one whole, with the tickets"),
            "forget": Verb("forget", "person_forget", "put a pseudonym in the place of a person"),
        },
    ),
    "calendar": Noun(
        "calendars: when the desk works",
        {
            "list": Verb("details", "calendars", "print them"),
            "show": Verb("details", "calendar_show", "print one whole"),
        },
    ),
    "incident": Noun(
        "several tickets that are one incident",
        {
            "list": Verb("incident", "incident_list", "print what looks like one, and what is one"),
            "accept": Verb("incident", "accept", "make one incident of a proposal's tickets"),
            "decline": Verb("incident", "decline", "say that a proposal's tickets are none", prints=False),
        },
    ),
    "playbook": Noun(
        "work of several departments, counted from a day",
        {
            "list": Verb("playbook", "playbook_list", "print the playbooks of the desk file"),
            "show": Verb("playbook", "playbook_show", "print one whole, with its steps"),
            "start": Verb("playbook_change", "start", "start one for a day: its parent, and what is due of its steps"),
            "runs": Verb("playbook", "playbook_runs", "print those that are running"),
            "progress": Verb("playbook", "playbook_progress", "print how far one has come, and what holds it up"),
            "move": Verb("playbook_change", "move", "move the day of one: what is not done moves along"),
            "skip": Verb("playbook_change", "skip", "leave a step out this time"),
            "cancel": Verb("playbook_change", "cancel", "cancel one: nothing more of it is opened"),
            "example": Verb("playbook", "playbook_example", "print one to put into a desk file", prints=False),
        },
    ),
    "event": Noun(
        "what monitoring says of its checks",
        {
            "down": Verb("event", "down", "a check is down: open its ticket, or add to it"),
            "up": Verb("event", "up", "a check is up again: resolve its ticket"),
        },
    ),
    "sla": Noun(
        "promises",
        {
            "list": Verb("sla", "list_slas", "print the SLAs"),
            "show": Verb("sla", "show", "print one: its hours, and what it promises for each priority"),
            "explain": Verb("sla_explain", "explain", "print every step of the clocks of tickets"),
            "due": Verb("sla", "due", "when a target falls due, in a calendar's working time"),
            "sweep": Verb("sla", "sweep", "do what time brings now: wake, tell, close", whole=True),
        },
    ),
    "db": Noun(
        "the store",
        {
            "init": Verb("db", "init", "make a new store", prints=False),
            "migrate": Verb("db", "migrate", "bring the store up to this program's schema", prints=False, whole=True),
            "backup": Verb("backup", "backup", "copy the store into one file, while it is in use", whole=True),
            "restore": Verb("backup", "restore", "put a backup in the place of the store", whole=True),
            "check": Verb(
                "db_check", "check", "look for damage in the store, and mend what can be derived", whole=True
            ),
            "size": Verb("size", "size", "print what takes the room", whole=True),
            "purge": Verb("purge", "purge", "take out old spam, and raw bytes of old mail", whole=True),
            "path": Verb("db", "path", "print where the store is", prints=False),
        },
    ),
    "ssh": Noun(
        "the desk served over OpenSSH",
        {
            "authorized-keys": Verb(
                "ssh", "authorized_keys", "print the keys by which agents log in; the SSH server runs it", prints=False
            ),
            "session": Verb("ssh", "session", "serve one login; the SSH server runs it", prints=False),
            "setup": Verb("ssh", "setup", "print what the SSH server and the account need", prints=False),
        },
    ),
    "check": Verb("check", "check", "check the desk itself, as a plug-in of Nagios", prints=False),
    "doctor": Verb("doctor", "doctor", "what is set up, what works, and what to do about the rest"),
    "init": Verb("init", "init", "make a store and a first configuration file", prints=False),
    "tick": Verb("tick", "tick", "do all that time brings; for cron", prints=False, whole=True),
    "portal": Verb("portal", "portal", "serve the web pages for people without a terminal", prints=False),
    "tui": Verb("console", "tui", "open the console", prints=False),
    "demo": Verb("console", "demo", "look at a throw-away desk"),
    "schema": Verb("schema", "schema", "JSON Schemas of what is printed, and of the desk file"),
    "completion": Verb(
        "completion", "completion", "print the script that completes what you type in bash, zsh or fish", prints=False
    ),
    "help": Verb("about", "help_topic", "help on a command, or on a topic, as exit-codes", prints=False),
    "version": Verb("about", "version", "print the version", prints=False),
}
