"""`portal`: the web pages for people without a terminal. What serves them is handed in by `main`."""

from __future__ import annotations

from typing import Annotated

import typer

from sdesk.cli import diagnostics, invocation
from sdesk.cli.diagnostics import ExitCode


def portal(
    ctx: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="ADDRESS:PORT", help="where, instead of what the configuration says"),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="say on standard error what was asked for, without names and keys")
    ] = False,
    show_links: Annotated[
        bool,
        typer.Option(
            "--show-links", help="say the links to sign in on standard error instead of mailing them: to try it"
        ),
    ] = False,
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="listen for others without TLS: only where the line itself is safe")
    ] = False,
) -> ExitCode:
    """Serve the portal: what is offered, requests, known outages, as web pages. Until SIGTERM or Ctrl+C.

    Examples:
      sdesk portal
      sdesk portal --listen 127.0.0.1:8090 -v
      sdesk demo /tmp/demo && sdesk --config /tmp/demo/config.toml portal --show-links
    """
    call = invocation.of(ctx)
    config = call.config
    if listen is not None:
        from sdesk.config import listening_at

        config = config._replace(portal=listening_at(config.portal, listen))
    if call.surroundings.run_portal is None:
        raise TypeError("a command line without a portal")
    call.surroundings.run_portal(
        store=call.store,
        config=config,
        log=diagnostics.note,
        verbose=verbose,
        shows_links=show_links,
        plain_http=plain_http,
    )
    return ExitCode.DONE
