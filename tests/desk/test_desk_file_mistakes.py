"""What a desk file gets wrong: every mistake is named once, each with the nearest right word, and doubts are said."""

from __future__ import annotations

import pytest
from desks import DESK_FILE

from sdesk.desk.deskfile import read
from sdesk.domain.errors import BadInput


def refused(text: str) -> list[str]:
    """Every mistake that is named, in order, as `what. what to do`."""
    with pytest.raises(BadInput) as caught:
        read(text, "desk.toml")
    return [str(each) for each in (caught.value, *caught.value.others)]


def changed(*changes: tuple[str, str]) -> str:
    """The small desk's file with other words in their place."""
    text = DESK_FILE
    for right, wrong in changes:
        assert right in text
        text = text.replace(right, wrong, 1)
    return text


def test_every_mistake_of_a_file_is_named_in_the_order_of_its_lines() -> None:
    found = refused(
        changed(
            ('language = "en"', 'langage = "en"'),
            ('currency = "RUB"', 'currency = "RUR"'),
            ('country = "RU"', 'country = "Russia"'),
            ('resolution = "27h"', 'resolution = "3d"'),
            ('lead = "olga"', 'lead = "olgaa"'),
            ('role = "admin"', 'role = "amdin"'),
            ("turnover_per_hour = 12000", "turnover_per_hour = -1"),
            ('team = "quality"', 'team = "qualty"'),
            ('set = { status = "spam" }', 'set = { status = "ham" }'),
        )
    )
    assert [each.partition(": ")[2].split(". ")[-1] for each in found] == [
        "did you mean `language`?",
        "did you mean `RUB`?",
        "did you mean `RU`?",
        "write hours, as 9h for a working day of nine",
        "did you mean `olga`?",
        "did you mean `admin`?",
        "[units.store-017] turnover_per_hour: must be an amount from 0, with two decimals at most, not `-1`",
        "did you mean `quality`?",
        'write status = "spam"',
    ]
    lines = [int(each.split(":")[1]) for each in found]
    assert lines == sorted(lines)


def test_twenty_are_named_and_the_rest_counted() -> None:
    more = "".join(f'[services.s{number}]\nname = "x"\nteam = "nobody"\n' for number in range(24))
    found = refused(DESK_FILE.replace("[[routing]]", f"{more}[[routing]]", 1))
    assert len(found) == 21
    assert found[-1] == "desk.toml: 4 more mistakes. mend these first"


@pytest.mark.parametrize(
    ("section", "mistyped"),
    [("[teams.it]", "[team.it]"), ("[calendars.office]", "[calendar.office]"), ("[slas.stores]", "[sla.stores]")],
)
def test_a_section_whose_name_is_wrong_is_one_mistake(section: str, mistyped: str) -> None:
    """Not one for each who refers to it: all of its tables are called so."""
    name, wrong = (each.partition(".")[0] for each in (section, mistyped))
    (said,) = refused(DESK_FILE.replace(f"{name}.", f"{wrong}."))
    assert said.endswith(f"{wrong[1:]}: unknown key. did you mean `{name[1:]}`?")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('language = "en"', 'language = "Russian"', "language: `Russian` is no language. did you mean `ru`?"),
        ('language = "en"', 'language = "?"', "write its two letters (ISO 639-1), as en or ru"),
        ('currency = "RUB"', 'currency = "€"', "currency: `€` is no currency. did you mean `EUR`?"),
        ('currency = "RUB"', 'currency = "eur"', "did you mean `EUR`?"),
        (
            'time_zone = "Europe/Berlin"',
            'time_zone = "Europe/Berlim"',
            "there is no time zone `Europe/Berlim`. did you mean `Europe/Berlin`?",
        ),
        ('country = "RU"', 'country = "DE"\nsubdivision = "Augsberg"', "`Augsberg`. did you mean `Augsburg`?"),
        ('country = "RU"', 'country = "de"', "did you mean `DE`?"),
        ('address = "support@desk.example"', 'address = "support"', "[teams.it] address: `support` is no mail address"),
        ('email = "anna@desk.example"', 'email = "anna"', "[agents.anna] email: `anna` is no mail address"),
        ('mail = ["store-017@shop.example"]', 'mail = ["shop", "*@x"]', "[units.store-017] mail: `shop` is no mail"),
        ('country = "RU"', 'country = "Germani"', "did you mean `DE`?"),
        ('country = "RU"', 'country = "ZZ"', "write an ISO 3166 code, as RU or DE"),
        ('country = "RU"', 'subdivision = "BY"', "a subdivision of no country"),
        ('per_hour = 150000, impact = "extensive"', "per_hour = 150000", "impact is missing. add impact = "),
        ('hours = { mon-sun = ["10:00-22:00"] }', "", "no working hours"),
        ('name = "Test desk"', 'name = ""', "name is empty"),
        ('[desk]\nname = "Test desk"', "[desk]", 'name is missing. add name = "IT support"'),
    ],
)
def test_one_mistake_is_said_once(right: str, wrong: str, said: str) -> None:
    (found,) = refused(changed((right, wrong)))
    assert said in found


