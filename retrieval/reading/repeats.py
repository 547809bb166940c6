"""What only repeats the question: nearer to it than any answer, and no answer itself.

Search and reader look for what is like the question, and nothing is more like it than its copy. So
whoever gets a copy into the library would be quoted first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress, groupby

from pincite.corpus.types import Document, Span
from pincite.corpus.unseen import UNSEEN
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Candidate, Reading
from pincite.retrieval.reading.whole import below
from pincite.retrieval.search.analysis import content_terms, term_set, terms
from pincite.retrieval.search.search import Hit

QUESTION_MARKS = ("?", "？", "؟")
# Of the question's words, what a copy has at least: an answer that has fewer says something else,
# and a copy that has fewer is no nearer than an answer.
_LEAST = 2 / 3
# These ask for something that they do not name, so no answer is made of their words alone. "Is the
# dock closed in May?" is answered by "The dock is closed in May."
_ASKS_FOR_MORE = re.compile(
    r"\W*(?:please )?(?:(?:can|could) you )?"
    r"(?:(?:tell|explain|describe|name|list|give|show|say) )?(?:me )?"
    r"(?:(?:in|on|at|by|from|to|for|with|of|until|since|under|and|so|but) )?"
    r"(?:what|whats|which|who|whos|whom|whose|when|where|why|how)\b",
    re.I,
)
# Words that stand in a statement and not in the question, and add nothing to it. No pronoun of a
# person, no "no", "all" or "two": these may be all that an answer consists of.
_EMPTY = frozenset(
    terms(
        "a an the of to in on at for by with from and or as is are was were be been being do does "
        "did has have had will would can could should might must what which who whom whose "
        "when where why how this that it its there about q question ask asks asked answer answers"
    )
)
_WORD = re.compile(r"\w+")
# Of Cyrillic and Greek. A word that is written in one of these has no Latin letter.
_LIKE_LATIN = str.maketrans(
    "авеіјкмнорстухѕһԁАВЕЅІЈКМНОРСТХУαβικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijkmhopctyxshdABESIJKMHOPCTXYabikvoptuxABEZHIKMNOPTYX",
)
_MIXED = re.compile(r"\w*[A-Za-z]\w*")
_UNSEEN = re.compile(f"{UNSEEN.pattern}|\u00ad")  # soft hyphens show at the ends of lines only
# Each stretch between marks is looked at once: a long text without marks must not take long.
_QUESTION = re.compile(r"(?<![^\n.!?？؟])[^\n.!?？؟]{8,}+[?？؟]")
_SEVERAL = 3  # questions, from which on a text is a list of questions with their answers
_STEPS = 20  # copies one under the other that are looked behind


@dataclass(frozen=True, slots=True)
class Repeats:
    """Tells what repeats a question.

    Attributes:
        words: the question's terms, with what was said before it, and those that add nothing to
            them.
        own: the same without what was said before it, of which an answer may consist.
        meaning: the question's terms that carry meaning.
        is_open: whether it asks for something that it does not name.
        copy: finds its words in a text, in their order.
    """

    words: frozenset[str]
    own: frozenset[str]
    meaning: frozenset[str]
    is_open: bool
    copy: re.Pattern[str]

    @classmethod
    def of(cls, query: Query) -> Repeats:
        """What repeats this question."""
        own = frozenset(terms(query.spelling))
        return cls(
            words=own | query.terms | _EMPTY,
            own=own | _EMPTY,
            meaning=frozenset(content_terms(query.spelling)),
            is_open=bool(_ASKS_FOR_MORE.match(query.spelling)),
            copy=cls.copy_of(query.text),
        )

    @staticmethod
    def copy_of(question: str) -> re.Pattern[str]:
        """Finds a question's words in their order, whatever signs are between them."""
        words = r"\W+".join(map(re.escape, _WORD.findall(question)))
        return re.compile(rf"\b{words}\b\W*" if words else r"(?!)", re.I)

    def __call__(self, text: str) -> bool:
        """Whether a sentence or a heading has most of the question's words, and is a question
        too or has no other words.

        >>> asked, meaning = "When does the dock close?", frozenset(["dock", "close"])
        >>> words = frozenset(terms(asked)) | _EMPTY
        >>> repeats = Repeats(words, words, meaning, True, Repeats.copy_of(asked))
        >>> repeats("You may ask when the dock closes?"), repeats("The dock, when it is closed.")
        (True, True)
        >>> repeats("The dock closes in May."), repeats("No dock is closed.")
        (False, False)
        """
        text = _seen(text)
        said = term_set(text)
        if len(self.meaning & said) < _LEAST * len(self.meaning):
            return False
        return _asks(text) or (self.is_open and said <= self.words)

    def in_run(self, lines: Sequence[str]) -> list[bool]:
        """Of sentences that follow each other, which repeat the question, alone or with others.

        >>> asked, meaning = "When does the dock close?", frozenset(["dock", "close"])
        >>> words = frozenset(terms(asked)) | _EMPTY
        >>> repeats = Repeats(words, words, meaning, True, Repeats.copy_of(asked))
        >>> repeats.in_run(["When.", "Does the dock.", "Close?", "In May.", "The dock."])
        [True, True, True, False, False]
        """
        seen = list(map(_seen, lines))
        found = list(map(self, seen))
        start = 0
        for has_no_other, run in groupby(seen, lambda one: term_set(one) <= self.own):
            together = list(run)
            said = frozenset[str]().union(*map(term_set, together))
            is_copy = len(self.meaning & said) >= _LEAST * len(self.meaning)
            if has_no_other and is_copy and (self.is_open or any(map(_asks, together))):
                found[start : start + len(together)] = [True] * len(together)
            start += len(together)
        return found

    def without(self, text: str) -> str:
        """The text without the question's copies in it, to the letter but for case and signs."""
        return self.copy.sub(" ", _seen(text)).strip()


