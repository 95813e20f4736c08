"""The console's `:` line and the command line understand the same words: each changing verb, option and value."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from command_line import NOW, Sdesk

from sdesk.actions import perform as performing
from sdesk.actions.grammar import Reading
from sdesk.actions.registry import ACTIONS
from sdesk.actions.written import COMMAND_LINE, DRY_RUN, ONE_ALONE, YES, Verb, read_order, verbs
from sdesk.cli.commands import COMMANDS, Noun
from sdesk.cli.commands import Verb as Entry
from sdesk.cli.grammar import Command, help_of, verb_of
from sdesk.domain.errors import BadInput, SdeskError

Done = list[tuple[str, tuple[int, ...], dict[str, Any]]]


def _changing() -> Iterator[tuple[str, Command]]:
    """The commands of `sdesk ticket` that change tickets: they all have a dry run."""
    noun = COMMANDS["ticket"]
    assert isinstance(noun, Noun)
    for name, entry in noun.verbs.items():
        if not isinstance(entry, Entry):
            continue
        command = verb_of(name, entry)
        # These name no ticket.
        if name not in ("new", "next", "undo", "import") and any("--dry-run" in param.opts for param in command.params):
            yield name, command


CHANGING = dict(_changing())
ZONE = ZoneInfo("Europe/Moscow")
"""Of the desk of the fixture."""
LINES = (
    "assign 1 SD-2 #3 --to team:hr",
    "assign 1 --to=none",
    "wait 1 --for supplier --until 'tomorrow 10:00' --text 'Asked' --spent 1h30m",
    "wait 1 --until 2h",
    "reply 1 --text Hi --cc a@shop.example --cc b@shop.example --cc-all --wait requester --until 'fri 12:00'",
    "reply 1 --text Hi --phone --alone --pass-on 5 --pass-on 6 --visit none --spent -5m",
    "forward 1 --to s@tills.example --text What --with 5 --until 'fri 12:00'",
    "forward 1 --to s@tills.example --text What --wait --spent 5m",
    "note 1 --text Same --visit 'fri 10:00' --spent 15m",
    "close 1 2 --silent",
    "close 1 --text Fixed --spent 10m",
    "reopen 1 --text Back",
    "confirm 1 --from 7:10 --to 8:30 --share 25% --outage 4",
    "confirm 1 --again",
    "restored 1 --at -20m",
    "merge 2 3 --into 1",
    "split 1 --message 5 --message 6 --subject New",
    "link 2 --to 1",
    "link 1 2 3 --incident 1",
    "unlink 2",
    "unlink 2 --from SD-1",
    "set 1 --service till --unit none --requester i@shop.example --subject X --impact minor --urgency high",
    "set 1 --tag a --tag b --untag c --priority p2 --reason Board --spent 5m --visit none --status spam",
    "set 1 --priority auto",
    "set 1 --service till --team hr",
    "tag 1 2 --add pos --add vip --remove old",
    "watch 1 2",
    "watch 1 2 --agent boris",
    "unwatch 1 --agent me",
    "approve 1 2 --text 'by phone'",
    "refuse 1 --text 'too dear'",
    "ask-approval 1 2 --of dora@shop.example",
    "drop-approval 1",
    "take-back 1",
    "take 1 2",
)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """What the command line would have done."""
    found: Done = []

    def perform(
        desk: object, actor: object, name: str, numbers: Sequence[int], values: Mapping[str, Any], **more: object
    ) -> tuple[()]:
        found.append((name, tuple(numbers), dict(values)))
        return ()

    def perform_all(
        desk: object,
        actor: object,
        name: str,
        numbers: Sequence[int],
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        **more: object,
    ) -> tuple[()]:
        found.extend((action, tuple(numbers), dict(values)) for action, values in steps)
        return ()

    monkeypatch.setattr(performing, "perform", perform)
    monkeypatch.setattr(performing, "perform_all", perform_all)
    return found


def _by_line(words: Sequence[str]) -> Done:
    order = read_order(verbs()[words[0]], words[1:], Reading(NOW, ZONE, "SD"))
    assert not order.missing
    return [(deed.action, order.numbers, dict(deed.values)) for deed in order.deeds]


def _examples() -> Iterator[str]:
    """The examples of the commands' own help."""
    for name in CHANGING:
        for line in help_of(["ticket", name]).splitlines():
            written = line.strip().removeprefix("sdesk ").removeprefix("ticket ")
            if (
                line.startswith("  sdesk ")
                and "|" not in line
                and "@" not in written.replace("@e", "").replace("@t", "")
            ):
                yield written


def test_every_changing_verb_has_the_same_options() -> None:
    assert len(CHANGING) > 14
    for name, command in CHANGING.items():
        verb = verbs()[name]
        own = {
            opt
            for param in command.params
            if param.param_type_name == "option" and getattr(param, "expose_value", True)
            for opt in param.opts
        }
        assert own - {*DRY_RUN, YES} == {option.flag for option in verb.options}, name
        repeated = {param.opts[0] for param in command.params if getattr(param, "multiple", False)}
        assert repeated == {option.flag for option in verb.options if option.many}, name


