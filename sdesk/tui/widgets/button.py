"""A button one line high that hears every Enter."""

from __future__ import annotations

from textual import widgets


class Button(widgets.Button):
    """Textual's own ignores Enter for a fifth of a second after it was pressed, while it looks pushed in: whoever
    corrects a form and sends it again, all typed ahead over a slow line, would wait for nothing."""

    def __init__(self, words: str, *, id: str) -> None:
        super().__init__(words, id=id, compact=True)
        self.active_effect_duration = 0
