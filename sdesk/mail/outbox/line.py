"""The line to the mail server that a whole run shares: mail to requesters and mail to agents go over the same one."""

from __future__ import annotations

import smtplib
from contextlib import ExitStack
from typing import Self

from sdesk.config.wire import Server
from sdesk.domain.errors import MailServerUnavailable
from sdesk.mail.outbox.deliver import Delivery, LineLost, deliver
from sdesk.mail.outbox.letter import Letter
from sdesk.mail.smtp import open_smtp

LOST_IN_A_ROW = 3
"""So many lines lost one after the other, and the server is taken for out of reach."""


class Line:
    """It is opened when it is first needed, and again where it broke. A server that is out of reach is asked once.

    Used as a context manager: it hangs up at the end.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._open = ExitStack()
        self._client: smtplib.SMTP | None = None
        self._gone: MailServerUnavailable | None = None
        self._lost = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.hang_up()

    def open(self) -> smtplib.SMTP:
        """The connection. MailServerUnavailable where there is none, each time the same; BadInput as `open_smtp`."""
        if self._gone is not None:
            raise self._gone
        if self._client is None:
            try:
                self._client = self._open.enter_context(open_smtp(self.server))
            except MailServerUnavailable as error:
                self._gone = error
                raise
        return self._client

    def deliver(self, letter: Letter, left: tuple[str, ...] = ()) -> Delivery:
        """Send a letter to all its recipients, or to those who are `left` of them.

        Raises LineLost where the line breaks, and after the third in a row the server is out of reach for this run;
        the rest as `open` and `deliver`.
        """
        try:
            delivery = deliver(self.open(), letter, left)
        except LineLost as error:
            self.hang_up()
            self._lost += 1
            if self._lost >= LOST_IN_A_ROW:
                self._gone = MailServerUnavailable(
                    f"the mail server {self.server.host}:{self.server.port} sends nothing: {error}"
                )
            raise
        self._lost = 0
        return delivery

    def hang_up(self) -> None:
        """Close the connection; the next mail gets a new one."""
        self._client = None
        self._open.close()