def _seen(text: str) -> str:
    """The text as people see it: without characters that nobody sees, which would take its words
    apart, and with a Latin letter for each that looks like one among others.

    >>> _seen("Wh" + chr(0x200B) + "ich ri" + chr(0x455) + "ks")
    'Which risks'
    """
    if text.isascii():
        return text
    return _MIXED.sub(lambda word: word[0].translate(_LIKE_LATIN), _UNSEEN.sub("", text))


def _asks(text: str) -> bool:
    return text.rstrip("\"'”’)*_ ").endswith(QUESTION_MARKS)


def under(document: Document, span: Span, repeats: Repeats) -> Span | None:
    """The first block under ``span`` that does not repeat the question, if there is one."""
    for _ in range(_STEPS):
        block = below(document, span)
        if block is None or not repeats(document.text[block.start : block.end]):
            return block
        span = block
    return None


def without_repeats(
    query: Query, reading: Reading, document_of: Callable[[str], Document]
) -> Reading:
    """The reading without the sentences that repeat the question.

    The sentence after one is as good as that was: it may be the answer. A passage of nothing else
    is passed over as well, unless something stands under it, to which it leads (`choose`).

    Args:
        query: the question.
        reading: the passages and their sentences.
        document_of: a document by its id.
    """
    repeats = Repeats.of(query)
    in_order = sorted(reading.candidates, key=lambda c: (c.passage, c.span))
    copies: dict[tuple[int, Span], Candidate] = {}
    for _, of_passage in groupby(in_order, lambda c: c.passage):
        run = list(of_passage)
        text = document_of(run[0].document).text
        copied = repeats.in_run([text[c.span.start : c.span.end] for c in run])
        copies |= {(c.passage, c.span): c for c in compress(run, copied)}
    if not copies:
        return reading
    own = {c.passage for c in reading.candidates if (c.passage, c.span) not in copies}
    passed_over = {
        hit.stored.id
        for hit in reading.hits
        if hit.stored.id not in own and not _leads(hit, document_of(hit.stored.document), repeats)
    }

    def stays(candidate: Candidate) -> bool:
        if candidate.passage in passed_over:
            return False
        return candidate.passage not in own or (candidate.passage, candidate.span) not in copies

    def after_copy(candidate: Candidate) -> Candidate:
        before = ((candidate.passage, span) for span in candidate.before[:1])
        score = max((copies[one].score for one in before if one in copies), default=0.0)
        return replace(candidate, score=max(candidate.score, score))

    candidates = [after_copy(c) for c in reading.candidates if stays(c)]
    return replace(
        reading,
        hits=[hit for hit in reading.hits if hit.stored.id not in passed_over],
        candidates=sorted(candidates, key=lambda c: (-c.score, c.passage, c.span)),
    )


def _leads(hit: Hit, document: Document, repeats: Repeats) -> bool:
    return under(document, hit.stored.passage.span, repeats) is not None


def own_words(hit: Hit, document: Document, repeats: Repeats) -> str | None:
    """What a passage says beside the question's copies in it and over it; None without copies.

    Also None in a list of questions with their answers, where most answers need the question over
    them: there it is no copy, but what the author was asked.
    """
    passage = hit.stored.passage
    over = [document.title, *passage.path]
    kept = [line for line in over if not repeats(line)]
    said = list(map(_seen, passage.sentence_texts(document.text)))
    copied = repeats.in_run(said)
    rest = [repeats.without(one) for one, is_copy in zip(said, copied, strict=True) if not is_copy]
    if (kept == over and rest == said) or is_question_list(document.text):
        return None
    block = None if rest else under(document, passage.span, repeats)
    if block is not None:
        rest = [document.text[block.start : block.end]]
    return "\n".join([*kept, *rest])


def is_question_list(text: str) -> bool:
    """Whether several different questions are asked in a text.

    >>> is_question_list("Who are you? I am Ada.\\nWhere were you? Here.\\nWhy is that? It rained.")
    True
    >>> is_question_list("Who are you? Who are you? Who are you? I am Ada.")
    False
    """
    asked: set[tuple[str, ...]] = set()
    for question in _QUESTION.finditer(text):
        asked.add(tuple(_WORD.findall(question[0].casefold())))
        if len(asked) == _SEVERAL:
            return True
    return False
