"""Equipment by its inventory number: what stands where, from when to when, and what watches it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdesk.desk.opening import Work
from sdesk.desk.steps.asset_rows import Became, KnownAsset, known_assets, write_asset
from sdesk.desk.steps.assets import unknown_asset
from sdesk.desk.steps.find import require_hands
from sdesk.domain.asset_line import AssetLine
from sdesk.domain.equipment import CheckName, number_key
from sdesk.domain.errors import BadInput, NotFound, Refused
from sdesk.domain.phrase import phrase


@dataclass(frozen=True, slots=True)
class AssetDone:
    """What became of a piece of equipment."""

    number: str
    came: Became
    sentence: str

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise now."""
        return self.came is not Became.SAME


def add_asset(work: Work, line: AssetLine) -> AssetDone:
    """Write down a new piece of equipment. Refused where its number is known already."""
    require_hands(work)
    known = known_assets(work, [line.key])
    if line.key in known:
        raise Refused(
            phrase("there is a `{number}` already", number=known[line.key].number),
            phrase("change it: sdesk asset set {number}", number=known[line.key].number),
        )
    came = write_asset(work, line, known)
    return AssetDone(line.number, came, phrase("{number} is written down", number=line.number))


def set_asset(
    work: Work, line: AssetLine, *, checks: tuple[CheckName, ...] = (), no_checks: tuple[CheckName, ...] = ()
) -> AssetDone:
    """Change what a line says of a piece of equipment, and which checks watch it. NotFound for a number that nothing
    has; BadInput where nothing is said.
    """
    require_hands(work)
    known = known_assets(work, [line.key])
    before = _require(work, line.number, known)
    if checks or no_checks:
        line = replace(
            line, said={**line.said, "checks": tuple(sorted((before.checks | set(checks)) - set(no_checks)))}
        )
    if not line.said:
        raise BadInput(phrase("nothing is said of it"), phrase("say what: --unit, --model, --warranty, --check, ..."))
    came = write_asset(work, line, known)
    if came is Became.SAME:
        return AssetDone(before.number, came, phrase("{number} is so already", number=before.number))
    return AssetDone(before.number, came, phrase("{number} is set right", number=before.number))


def retire_asset(work: Work, number: str, *, back: bool = False) -> AssetDone:
    """Take a piece of equipment out of use; it stays for what was. `back`: it is in use again. NotFound."""
    require_hands(work)
    key = number_key(number)
    known = known_assets(work, [key])
    before = _require(work, number, known)
    name = before.number
    if (before.retired_at is None) is back:
        already = phrase("{number} is in use already", number=name)
        words = already if back else phrase("{number} is out of use already", number=name)
        return AssetDone(name, Became.SAME, words)
    line = AssetLine(name, {"retired_at": None if back else work.now})
    came = write_asset(work, line, known)
    words = phrase("{number} is in use again", number=name) if back else phrase("{number} is out of use", number=name)
    return AssetDone(name, came, words)


def _require(work: Work, number: str, known: dict[str, KnownAsset]) -> KnownAsset:
    """What has a number; NotFound, with the nearest one."""
    found = known.get(number_key(number))
    if found is None:
        raise NotFound(*unknown_asset(work, number))
    return found
