"""Words on a ticket."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlmodel import col

from sdesk.desk.opening import Work
from sdesk.desk.steps.rows import insert_row
from sdesk.domain.errors import BadInput
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line
from sdesk.store.models import Tag


def require_tags(tags: Iterable[str], option: str = "--tag") -> None:
    """BadInput for what is no tag: it is one word. `option`: by which several are given."""
    for tag in tags:
        if not tag or "," in tag or any(letter.isspace() for letter in tag):
            raise BadInput(
                phrase("`{tag}` is no tag: it is one word", tag=one_line(tag)),
                phrase("repeat {option} for several, as {option} pos {option} vip", option=option),
            )


def change_tags(work: Work, number: int, add: Iterable[str], remove: Iterable[str]) -> tuple[list[str], list[str]]:
    """Add tags and take others away; those that changed, of each. Letters are kept small. BadInput."""
    add, remove = [tag.lower() for tag in add], [tag.lower() for tag in remove]
    require_tags(add)
    require_tags(remove, "--untag")
    both = sorted(set(add) & set(remove))
    if both:
        raise BadInput(
            phrase("the tag `{both}` would be added and taken away", both=both[0]), phrase("say one of the two")
        )
    found = work.connection.execute(select(col(Tag.tag)).where(col(Tag.ticket_id) == number)).scalars()
    known = set(found)
    added = [tag for tag in dict.fromkeys(add) if tag not in known]
    removed = [tag for tag in dict.fromkeys(remove) if tag in known]
    for tag in added:
        insert_row(work, Tag, {"ticket_id": number, "tag": tag})
    if removed:
        work.connection.execute(delete(Tag).where(col(Tag.ticket_id) == number, col(Tag.tag).in_(removed)))
    return added, removed
