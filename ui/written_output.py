"""A written answer on the terminal: the quotes first, then each sentence once it is checked."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.writing.types import Sentence
from pincite.retrieval.written_answer import WritingListener
from pincite.ui import terminal
from pincite.ui.text import written as wording
from pincite.ui.text.control_characters import harmless, one_line


class WrittenOutput:
    """Prints an answer while it is written.

    Args:
        console: where to.
        details: also print offsets, scores and the sentences that are left out.
    """

    def __init__(self, console: Console, *, details: bool = False) -> None:
        self._console = console
        self._details = details
        self._quotes = 0
        self._sentences = 0

    def listener(self) -> WritingListener:
        """What hears of the answer, for `Engine.ask`."""
        return WritingListener(self._answer, self._quote, self._sentence)

    def finish(self, answer: Answer) -> None:
        """Print what is known at the end: what was left out, who wrote, and what went wrong."""
        if (written := answer.written) is None:
            return
        if count := wording.left_out(written):
            self._line(Text(count, "dim"))
        if self._details:
            for sentence in wording.left_out_sentences(written):
                self._line(Text(f"  {one_line(sentence.text)}", "dim"))
        if problem := wording.problem(written):
            self._line(Text(one_line(problem), "yellow"))
        self._line(Text(one_line(wording.written_by(written)), "dim"))

    def _answer(self, answer: Answer) -> None:
        terminal.show_answer(self._console, answer, details=self._details)
        self._quotes = len(answer.quotes)
        if answer.quotes:
            self._console.print()

    def _quote(self, quote: Quote) -> None:
        self._quotes += 1
        terminal.show_quote(self._console, self._quotes, quote, details=self._details)

    def _sentence(self, sentence: Sentence) -> None:
        if sentence.verdict == "uncited":
            return
        if not self._sentences:
            self._line(Text(wording.WRITTEN_FIRST, "bold"))
        self._sentences += 1
        text, cited = harmless(sentence.text), wording.numbers(sentence)
        if sentence.verdict == "supported":
            moved = f" ({wording.MOVED})" if sentence.moved else ""
            self._line(Text.assemble(text, " ", (cited, "bold cyan"), (moved, "dim")))
            return
        why = one_line(wording.missing(sentence))
        # Where nothing can be struck through, marks have to say it.
        struck = (text, "dim strike") if self._strikes else f"~~{text}~~"
        self._line(Text.assemble(struck, (f" ({why})", "yellow")))

    @property
    def _strikes(self) -> bool:
        return self._console.is_terminal and self._console.color_system is not None

    def _line(self, line: Text) -> None:
        self._console.print(line, soft_wrap=not self._console.is_terminal)
