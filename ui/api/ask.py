"""One question for a program: its answer as JSON values, with citations where they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pincite.corpus.errors import DocumentNotFoundError, LibraryChangedError
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.engine import Engine
from pincite.retrieval.written_answer import WritingListener
from pincite.ui.api.disconnect import wanted
from pincite.ui.api.models import CiteFormat
from pincite.ui.markdown import footnoted
from pincite.ui.text.citations import FORMATS, citations


def ask(
    engine: Engine,
    question: str,
    *,
    history: Sequence[Turn] = (),
    documents: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
    cite: Sequence[CiteFormat] = (),
    write: bool = False,
    listener: WritingListener | None = None,
) -> dict[str, Any]:
    """The answer; with ``cite``, its quotes in each of these formats as ``citations``.

    With ``write`` the writer of the settings answers from the quotes too; ``listener`` hears it.

    It is work for a `Queue`, where it ends when nobody waits for it any longer.

    Raises:
        PinciteError: as `Engine.ask`.
        LibraryChangedError: a document that is quoted was changed before it was cited.
    """
    answer = engine.ask(
        question,
        history=history,
        documents=documents,
        tags=tags,
        watch=wanted,
        write=write,
        listener=listener,
    )
    if not cite:
        return answer.to_json()
    return {**answer.to_json(), "citations": _cited(engine, answer, cite)}


def _cited(engine: Engine, answer: Answer, formats: Sequence[CiteFormat]) -> dict[str, str]:
    if not answer.quotes:
        return dict.fromkeys(formats, "")
    try:
        cited = citations(answer.quotes, engine.document)
    except DocumentNotFoundError as error:
        raise LibraryChangedError(
            "a document that is quoted was changed or removed before it could be cited; ask again"
        ) from error
    return {
        name: footnoted(answer, 1) if name == "markdown" else FORMATS[name](cited)
        for name in formats
    }
