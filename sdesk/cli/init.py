"""`init`: the first command on a new machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation, output
from sdesk.domain.errors import BadInput, Refused, Unavailable
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
    file = user_file(os.environ)
    # First, since a store that is there already makes the next try refuse; the configuration is just left then.
    written = not call.wishes.config and not os.environ.get("SDESK_CONFIG") and _written(file, store)
    try:
        make(store)
    except BaseException:
        if written:
            file.unlink()
        raise
    output.text(f"made the store {store}\n")
    if written:
        output.text(f"made the configuration {file}\n")
    else:
        diagnostics.note("a configuration exists already; it is left as it is")
    diagnostics.note("next: `sdesk desk init` writes a desk file to begin with: who works here, and what is promised")
    diagnostics.note("then `sdesk desk apply desk.toml`, and `sdesk init --cron`")


def _written(file: Path, store: Path) -> bool:
    """Write the configuration whole or not at all; False where there is one already. Unavailable where it cannot."""
    import json

    from sdesk.store.whole_file import write_text

    if os.path.lexists(file):
        return False
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"the configuration {file} cannot be written: {reason_of(error)}", "look at the rights of its folder"
        ) from error
    try:
        # A password may come to stand in it. A TOML basic string is written as a JSON one.
        write_text(file, _CONFIG.format(store=json.dumps(str(store))), over=False, private=True)
    except Refused:  # somebody made it just now
        return False
    return True
