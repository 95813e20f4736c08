"""Listening: the portal as a server of its own, on the loopback interface unless told otherwise."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from sdesk.config import Config
from sdesk.domain.errors import BadInput, Refused, Unavailable
from sdesk.domain.system_words import reason_of
from sdesk.portal.app import Portal, make_app
from sdesk.portal.office import Office
from sdesk.portal.postman import Postman
from sdesk.store.reader.portal_reader import PortalReader

LONGEST_HEAD = 32_768
"""Bytes of a request line with its header fields."""
KEPT_ALIVE = 15
"""Seconds that a connection waits for its next request."""
GRACE = 10
"""Seconds in which pages that are being made come to their end, when the portal is told to stop."""


def base_of(store: Path, config: Config) -> str:
    """Where the portal is reached: as the desk file says, else where it listens."""
    with PortalReader(store) as reader:
        url = reader.portal_url()
    if url is not None:
        return url
    host = config.portal.host
    return f"http://{f'[{host}]' if ':' in host else host}:{config.portal.port}"


def require_safe(config: Config, base: str, *, plain_http: bool, shows_links: bool) -> None:
    """Refused where what people send would go unprotected, or links would lead nowhere."""
    portal = config.portal
    at_home = ip_address(portal.host).is_loopback
    if not at_home and not portal.behind_proxy and not plain_http:
        raise Refused(
            f"{portal.host}:{portal.port} is reached from elsewhere, and nothing protects what goes there",
            "let a proxy with TLS stand before it and set behind_proxy = true in [portal] of the configuration, or say"
            " --plain-http",
        )
    if not at_home and ip_address(portal.host).is_unspecified and base.startswith(f"http://{portal.host}"):
        raise BadInput("nobody knows by which address the portal is reached", "set [portal] url in the desk file")
    if shows_links and not at_home:
        raise Refused("links are shown only where nobody else reaches the portal", "leave --show-links out")


def make_server(
    store: Path,
    config: Config,
    now: Callable[[], datetime],
    log: Callable[[str], None],
    *,
    verbose: bool = False,
    shows_links: bool = False,
) -> tuple[uvicorn.Server, Office, Postman]:
    """A server that does not run yet, and what it works with."""
    # What it warns of is what strangers send.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    base = base_of(store, config)
    office = Office(store, config, now, base=base)
    postman = Postman(office.desk, config, now, log, base=base, shows_links=shows_links)
    office.post = postman.ask
    portal = config.portal
    loopback = ip_address(portal.host).is_loopback
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(Portal(office, log, verbose=verbose)),
            host=portal.host,
            port=portal.port,
            http="h11",
            loop="asyncio",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=portal.behind_proxy,
            # A proxy of this machine; one of another machine is the only one who may reach the port.
            forwarded_allow_ips="127.0.0.1,::1" if loopback else "*",
            h11_max_incomplete_event_size=LONGEST_HEAD,
            timeout_keep_alive=KEPT_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
    )
    return server, office, postman


def serve(
    store: Path,
    config: Config,
    now: Callable[[], datetime],
    log: Callable[[str], None],
    *,
    verbose: bool = False,
    shows_links: bool = False,
    plain_http: bool = False,
) -> None:
    """Serve until told to stop (SIGTERM, Ctrl-C). Unavailable where the address is taken."""
    base = base_of(store, config)
    require_safe(config, base, plain_http=plain_http, shows_links=shows_links)
    where = f"{config.portal.host}:{config.portal.port}"
    with listening(config) as listener:
        server, office, postman = make_server(store, config, now, log, verbose=verbose, shows_links=shows_links)
        log(f"the portal listens on {where}; people reach it at {base}")
        if config.smtp is None and not shows_links:
            log("no mail server is configured: links wait in the outbox until `sdesk mail send` can send them")
        # The server ends well at SIGTERM, and then lets the signal go on to whoever had it before.
        before = signal.signal(signal.SIGTERM, lambda number, frame: None)
        try:
            server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, before)
            postman.close()
            office.close()


def listening(config: Config) -> socket.socket:
    """The socket on which people come in. Unavailable where the address is taken, or is none of this machine."""
    host, port = config.portal.host, config.portal.port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise Unavailable(
            f"the portal cannot listen on {host}:{port}: {reason_of(error)}",
            "set another `listen` in [portal] of the configuration",
        ) from error
