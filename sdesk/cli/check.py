"""`check`: a check of the desk itself, for Nagios, Icinga, Zabbix: one line with performance data, exit 0 to 3.

These exit codes are the plug-ins' own (Monitoring Plugins Development Guidelines), and not those of other commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sdesk.cli import invocation, output
from sdesk.cli.wording import ago, since
from sdesk.domain.duration import parse_duration
from sdesk.domain.errors import BadInput, SdeskError, Unavailable
from sdesk.domain.nearest import did_you_mean
from sdesk.domain.plugin_range import Range, parse_range

if TYPE_CHECKING:
    from sdesk.store.reader.health import Health


class State(IntEnum):
    """What monitoring is told; the number is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


class Seen(NamedTuple):
    """What there is to measure."""

    health: Health
    mailboxes: tuple[str, ...]
    """Those of the configuration."""
    now: datetime
    zone: tzinfo
    """The desk's."""


class Measure(NamedTuple):
    """Something that is measured."""

    get: Callable[[Seen], int | None]
    """None: it never was."""
    words: str
    """`{}` is the value."""
    one: str = ""
    """The same of one, where its words differ."""
    none: str = ""
    """The same of nothing."""
    never: str = ""
    """What is said where it never was."""
    age: Callable[[datetime, datetime, tzinfo], str] | None = None
    """Of seconds: says an instant, seen from another, in a time zone. Else it is counted."""