def test_what_is_no_toml_is_said_with_its_line() -> None:
    (found,) = refused(f"{DESK_FILE}\n[teams\n")
    assert found.startswith(f"desk.toml:{len(DESK_FILE.splitlines()) + 2}: no TOML: expected ']'")


def test_nothing_is_in_doubt_in_a_good_file() -> None:
    assert read(DESK_FILE, "desk.toml").warnings == ()


def test_a_head_that_is_misspelt_is_asked_about() -> None:
    for wrong, remedy in (("unit-haed", "did you mean `unit-head`?"), ("nobody", "; or `unit-head`")):
        (said,) = refused(DESK_FILE.replace('name = "Printer"', f'name = "Printer"\napprove_by = "{wrong}"'))
        assert f"`{wrong}` is no mail address" in said
        assert said.endswith(remedy)


def test_an_auditor_needs_no_team() -> None:
    for role, doubts in (("auditor", 0), ("agent", 1)):
        idle = f'{DESK_FILE}\n[agents.zoe]\nname = "Zoe"\nemail = "zoe@desk.example"\nrole = "{role}"\n'
        assert len([each for each in read(idle, "desk.toml").warnings if "he is in no team" in each]) == doubts


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('language = "en"', 'language = "de"', "[desk] language: the program has no words in `de`"),
        (
            'P4 = { first_response = "4h", resolution = "48h" }',
            'P4 = { first_response = "49h", resolution = "48h" }',
            "[slas.stores.targets.P4] first_response: longer than the resolution",
        ),
        ('calendar = "store"\nturnover', "turnover", "[units.flagship] turnover_per_hour: it names no calendar"),
        (
            'email = "vera@desk.example"\nteams = ["quality"]',
            'email = "vera@desk.example"\nteams = ["it"]',
            "[teams.quality]: it has no members",
        ),
        ('lead = "vera"\nsla = "office"', 'lead = "vera"', "[teams.quality]: it has no SLA, and a service of it"),
        ('lead = "olga"', 'lead = "vera"', "[teams.hr] lead: `vera` leads a private team and is no member"),
        ('reopen_for = "7d"', 'on_call = ["vera"]', "[teams.it] on_call: `vera` is on call for a team"),
        ('sla = "stores"', 'sla = "office"', "[slas.stores]: no team and no service has this SLA"),
        (
            'name = "Printer"',
            'name = "Printer"\napprove_by = "unit-head"',
            "[services.printer] approve_by: no mail address stands as `manager` of `store-017`, `accounting`:",
        ),
    ],
)
def test_a_doubt_is_said_and_nothing_refused(right: str, wrong: str, said: str) -> None:
    warnings = read(changed((right, wrong)), "desk.toml").warnings
    assert any(said in each for each in warnings), warnings
    assert all(each.startswith("desk.toml:") for each in warnings)


@pytest.mark.parametrize(
    ("rules", "doubted"),
    [
        ((("subject = 'a'", "team = 'it'"), ("subject = 'a'", "team = 'hr'")), 5),
        ((("subject = 'a'", "team = 'it'"), ("subject = 'a', domain = 'x'", "team = 'hr'")), 5),
        ((("domain = ['x', 'y']", "team = 'it'"), ("domain = ['y', 'x']", "team = 'hr'")), 5),
        ((("domain = 'x'", "discard = true"), ("domain = 'x'", "service = 'till'")), 5),
        ((("subject = 'a'", "team = 'it'"), ("subject = 'a'", "service = 'till'")), None),
        ((("subject = 'a'", "team = 'it'"), ("subject = 'b'", "team = 'hr'")), None),
        ((("subject = 'a', domain = 'x'", "team = 'it'"), ("subject = 'a'", "team = 'hr'")), None),
        ((("subject = 'a'", "tags = ['x']"), ("subject = 'a'", "tags = ['y']")), None),
        ((("subject = '(?P<unit>x)'", "team = 'it'"), ("subject = '(?P<unit>x)'", "team = 'hr'")), None),
    ],
)
def test_a_rule_that_never_decides_anything_is_said(rules: tuple[tuple[str, str], ...], doubted: int | None) -> None:
    text = DESK_FILE + "".join(f"\n[[routing]]\nwhen = {{ {when} }}\nset = {{ {then} }}\n" for when, then in rules)
    warnings = read(text, "desk.toml").warnings
    assert len(warnings) == (0 if doubted is None else 1)
    if doubted is not None:
        assert f"rule {doubted}, [routing]: it is never reached" in warnings[0] or "it never decides" in warnings[0]
        assert "rule 4 holds whenever it does" in warnings[0]
