"""What is said of a written answer, in every face the same."""

from __future__ import annotations

from pincite.retrieval.writing.types import Sentence, Written

WRITTEN_FIRST = "Written from these quotes:"
MOVED = "another quote was cited"


def numbers(sentence: Sentence) -> str:
    """The numbers of the quotes that a sentence cites.

    >>> numbers(Sentence("It rained.", (1, 3), "supported"))
    '[1] [3]'
    """
    return " ".join(f"[{number}]" for number in sentence.quotes)


def missing(sentence: Sentence) -> str:
    """What of an unsupported sentence does not stand in the quotes.

    >>> missing(Sentence("It rained in 2021.", (1,), "unsupported", ("2021",)))
    'not in the quotes: 2021'
    >>> missing(Sentence("The chair is the treasurer.", (1,), "unsupported"))
    'the quotes do not say this'
    """
    if not sentence.missing:  # its words stand there, put together in another way
        return "the quotes do not say this"
    return f"not in the quotes: {', '.join(sentence.missing)}"


def left_out(written: Written) -> str:
    """How many sentences are left out; empty where none is.

    >>> left_out(Written("m", "h", (Sentence("So it is.", (), "uncited"),)))
    '1 sentence left out: no quote says it'
    """
    count = written.left_out
    if not count:
        return ""
    return f"{count} {'sentence' if count == 1 else 'sentences'} left out: no quote says it"


def supported(written: Written) -> list[Sentence]:
    """The sentences that the quotes support."""
    return [one for one in written.sentences if one.verdict == "supported"]


def left_out_sentences(written: Written) -> list[Sentence]:
    """The sentences that are left out."""
    return [one for one in written.sentences if one.verdict == "uncited"]


def written_by(written: Written) -> str:
    """Who wrote, and where the quotes went for that.

    >>> written_by(Written("openai:m", "127.0.0.1:8080"))
    'openai:m got the quotes at 127.0.0.1:8080'
    """
    if written.is_empty:
        return f"{written.model} got the quotes at {written.host}"
    return f"Written by {written.model}, which got the quotes at {written.host}"


def nothing_left(written: Written) -> str:
    """That no sentence is supported.

    >>> nothing_left(Written("openai:m", "h"))
    'The quotes support no sentence that openai:m wrote.'
    """
    return f"The quotes support no sentence that {written.model} wrote."


def problem(written: Written) -> str:
    """Why nothing, or not all, was written, as a sentence; empty where nothing went wrong.

    >>> problem(Written("m", "h", problem="the writer m wrote nothing"))
    'The writer m wrote nothing.'
    """
    said = written.problem or ""
    return f"{said[:1].upper()}{said[1:]}." if said else ""