def test_every_verb_of_the_registry_can_be_written() -> None:
    assert {action for verb in verbs().values() for action in verb.actions} == set(ACTIONS)


@pytest.mark.usefixtures("at_desk")
@pytest.mark.parametrize("line", [*LINES, *_examples()])
def test_a_line_means_what_the_command_means(
    sdesk: Sdesk, done: Done, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fuse.jpg").write_bytes(b"a picture")
    words = shlex.split(line)
    if len(words) == 2 and words[0] in {"reply", "note", "forward"}:
        pytest.skip("the command opens an editor, the line opens the console's own")
    place = [] if words[0] in COMMANDS else ["ticket"]
    ran = sdesk(*place, *words, "--yes") if words[0] == "set" else sdesk(*place, *words)
    assert done, ran.err
    # Whose the tickets were is seen by the command, not said by its words; the console has them on its screen.
    meant = [(action, numbers, {k: v for k, v in values.items() if k != "holders"}) for action, numbers, values in done]
    assert _by_line(words) == meant


@pytest.mark.usefixtures("at_desk")
@pytest.mark.parametrize("name", sorted(set(CHANGING) - ONE_ALONE))
def test_every_changing_verb_reads_its_tickets(sdesk: Sdesk, done: Done, name: str) -> None:
    line = next(shlex.split(each) for each in LINES if each.split()[0] == name)
    options = line[next((index for index, word in enumerate(line) if word.startswith("--")), len(line)) :]
    place = [] if name in COMMANDS else ["ticket"]
    ran = sdesk(*place, name, "-", *options, "--yes" if name == "set" else "-n", stdin="11 SD-12\n13\n11\n")
    assert done, ran.err
    assert {numbers for _, numbers, _ in done} == {(11, 12, 13)}
    done.clear()
    assert sdesk(*place, name, "-", *options, stdin="").code == 0
    assert not done


WRONG = (
    ("assign 1 --too dana", "has no option --too. did you mean `--to`?"),
    ("assign 1 --to", "--to wants a value"),
    ("close fixed it --text done", "one word too many"),
    ("reply 1 --text on my way", 'between quotes: --text "on my way"'),
    ("wait 1 --for nobody", "--for knows no `nobody`"),
    ("wait 1 --for date", "a wait for a date needs the date"),
    ("wait 1 --until whenever", "whenever"),
    ("priority P2", "needs a reason"),
    ("priority P9 --reason x", "knows no `P9`"),
    ("link 2 --to 1 --incident 3", "give either --to or --incident"),
    ("take XX-4", "is no ticket of this desk"),
    ("split 1 2 --message 4", "split is for one ticket"),
    ("split 1 --message four", "`four` is no number"),
    ("forward 1 --to a@shop.example", "forward wants --text too"),
    ("close --silent=yes", "--silent takes no value"),
    ("assign --to dana --to boris", "--to is given twice"),
    ("note --text ' '", "the text is empty"),
    ("take dana", "one word too many"),
)


@pytest.mark.parametrize(("line", "said"), WRONG)
def test_what_is_wrong_is_said_with_the_right_word(line: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        _by_line(shlex.split(line))
    assert said in str(error.value)


BARE = (
    ("assign dana", "assign --to dana"),
    ("assign 1 team:hr", "assign 1 --to team:hr"),
    ("wait requester", "wait --for requester"),
    ("service till 3", "service 3 --service till"),
    ("priority p1 --reason fire", "priority --priority P1 --reason fire"),
    ("spent 15m", "spent --spent 15m"),
    ("visit fri 10:00", "visit --visit 'fri 10:00'"),
    ("visit none", "visit --visit none"),
    ("restored 8:30", "restored --at 8:30"),
)


@pytest.mark.parametrize(("short", "long"), BARE)
def test_one_value_may_stand_without_its_option(short: str, long: str) -> None:
    assert _by_line(shlex.split(short)) == _by_line(shlex.split(long))


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        *(("assign", "--to"), ("close 12", "--text"), ("reply", "--text"), ("note", "--text"), ("wait", "--for")),
        *(
            ("merge 3", "--into"),
            ("set 1", "--service"),
            ("tag", "--add"),
            ("priority", "--priority"),
            ("visit", "--visit"),
        ),
    ],
)
def test_what_is_missing_is_to_be_asked(line: str, missing: str) -> None:
    name, *words = line.split()
    order = read_order(verbs()[name], words, Reading(NOW, ZONE, "SD"))
    assert order.missing[0].flag == missing
    assert not order.deeds


def test_a_verb_says_what_it_does() -> None:
    written: Verb = verbs()["take-back"]
    assert written.summary == ACTIONS["take_back"].summary
    assert issubclass(BadInput, SdeskError)


def test_what_the_command_line_lacks_it_writes_otherwise() -> None:
    assert {name for name in verbs() if name not in CHANGING} == set(COMMAND_LINE)
    for name, words in COMMAND_LINE.items():
        _ticket, verb, *options = words.split()
        assert options[:1] == [] or verbs()[verb].option(options[0]) is not None
        assert set(verbs()[name].actions) <= set(verbs()[verb].actions)
