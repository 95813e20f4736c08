"""How often somebody may do something: by a name (a network address, a session), within a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

MOST_NAMES = 20_000
"""So many are remembered; the one who was heard of least lately is forgotten first."""


def network_of(host: str) -> str:
    """What counts as one visitor: an address of IPv4, the 64 bits of IPv6 that one line is given (RFC 6177)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


class Limit(NamedTuple):
    """So much within so many seconds."""

    most: float
    seconds: float


class Limits:
    """A bucket for each name, which fills up again evenly. It may be asked by several threads."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self.limit = limit
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, amount: float = 1.0) -> float | None:
        """Take so much; None where that is allowed, else the seconds after which it will be."""
        most, seconds = self.limit
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(name, (most, now))
            left = min(most, left + (now - at) * most / seconds)
            allowed = left >= min(amount, most)
            self._left[name] = (left - amount if allowed else left, now)
            if len(self._left) > MOST_NAMES:
                self._left.popitem(last=False)
        return None if allowed else max(1.0, (amount - left) * seconds / most)
