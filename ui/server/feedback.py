"""What people think of answers, kept on the server beside the library.

`pincite eval import feedback` makes questions with marked evidence of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Literal, get_args

from pincite.corpus.errors import UsageError
from pincite.corpus.types import Document
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.reading.quote import verify
from pincite.ui.server.conversation_file import ConversationFile, now
from pincite.ui.server.conversations import bounded, checked_text

MOST_RATINGS = 10_000  # of a person
Verdict = Literal["up", "down"]


class Feedback:
    """The verdicts of people on answers."""

    def __init__(self, file: ConversationFile) -> None:
        self._file = file

    def rate(
        self,
        person: str,
        verdict: str,
        answer: Answer,
        document_of: Callable[[str], Document],
        history: Sequence[Turn] = (),
    ) -> None:
        """Keep what a person thinks of an answer.

        Args:
            person: who.
            verdict: ``up`` or ``down``.
            answer: of which; with its question.
            document_of: a document that the person may see, by its id.
            history: what was said before the question.

        Raises:
            UsageError: there is no such verdict, or more than is kept.
            QuoteError: a quote is not what its document says there.
            DocumentNotFoundError: a quote is of a document that is not there for the person.
        """
        if verdict not in get_args(Verdict):
            raise UsageError(f"the verdict {verdict!r} is none; send up or down")
        quotes = []
        for quote in answer.quotes:
            document = document_of(quote.document)
            verify(quote, document)
            quotes.append(
                {
                    "source": document.source,
                    "title": quote.title,
                    "start": quote.start,
                    "end": quote.end,
                    "text": quote.text,
                    "highlights": [list(span) for span in quote.highlights],
                }
            )
        value = {"status": answer.status, "confidence": answer.confidence, "quotes": quotes}
        said = bounded([asdict(turn) for turn in history], "what was said before the question")
        question = checked_text(answer.question, "the question")
        row = [person, now(), verdict, question, said, bounded(value, "the answer")]
        with self._file.writing() as run:
            have = "SELECT count(*) FROM feedback WHERE person = ?"
            (count,) = run(have, [person]).fetchone()
            if count >= MOST_RATINGS:
                raise UsageError(f"you have rated {count:,} answers, and no more are kept")
            run(
                "INSERT INTO feedback (person, at, verdict, question, history, answer)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