def _age(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else max(0, int((now - at).total_seconds()))


def _age_of_fetch(seen: Seen) -> int | None:
    """Of the mailbox that was left alone for longest."""
    known = {each.name: each.fetched_at for each in seen.health.mailboxes}
    ages = [_age(known.get(name), seen.now) for name in seen.mailboxes]
    return None if None in ages else max((age for age in ages if age is not None), default=0)


MEASURES: Mapping[str, Measure] = {
    "breached": Measure(lambda seen: seen.health.breached, "{} breached"),
    "at_risk": Measure(lambda seen: seen.health.at_risk, "{} at risk"),
    "stale": Measure(lambda seen: seen.health.stale, "{} stale"),
    "unanswered": Measure(lambda seen: seen.health.unanswered, "{} unanswered"),
    "unassigned": Measure(lambda seen: seen.health.unassigned, "{} that nobody has"),
    "open": Measure(lambda seen: seen.health.open, "{} open"),
    "checks_down": Measure(lambda seen: seen.health.checks_down, "{} checks down", "1 check down"),
    "quarantine": Measure(lambda seen: seen.health.quarantine, "{} in quarantine"),
    "failed_mail": Measure(lambda seen: seen.health.mail_failed, "{} mails failed", "1 mail failed"),
    "outbox": Measure(lambda seen: seen.health.mail_waits, "{} mails wait", "1 mail waits"),
    "outbox_age": Measure(
        lambda seen: 0 if seen.health.mail_since is None else _age(seen.health.mail_since, seen.now),
        "mail waits {}",
        none="no mail waits",
        age=since,
    ),
    "age_of_fetch": Measure(_age_of_fetch, "last fetch {}", never="mail was never fetched", age=ago),
    "age_of_tick": Measure(
        lambda seen: _age(seen.health.ticked_at, seen.now),
        "last tick {}",
        never="`sdesk tick` has never run",
        age=ago,
    ),
}
"""By name, as an option has it, with `_` for its `-`."""

_RANGE = "critical beyond this range, as 10, 10:20, ~:5 or @1:3"
_AGES = "critical beyond this age, as 15m"


def _option(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="RANGE", help=text, show_default=False)
    return option


def check(
    ctx: typer.Context,
    breached: Annotated[str | None, _option("--breached", f"breached tickets: {_RANGE}")] = None,
    at_risk: Annotated[str | None, _option("--at-risk", "tickets whose promise is at risk")] = None,
    stale: Annotated[str | None, _option("--stale", "stale tickets: breached twice over")] = None,
    unanswered: Annotated[str | None, _option("--unanswered", "tickets whose requester waits for an answer")] = None,
    unassigned: Annotated[str | None, _option("--unassigned", "tickets that nobody has")] = None,
    opened: Annotated[str | None, _option("--open", "open tickets")] = None,
    checks_down: Annotated[str | None, _option("--checks-down", "checks of `sdesk event` that are down")] = None,
    quarantine: Annotated[str | None, _option("--quarantine", "messages in quarantine")] = None,
    failed_mail: Annotated[str | None, _option("--failed-mail", "mails that could not be sent")] = None,
    outbox: Annotated[str | None, _option("--outbox", "mails that should have gone")] = None,
    outbox_age: Annotated[str | None, _option("--outbox-age", f"the oldest of these: {_AGES}")] = None,
    age_of_fetch: Annotated[
        str | None, _option("--age-of-fetch", "the last good fetch, of the mailbox left alone for longest")
    ] = None,
    age_of_tick: Annotated[str | None, _option("--age-of-tick", "the last `sdesk tick`")] = None,
    warning: Annotated[
        list[str] | None,
        typer.Option(
            "-w", "--warning", metavar="NAME=RANGE", help="a warning beyond it, as breached=0; may be repeated"
        ),
    ] = None,
    critical: Annotated[
        list[str] | None,
        typer.Option("-c", "--critical", metavar="NAME=RANGE", help="the same, critical; as `--NAME RANGE`"),
    ] = None,
) -> int:
    """Check the desk, as a plug-in of Nagios: one line; exit code 0 is OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.

    Without a threshold: the last fetch and tick at most 15 minutes old, no mail that waits longer, none in quarantine.
    A store out of reach is critical; a mistake in the options is unknown. It needs no agent, and counts all
    tickets then; where one is named, those that he may see.

    Examples:
      sdesk check
      sdesk check --breached 0 --age-of-fetch 15m
      sdesk check -w breached=0 -c breached=5 -w at-risk=10 --outbox-age 30m
    """
    call = invocation.of(ctx)
    named = {
        "breached": breached,
        "at_risk": at_risk,
        "stale": stale,
        "unanswered": unanswered,
        "unassigned": unassigned,
        "open": opened,
        "checks_down": checks_down,
        "quarantine": quarantine,
        "failed_mail": failed_mail,
        "outbox": outbox,
        "outbox_age": outbox_age,
        "age_of_fetch": age_of_fetch,
        "age_of_tick": age_of_tick,
    }
    try:
        worse = {name: _range(name, text) for name, text in named.items() if text is not None}
        worse |= dict(_named(each) for each in critical or ())
        bad = dict(_named(each) for each in warning or ())
        mailboxes = tuple(call.config.mailboxes)
        if not worse and not bad:
            worse = _usual(fetches=bool(mailboxes), sends=call.config.smtp is not None)
        seen = Seen(call.reader.health(call.viewer, call.now), mailboxes, call.now, call.zone)
    except Unavailable as error:
        return say(State.CRITICAL, str(error))
    except SdeskError as error:
        return say(State.UNKNOWN, f"{error.what}. {error.remedy}".rstrip(". "))
    return _judge(seen, bad, worse)


def say(state: State, text: str, performance: str = "") -> int:
    """The plug-in's line; gives its exit code."""
    from sdesk.domain.safe_text import one_line

    # The bar is where performance data begins.
    line = f"SDESK {state.name} - {one_line(text).replace('|', '/')}"
    output.text(f"{line} | {performance}\n" if performance else f"{line}\n")
    return int(state)


def _judge(seen: Seen, bad: Mapping[str, Range], worse: Mapping[str, Range]) -> int:
    state, told, fine, performance = State.OK, list[str](), list[str](), list[str]()
    for name, measure in MEASURES.items():
        if name not in bad and name not in worse:
            continue
        value = measure.get(seen)
        own = State.OK
        if name in worse and worse[name].alerts(value):
            own = State.CRITICAL
        elif name in bad and bad[name].alerts(value):
            own = State.WARNING
        state = max(state, own)
        (told if own else fine).append(_words(measure, value, seen))
        unit = "s" if measure.age else ""
        given = "U" if value is None else f"{value}{unit}"
        limits = f"{bad.get(name, '')};{worse.get(name, '')};0"
        performance.append(f"{name}={given};{limits}")
    # What alerts stands first: a pager shows the beginning.
    return say(state, ", ".join([*told, *fine]), " ".join(performance))


def _words(measure: Measure, value: int | None, seen: Seen) -> str:
    if value is None:
        return measure.never
    if value == 0 and measure.none:
        return measure.none
    if value == 1 and measure.one:
        return measure.one
    told = measure.age(seen.now - timedelta(seconds=value), seen.now, seen.zone) if measure.age else f"{value:,}"
    return measure.words.format(told)


def _usual(*, fetches: bool, sends: bool) -> dict[str, Range]:
    quarter = Range(0, 15 * 60)
    usual = {"quarantine": Range(0, 0), "age_of_tick": quarter}
    return usual | ({"age_of_fetch": quarter} if fetches else {}) | ({"outbox_age": quarter} if sends else {})


def _range(name: str, text: str) -> Range:
    return parse_range(text, _length if MEASURES[name].age else int)


def _length(text: str) -> int:
    """Seconds alone, as plug-ins have it, or a length of time."""
    return int(text) if text.isdecimal() else parse_duration(text)


def _named(text: str) -> tuple[str, Range]:
    name, equals, written = text.partition("=")
    key = name.strip().replace("-", "_")
    if key not in MEASURES:
        listed = ", ".join(MEASURES)
        raise BadInput(f"there is nothing to measure as `{name}`", did_you_mean(key, MEASURES, f"there is: {listed}"))
    if not equals:
        raise BadInput(f"`{text}` has no range", f"write it as {name}=10")
    return key, _range(key, written)
