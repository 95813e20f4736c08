"""The `:` line at the foot of the screen: Tab completes, Up brings back what was typed, what is wrong stands below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from sdesk.actions.grammar import no_word
from sdesk.domain.errors import SdeskError
from sdesk.domain.phrase import phrase
from sdesk.domain.safe_text import one_line
from sdesk.tui.language import _, told
from sdesk.tui.line import Known, Offer, offers
from sdesk.tui.line_history import LineHistory
from sdesk.tui.stylesheet import rules_of
from sdesk.tui.widgets.bar import Bar, Part


class CommandLine(ModalScreen[str | None]):
    """The line. It is left with the text that was found right, or with None."""

    CSS_PATH = rules_of("dialog")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, known: Known, check: Callable[[str], str], history: LineHistory, begun: str = "") -> None:
        """`check` says what a line would do, and raises an SdeskError for one that is wrong."""
        super().__init__()
        self.known, self._check, self._history = known, check, history
        self._begun = begun
        self._place = len(history.lines)
        self._stem: str | None = None
        """What was typed before Up."""
        self._offer = Offer(0)
        self._offered_at = -1
        """Which suggestion Tab has put in last."""
        self._base = ("", 0)
        """The line and the cursor before the first Tab."""
        self.line = Input(self._begun, id="command", compact=True, select_on_focus=False)
        self.offered = Bar(id="offered", ground="bar")
        self._means = Static("", id="means", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="command-line"):
            yield self.offered
            with Horizontal():
                yield Static(":", id="command-sign", markup=False)
                yield self.line
            yield self._means

    def on_mount(self) -> None:
        self.line.focus()
        self.line.cursor_position = len(self.line.value)
        self.show()

    def learn(self, known: Known) -> None:
        """The desk's names have come."""
        self.known = known
        if self.is_mounted:
            self.show()

    # ---- what is typed --------------------------------------------------------------------------

    @on(Input.Changed, "#command")
    def typed(self, event: Input.Changed) -> None:
        """Suggest, and say what the line would do."""
        if self._offered_at < 0:
            self.show()

    def show(self) -> None:
        """The suggestions for where the cursor is, and what Enter would do."""
        self._offer = offers(self.line.value, self.line.cursor_position, self.known)
        self._show_offers()
        self._explain()

    def _explain(self) -> None:
        text = self.line.value
        words, wrong = "", False
        if text.strip():
            try:
                words = self._check(text)
            except SdeskError:
                # Half a line is wrong always: it is only said when somebody presses Enter.
                words = ""
        self._say(words, wrong=wrong)

    def _say(self, words: str, *, wrong: bool) -> None:
        self._means.update(
            one_line(words) if words else _("Tab completes   Up earlier lines   Enter does it   Esc leaves")
        )
        self._means.set_class(wrong, "-wrong")

    def _show_offers(self) -> None:
        parts: list[Part] = []
        names = self._offer.names
        first = max(0, self._offered_at - 4) if self._offered_at > 4 else 0
        for place, name in enumerate(names[first:], start=first):
            on = place == self._offered_at
            parts.append(Part(f" {name.key} ", "on" if on else "text", f"take_offer({place})"))
            if on or len(names) == 1 or (place == 0 and self._offered_at < 0):
                parts.append(Part(f"{one_line(told(_(name.about)) if name.about else '')} "[:60], "dim"))
        self.offered.show(parts)

    async def on_key(self, event: events.Key) -> None:
        step = {"tab": 1, "shift+tab": -1}.get(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            self._complete(step)
        elif event.key in {"up", "down"}:
            event.stop()
            event.prevent_default()
            self._recall(back=event.key == "up")
        elif event.key not in {"left", "right", "shift"}:
            self._offered_at = -1
            if event.key not in {"enter", "escape"}:
                self._stem = None

    def _complete(self, step: int) -> None:
        if self._offered_at < 0:
            self._offer = offers(self.line.value, self.line.cursor_position, self.known)
            self._base = self.line.value, self.line.cursor_position
        if not self._offer.names:
            return
        if len(self._offer.names) == 1:
            self._put(0)
            self._offered_at = -1
            self.show()
            return
        count = len(self._offer.names)
        self._offered_at = (
            (self._offered_at + step) % count if self._offered_at >= 0 else (0 if step > 0 else count - 1)
        )
        self._put(self._offered_at)
        self._show_offers()

    def _put(self, place: int) -> None:
        text, cursor = self._base
        with self.line.prevent(Input.Changed):
            self.line.value, at = self._offer.into(text, cursor, self._offer.names[place])
        self.line.cursor_position = at
        self._explain()

    def action_take_offer(self, place: int) -> None:
        """A click on a suggestion."""
        if self._offered_at < 0:
            self._base = self.line.value, self.line.cursor_position
        self._put(place)
        self._offered_at = -1
        self.show()
        self.line.focus()

    def _recall(self, *, back: bool) -> None:
        history = self._history
        if self._stem is None:
            self._stem = self.line.value
            self._place = len(history.lines)
        self._place = history.before(self._place, self._stem) if back else history.after(self._place, self._stem)
        at_end = self._place >= len(history.lines)
        self.line.value = self._stem if at_end else history.lines[self._place]
        self.line.cursor_position = len(self.line.value)

    # ---- the end --------------------------------------------------------------------------------

    @on(Input.Submitted, "#command")
    def enter(self, event: Input.Submitted) -> None:
        """Leave with the line, if it is right; else say what is wrong, and keep it."""
        try:
            self._check(event.value)
        except SdeskError as error:
            self._say(told(error.what) + (f". {told(error.remedy)}" if error.remedy else ""), wrong=True)
            return
        self._history.keep(event.value)
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Leave; what was typed is an Up away."""
        self._history.keep(self.line.value)
        self.dismiss(None)


def open_words(app: App[None], history: LineHistory, words: Mapping[str, tuple[str, Callable[[], object]]]) -> None:
    """The line for a screen with a few commands of its own, as the editor: each word, its help, and what it does."""

    def check(text: str) -> str:
        word = text.strip().removeprefix(":").lower()
        if word and word not in words:
            raise no_word(
                phrase("there is no command `{word}` here", word=word),
                word,
                words,
                phrase("it takes {words}", words=", ".join(words)),
            )
        return words[word][0] if word else ""

    def answered(text: str | None) -> None:
        word = (text or "").strip().removeprefix(":").lower()
        if word in words:
            words[word][1]()

    known = Known(commands={word: help_ for word, (help_, _) in words.items()}, alone=True)
    app.push_screen(CommandLine(known, check, history), answered)
