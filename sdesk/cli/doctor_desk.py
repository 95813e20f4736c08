"""What `doctor` looks at of the desk itself: the store, the set-up, who acts, mail in and out, the portal,
the tick.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sdesk.cli.doctor import Finding, Verdict, broken, failed, ok, warning
from sdesk.cli.invocation import Invocation, system_login
from sdesk.cli.wording import ago, counted, since
from sdesk.domain.actor import SYSTEM
from sdesk.domain.duration import format_duration
from sdesk.domain.errors import SdeskError
from sdesk.store.reader.health import Health

LATE = timedelta(minutes=15)
"""A fetch, a tick or a mail that is older is worth a word."""
_OF_THE_PORTAL = ("python_multipart", "starlette", "uvicorn")
"""What the extra `portal` brings."""
_CRON = "let cron run `sdesk tick --quiet` each minute: `sdesk init --cron` writes the line"


def look_at_desk(call: Invocation, *, configured: bool) -> Iterator[Finding]:
    """All of it; where the store cannot be read, that alone."""
    try:
        path = call.store
        desk = call.reader.desk
        health = call.reader.health(call.viewer, call.now)
    except SdeskError as error:
        yield broken("store", error)
        return
    yield _store(path)
    room = _room(path, call.config.keep_free if configured else None)
    yield room
    teams, agents = len(call.reader.teams(SYSTEM)), call.reader.agents()
    if not agents:
        yield failed("set-up", "no desk file was ever applied", "`sdesk desk init`, then `sdesk desk apply FILE`")
    else:
        people = f"{counted(teams, 'team')}, {counted(len(agents), 'agent')}"
        yield ok("set-up", f"{desk.name}: {people}; {counted(health.open, 'open ticket')}")
        yield _agent(call)
    zone = _zone_of(desk.time_zone)
    yield _zone(desk.time_zone)
    yield _clock(health.last_change, call.now)
    if configured:
        yield from _mailboxes(call, health, zone)
        yield _outbox(health, call.now, zone, sends=call.config.smtp is not None)
    yield _portal(call.reader.portal_url(), sends=configured and call.config.smtp is not None)
    yield _quarantine(health)
    yield _tick(health, call.now, zone, needed=configured and bool(call.config.mailboxes or call.config.smtp))
    for trouble in health.troubles:
        # Those of mailboxes are told with them; and a disk that is full now need not be told of twice.
        if not trouble.place.startswith("mailbox ") and (trouble.place, room.verdict) != ("disk", Verdict.FAILED):
            often = "once" if trouble.failures == 1 else f"{trouble.failures:,} times in a row"
            why = f": {trouble.error}" if trouble.error else ""
            yield failed(trouble.place, f"it has failed {since(trouble.since, call.now, zone)}, {often}{why}")


def _store(path: Path) -> Finding:
    from sdesk.store.schema import HEAD

    size = sum(each.stat().st_size for each in (path, path.with_name(f"{path.name}-wal")) if each.exists())
    said = f"{path}, {_size(size)}, schema {HEAD}"
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return failed("store", f"{said}: it cannot be written to", f"give {system_login()} the right to write there")
    if path.stat().st_mode & 0o077:
        return warning("store", f"{said}: others of this machine may read it", f"chmod 600 {path}")
    return ok("store", said)


def _room(path: Path, keep_free: int | None) -> Finding:
    from sdesk.store.room import KEEP_FREE, lacking

    sentence = lacking(path, KEEP_FREE if keep_free is None else keep_free)
    if sentence is not None:
        return failed("disk", sentence, "no mail is taken until there is room: free some")
    found = os.statvfs(path.parent)
    return ok("disk", f"{_size(found.f_bavail * found.f_frsize)} free")


def _agent(call: Invocation) -> Finding:
    try:
        actor = call.actor
    except SdeskError as error:
        # Who runs cron need be no agent.
        return warning("agent", error.what, error.remedy)
    return ok("agent", f"{actor.login}, {actor.role}")


def _zone_of(name: str) -> tzinfo:
    """The desk's time zone; UTC where this machine does not know it, which is a finding of its own."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _zone(name: str) -> Finding:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return failed("time zone", f"there is no data of {name}", "install tzdata")
    # Moscow gave up summer time in 2014, Volgograd moved in 2020: what does not know is old.
    known = ZoneInfo("Europe/Volgograd").utcoffset(datetime(2021, 7, 1))  # noqa: DTZ001 - local in that zone
    if known != timedelta(hours=3):
        return warning("time zone", f"{name}, by zone data of before 2021", "bring tzdata up to date")
    return ok("time zone", str(zone))


