"""One word for one idea, in all that people read in the pages and in the help: what we say, and what we do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

NOT_OURS = {
    r"customers?|end[- ]users?|reporters?|callers?": "requester",
    r"operators?|technicians?|staff|support engineers?": "agent",
    r"help ?desks?": "service desk",
    r"overdue|violat\w+|broken (promise|deadline|SLA)|promises? (is|are|was) broken|SLA breach(es)?": "breached",
    r"pending|on[- ]hold|snooz\w+|parked|deferred": "waiting (of a ticket), held (of a mail)",
    r"comments? on (a|the) ticket|private comments?": "note",
    r"severit(y|ies)": "priority",
    r"escalat\w+": "at risk, breached: say who is told",
    r"e-?mails?": "mail",
    r"directory|directories": "folder",
    r"junk": "spam",
    r"bug ?reports?|trouble tickets?|support cases?|issues?": "ticket",
    r"downtimes?": "outage",
    r"config files?|settings files?": "configuration",
    r"autoresponders?|auto-?repl(y|ies)|out-of-office": "automatic mail",
    r"queues? of mail|mail queues?": "outbox",
    r"whitelist\w*|blacklist\w*": "block",
    r"simply|obviously|of course|easily|easy|please|utili[sz]e\w*|leverag\w+": "nothing",
}
"""What is not said, as an expression, and what is said in its place."""


def prose(text: str) -> str:
    """A page without what is no language of ours: blocks, code, addresses of links, words that it quotes."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    text = re.sub(r"^ {4,}(?!- ).*$", "", text, flags=re.M)
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)|\"[^\"\n]*\"|\*[^*\n]+\*", " ", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_uses_the_words_of_the_house(page: Path) -> None:
    text = prose(page.read_text(encoding="utf-8"))
    found = {
        f"{match[0]} -> {ours}"
        for words, ours in NOT_OURS.items()
        for match in re.finditer(rf"(?<![-\w])(?:{words})(?![-\w])", text, re.IGNORECASE)
    }
    assert found == set()


def test_the_words_that_we_say_are_said() -> None:
    """The list above forbids no word that the pages need."""
    whole = " ".join(prose(page.read_text(encoding="utf-8")) for page in PAGES)
    for word in ("requester", "agent", "breached", "note", "folder", "outage", "outbox", "stale", "at risk", "waits"):
        assert len(re.findall(rf"\b{word}\b", whole)) > 2, word
