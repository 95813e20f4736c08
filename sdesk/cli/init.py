"""`init`: the first command on a new machine."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.domain.errors import BadInput, Unavailable
from sdesk.domain.system_words import reason_of

_CONFIG = """\
# The machine's own part of sdesk: where the store is, where mail is fetched. What this desk promises, and to whom,
# is in the desk file: `sdesk desk init` writes one to begin with.

[store]
url = {store}

# [mailboxes.support]
# kind = "imap"                     # imap, maildir, mbox
# host = "imap.example.org"
# user = "support"
# password_command = ["pass", "show", "support"]
# addresses = ["support@example.org"]
# team = "it"
# service = "other"

# [smtp]
# host = "smtp.example.org"
# user = "support"
# password_command = ["pass", "show", "support"]

# [notify]
# command = ["/usr/local/bin/ring", "{{agent}}", "{{priority}}", "{{number}}", "{{event}}"]   # the text on its input
# priorities = "P1..P2"             # of what it rings; mail tells of all
# on_success = "https://alive.example.org/sdesk"
"""


def init(
    ctx: typer.Context,
    cron: Annotated[bool, typer.Option("--cron", help="run `sdesk tick` each minute by your crontab")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="run it by a systemd timer, yours or root's")] = False,
    show: Annotated[bool, typer.Option("--print", help="print what would be installed")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="install it without a question")] = False,
) -> None:
    """Make a store, and a configuration file to begin with where there is none; or let `sdesk tick` run each minute.

    Examples:
      sdesk init
      sdesk --db /srv/sdesk/sdesk.db init
      sdesk init --cron
      sdesk init --systemd --print
    """
    call = invocation.of(ctx)
    if cron or systemd:
        from sdesk.cli import schedule

        if cron and systemd:
            raise BadInput("--cron and --systemd are two ways of one thing", "take one of them")
        (schedule.cron if cron else schedule.systemd)(call, show=show, yes=yes)
        return
    if show or yes:
        raise BadInput("--print and --yes go with --cron or --systemd", "say which of the two")
    from sdesk.config import user_file
    from sdesk.store.migrate import init as make

    store = call.store.absolute()
    make(store)
    output.text(f"made the store {store}\n")
    file = user_file(os.environ)
    if call.wishes.config or os.environ.get("SDESK_CONFIG") or file.exists():
        diagnostics.note("a configuration exists already; it is left as it is")
    else:
        import json

        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # For its owner alone from its first byte on: a password may come to stand in it.
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
                # A TOML basic string is written as a JSON one.
                stream.write(_CONFIG.format(store=json.dumps(str(store))))
        except OSError as error:
            raise Unavailable(
                f"the configuration {file} cannot be written: {reason_of(error)}", "look at the rights of its folder"
            ) from error
        output.text(f"made the configuration {file}\n")
    diagnostics.note("next: `sdesk desk init` writes a desk file to begin with: who works here, and what is promised")
    diagnostics.note("then `sdesk desk apply desk.toml`, and `sdesk init --cron`")