def _clock(last_change: datetime | None, now: datetime) -> Finding:
    if last_change is not None and last_change - now > timedelta(minutes=1):
        ahead = format_duration(int((last_change - now).total_seconds()))
        return failed("clock", f"it is {ahead} behind what stands in the store", "set it right, as by NTP")
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _mailboxes(call: Invocation, health: Health, zone: tzinfo) -> Iterator[Finding]:
    known = {each.name: each for each in health.mailboxes}
    if not call.config.mailboxes:
        yield ok("mailboxes", "none is configured: no mail comes in")
    for mailbox in call.config.mailboxes:
        name, row = f"mailbox {mailbox}", known.get(mailbox)
        if row is None or row.fetched_at is None:
            said = f"it was never fetched{f': {row.error}' if row is not None and row.error else ''}"
            yield failed(name, said, f"`sdesk mail check {mailbox}` says what is wrong; then `sdesk mail fetch`")
            continue
        said = f"last fetched {ago(row.fetched_at, call.now, zone)}"
        if row.failures:
            yield failed(
                name, f"{said}, {counted(row.failures, 'failure')} since: {row.error}", f"`sdesk mail check {mailbox}`"
            )
        elif call.now - row.fetched_at > LATE:
            yield warning(name, said, _CRON)
        else:
            yield ok(name, said)


def _outbox(health: Health, now: datetime, zone: tzinfo, *, sends: bool) -> Finding:
    waits = f"{counted(health.mail_waits, 'mail')} wait{'s' if health.mail_waits == 1 else ''}"
    if not sends:
        if health.mail_waits:
            which = "it" if health.mail_waits == 1 else "them"
            return warning("outbox", f"{waits}, and no server takes {which}", "configure [smtp]")
        return ok("outbox", "no [smtp] is configured: no mail goes out")
    if health.mail_since is not None and now - health.mail_since > LATE:
        # First of all: that no mail goes out is worse than one that failed, or that is held.
        first = "" if health.mail_waits == 1 else ", the first"
        more = f"; {health.mail_failed:,} could not be sent" if health.mail_failed else ""
        said = f"{waits}{first} {since(health.mail_since, now, zone)}{more}"
        return failed("outbox", said, "`sdesk mail send` says why")
    if health.mail_failed:
        said = f"{counted(health.mail_failed, 'mail')} could not be sent"
        return warning("outbox", said, "`sdesk mail outbox list`, then retry or discard")
    if health.mail_held:
        held = "1 mail is held" if health.mail_held == 1 else f"{health.mail_held:,} mails are held"
        return warning("outbox", held, "look with `sdesk mail outbox list --state held`, then release or discard")
    return ok("outbox", waits if health.mail_waits else "empty")


def _portal(url: str | None, *, sends: bool) -> Finding:
    installed = all(find_spec(name) is not None for name in _OF_THE_PORTAL)
    if url is None:
        said = "installed, and no mail links to it" if installed else "not installed, and no mail links to it"
        return ok("portal", f"{said}: the desk file has no [portal] url")
    if not installed:
        said = f"mails link to {url}, and what serves it is not installed here"
        return warning("portal", said, "pip install 'sdesk[portal]', or take `url` out of [portal] in the desk file")
    if _is_own(url):
        if sends:
            said = f"mails link to {url}, which leads nowhere but on this machine"
            return warning("portal", said, "set `url` of [portal] in the desk file to where people reach it")
        return ok("portal", f"{url}, for this machine alone")
    if not url.startswith("https://"):
        said = f"people reach it at {url}, where nothing protects what they send"
        return warning("portal", said, "let a proxy with TLS stand before it, and set `url` of [portal] to https://...")
    return ok("portal", f"people reach it at {url}")


def _is_own(url: str) -> bool:
    """Whether an address is this machine's own name for itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _quarantine(health: Health) -> Finding:
    if health.quarantine:
        said = f"{counted(health.quarantine, 'message')} could not be handled"
        return warning("quarantine", said, "`sdesk mail quarantine list`")
    return ok("quarantine", "empty")


def _tick(health: Health, now: datetime, zone: tzinfo, *, needed: bool) -> Finding:
    if health.ticked_at is None:
        return (failed if needed else warning)("tick", "`sdesk tick` has never run: no promise is watched", _CRON)
    said = f"last run {ago(health.ticked_at, now, zone)}"
    return failed("tick", said, _CRON) if now - health.ticked_at > LATE else ok("tick", said)


def _size(size: int) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size = round(size / 1000)
    return f"{size} GB"
