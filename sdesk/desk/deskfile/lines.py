"""Where a key stands in the text of a TOML file, which the parser of the standard library does not say."""

from __future__ import annotations

import re


class Lines:
    """Where a key stands in the text of a TOML file, as well as can be said without a parser of our own."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def find(self, table: str, key: str, nth: int = 0, array: str = "") -> int | None:
        """The line (from 1) of a key in a table; of the table, or of what it stands in, where it is not found.

        `nth` (from 1) is which of the tables of an array is meant: `[[routing]]`, unless another `array` is named.
        """
        first, last = self._nth(array or table.partition(".")[0], nth) if nth else (1, len(self._lines))
        path = [*table.split("."), key] if table else [key]
        for cut in range(len(path) - 1, -1, -1):
            header = ".".join(path[:cut])
            # An inline table, or a dotted key: `targets.P1 = { ... }` within [slas.stores].
            for end in range(len(path), cut, -1):
                line = self._key(header, ".".join(path[cut:end]), first, last) if path[end - 1] else None
                if line is not None:
                    return line
            line = self._header(header, first, last) if header else None
            if line is not None:
                return line
        return None

    def _nth(self, array: str, nth: int) -> tuple[int, int]:
        """The first and last line of a table of an array; all lines where it is not found."""
        headers = [
            number
            for number, line in enumerate(self._lines, 1)
            if re.match(rf"\s*\[\[\s*{re.escape(array)}\s*\]\]", line)
        ]
        if len(headers) < nth:
            return 1, len(self._lines)
        return headers[nth - 1], headers[nth] - 1 if nth < len(headers) else len(self._lines)

    def _key(self, table: str, key: str, first: int, last: int) -> int | None:
        inside = table == ""
        for number, line in enumerate(self._lines[first - 1 : last], first):
            name = _header_of(line)
            if name is not None:
                inside = name == table
                if f"{name}.".startswith(f"{table}.{key}.".lstrip(".")):
                    return number
            elif inside and re.match(rf'\s*"?{re.escape(key)}"?\s*(=|\.)', line):
                return number
        return None

    def _header(self, table: str, first: int, last: int) -> int | None:
        lines = enumerate(self._lines[first - 1 : last], first)
        return next((number for number, line in lines if _header_of(line) == table), None)


def _header_of(line: str) -> str | None:
    match = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
    return match[1].replace('"', "") if match else None
