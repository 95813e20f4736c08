"""`[playbooks.KEY]` in a desk file: what cannot be is named where it stands, what is in doubt is said."""

from __future__ import annotations

import tomllib

import pytest
from desks import DESK_FILE
from shop_opening import FILE

from sdesk.desk.deskfile import read
from sdesk.desk.deskfile.start import LANGUAGES, PLAYBOOKS, playbook_example, starting_file
from sdesk.desk.deskfile.write import write
from sdesk.domain.errors import BadInput

HEAD = """
[playbooks.opening]
name = "Opening"
subject = "Opening of {unit}"
team = "it"
"""


def step(key: str, **more: str) -> str:
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return f'[[playbooks.opening.steps]]\nkey = "{key}"\nsubject = "Step {key}"\n{lines}'


def mistakes(section: str) -> list[str]:
    with pytest.raises(BadInput) as raised:
        read(DESK_FILE + section, "desk.toml")
    return [each.what.partition(": ")[2] for each in (raised.value, *raised.value.others)]


def test_a_right_one_is_read_and_written_back() -> None:
    file = read(FILE, "desk.toml")
    assert file.warnings == read(FILE.partition("[playbooks")[0], "desk.toml").warnings
    assert [each.key for each in file.playbooks["shop-opening"].steps][:3] == ["lease", "line", "staff"]
    again = write(file.source)
    assert '[[playbooks.shop-opening.steps]]\nkey = "lease"\n' in again
    assert read(again, "desk.toml").source == file.source


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        (HEAD, "[playbooks.opening] steps: steps is missing"),
        (f"{HEAD}steps = []\n", "[playbooks.opening] steps: a playbook needs a step"),
        (
            HEAD + step("plan") + step("plan"),
            "step 2, [playbooks.opening.steps] key: `plan` is the key of another step already",
        ),
        (
            HEAD + step("plan") + step("till", after='["plam"]'),
            "step 2, [playbooks.opening.steps] after: there is no step `plam`",
        ),
        (
            HEAD + step("plan", after='["plan"]'),
            "step 1, [playbooks.opening.steps] after: `plan` waits for itself: it is never opened",
        ),
        (
            HEAD + step("a", after='["c"]') + step("b", after='["a"]') + step("c", after='["b"]'),
            "step 1, [playbooks.opening.steps] after: each waits for the next: a -> c -> b -> a; none of them is ever"
            " opened",
        ),
        (
            HEAD + step("plan", at='"+2h"', days='"working"'),
            "step 1, [playbooks.opening.steps] days: working days, and `at` counts none",
        ),
        (HEAD + step("plan", at='"soon"'), "step 1, [playbooks.opening.steps] at: `soon` is no distance from a day"),
        (
            HEAD + step("plan", team='"hr"', assignee='"anna"'),
            "step 1, [playbooks.opening.steps] assignee: `anna` is no member of team `hr`, whose tickets are private",
        ),
        (
            HEAD.replace("{unit}", "{shop}") + step("plan"),
            "[playbooks.opening] subject: nothing stands for `{shop}`",
        ),
        (HEAD.replace('team = "it"\n', "") + step("plan"), "[playbooks.opening]: nobody knows which team this is for"),
        (HEAD.replace('"Opening"', '{ xx = "O" }') + step("plan"), "[playbooks.opening.name] xx"),
    ],
)
def test_what_cannot_be(section: str, wrong: str) -> None:
    (found,) = mistakes(section)
    assert found.startswith(wrong)


def test_a_mistake_names_its_line() -> None:
    text = DESK_FILE + HEAD + step("plan") + step("till", after='["plam"]')
    with pytest.raises(BadInput) as raised:
        read(text, "desk.toml")
    line = text.splitlines().index('after = ["plam"]') + 1
    assert raised.value.what.startswith(f"desk.toml:{line}: ")
    assert raised.value.remedy == "did you mean `plan`?"


def test_doubts() -> None:
    slow = step("plan", at='"-1d"') + step("till", at='"-5d"', after='["plan"]') + step("look", days='"working"')
    named = HEAD.replace('"Opening"', '{ ru = "Открытие" }')
    warnings = read(DESK_FILE + named + slow, "desk.toml").warnings
    assert [each.partition(": ")[2] for each in warnings if "playbooks" in each] == [
        "[playbooks.opening] name: it has none in `en`: `Открытие` is shown",
        "step 2, [playbooks.opening.steps] at: it waits for `plan`, which is opened later: its own time means nothing",
        "step 3, [playbooks.opening.steps] days: it says no `at`: there are no days to count",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_right_as_they_are(language: str) -> None:
    """Put into the file that one begins with, in the same language."""
    text = starting_file(language, login="anna", zone="Europe/Moscow")
    examples = "".join(playbook_example(name, language) for name in PLAYBOOKS)
    file = read(text + examples, "desk.toml")
    assert tuple(file.playbooks) == PLAYBOOKS
    assert file.warnings == read(text, "desk.toml").warnings


def test_the_examples_say_the_same_in_each_language() -> None:
    for name in PLAYBOOKS:
        plain = []
        for language in LANGUAGES:
            (table,) = tomllib.loads(playbook_example(name, language))["playbooks"].values()
            plain.append(
                [{key: step.get(key) for key in ("key", "team", "at", "days", "after")} for step in table["steps"]]
            )
        assert plain[0] == plain[1]
