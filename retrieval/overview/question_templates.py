"""Questions that a document may answer, made from its headings and definitions. English only.

Templates over surface patterns. They promise nothing: each question has to be tried before it is
offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from pincite.corpus.line_patterns import row_cells
from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.overview.capitals import as_in_text
from pincite.retrieval.overview.key_sentences import own_sentences
from pincite.retrieval.overview.outline import Heading
from pincite.retrieval.reading.definitions import defined_term, defines
from pincite.retrieval.reading.reference_sections import is_apparatus
from pincite.retrieval.search.analysis import english_share, tells_another_language

_LOOKED_AT = 50_000  # code points; enough to tell a language, and how a word is used
_ENGLISH = 0.2  # of its words that are function words: about a third in English prose
_MOST_WORDS = 8  # of a heading that is made a question
MOST = 12  # questions; nobody tries more
_ABOUT = "What does the document say about "
_ROMAN = r"(?=[CLXVI])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_NUMBER = re.compile(
    # Behind a word it may be a name: of "Article 5 of the treaty", nothing is left out.
    r"(?i:chapter|section|part|appendix|annex|article|step|lesson|unit)\s+"
    rf"(?:\d+(?:\.\d+)*|{_ROMAN}|[A-Z])(?:\s*[.):–—-])+\s+(?=\S)"
    rf"|(?:\d+(?:\.\d+)*[.):]?|(?:{_ROMAN}|[A-Za-z])[.):])\s*(?:[:.–—-]\s*)?(?=\S)"
)
_PLAIN = re.compile(r"[^\W\d_][\w ,&'’()+-]*[\w)]")
# What heads a part of any document and says nothing of this one.
_GENERAL_WORDS = (
    "abstract acknowledgements acknowledgments agenda annex appendix background chapter conclusion "
    "conclusions contents details discussion document documents example examples exercises faq "
    "foreword general glossary home index info information introduction material materials method "
    "methods miscellaneous more notes notice other others outline overview part preface purpose "
    "questions remarks results review scope section summary text title welcome"
)
_GENERAL = frozenset(_GENERAL_WORDS.split())
_QUESTION = re.compile(r"(?:who|what|when|where|which|why|how|can|do|does|is|are|may|must)\b", re.I)
_HOW_TO = re.compile(r"how to (?P<what>.+)", re.IGNORECASE)
_SENTENCE = re.compile(r"\b(?:is|are|was|were|has|have|will|must|can|do|does|did)\b", re.IGNORECASE)
# As most nouns end that no verb is like.
_NOUN = re.compile(r"(?:ings?|[ts]ions?|ments?|ness|ity|ities|[ae]nces?|ships?|isms?|[^s]s)$")
_TERM = r"[A-Za-z][\w+-]*(?: [A-Za-z][\w+-]*){0,2}"
_IS = re.compile(rf"(?P<article>An?|The)?\s*(?P<term>{_TERM}) (?P<verb>is|are) (?:an?|the)\b")
_MEANS = re.compile(rf"(?P<term>{_TERM}) (?:means|stands for|refers to|is short for)\b")
_SHORT_FORM = re.compile(r"\((?P<short>[A-Z][A-Z0-9&]{1,6})\)")
# What a term hardly is made of, nor a topic: words that point, and those that make a clause.
_NO_NAME_WORDS = (
    "again also always any as but each every he her here his how however i if it its my never no "
    "not now often once one only otherwise our she so some sometimes still such that their then "
    "there these they this those thus today us we what when where which who why you your"
)
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_SMALL_WORDS = (
    "a about after all an and at before between both by during for from in into nor of on or over "
    "the through to under until with within without"
)
_SMALL = frozenset(_SMALL_WORDS.split())
# The columns of a table that says what words mean.
_TERMS = re.compile(r"words?|terms?|abbreviations?|acronyms?|short forms?", re.IGNORECASE)
_MEANINGS = re.compile(r"meanings?|definitions?|explanations?|stands for", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be answered.

    ``under`` is where the answer has to stand, and ``term`` what it has to define.
    """

    question: str
    under: Span | None = None
    term: str | None = None


def is_english(document: Document) -> bool:
    """Whether a document is in English, as far as its first words tell."""
    said = document.text[:_LOOKED_AT]
    return english_share(said) >= _ENGLISH or not tells_another_language(said)


def candidates(
    document: Document, headings: Sequence[Heading], passages: Sequence[Passage]
) -> list[Candidate]:
    """Questions in the order in which they are to be tried, those of each kind in turns.

    None for a document that is not in English.
    """
    if not is_english(document):
        return []
    of_headings = [one for h in headings if (one := _of_heading(document, h)) is not None]
    kinds = (
        [one for one in of_headings if not one.question.startswith(_ABOUT)],
        _first(_definitions(document, passages)),
        [one for one in of_headings if one.question.startswith(_ABOUT)],
    )
    return _first(one for turn in zip_longest(*kinds) for one in turn if one is not None)


def _of_heading(document: Document, heading: Heading) -> Candidate | None:
    """The question that a heading asks, or that asks what stands under it."""
    said = " ".join(heading.path[-1].split())
    said = _NUMBER.sub("", said, count=1) if _NUMBER.match(said) else said
    if is_apparatus(heading.path) or len(said.split()) > _MOST_WORDS:
        return None
    if said.endswith("?"):
        plain = _PLAIN.fullmatch(said.rstrip(" ?")) and _QUESTION.match(said)
        return Candidate(said, heading.under) if plain else None
    if not _PLAIN.fullmatch(said):
        return None
    if how := _HOW_TO.fullmatch(said):
        return Candidate(f"How do I {as_in_text(how['what'], document.text)}?", heading.under)
    if not _is_topic(said, document.text):
        return None
    return Candidate(f"{_ABOUT}{as_in_text(said, document.text)}?", heading.under)


def _is_topic(said: str, text: str) -> bool:
    """Whether a heading names a thing: no clause, no list, nothing that heads any document."""
    words = said.casefold().split()
    if "," in said or words[0] in _SMALL or words[-1] in _SMALL or _NO_NAME & set(words):
        return False
    if all(word in _GENERAL | _SMALL or len(word) < 3 for word in words):
        return False
    if len(words) == 1:
        return _is_noun(words[0], text)
    is_command = words[1] in ("a", "an", "the") and not words[0].endswith("ing")
    return not (is_command or _QUESTION.match(said) or _SENTENCE.search(said))


def _is_noun(word: str, text: str) -> bool:
    """Whether a word looks like a noun, or stands in the text where one does."""
    where = rf"\b(?:the|an?|of|in|on|for|with|by|about|our|their|its|no) {re.escape(word)}\b"
    return bool(_NOUN.search(word) or re.search(where, text[:_LOOKED_AT], re.IGNORECASE))


def _definitions(document: Document, passages: Sequence[Passage]) -> Iterator[Candidate]:
    """Questions for the terms that sentences and rows define."""
    for passage, span, _ in own_sentences(document, passages):
        said = document.text[span.start : span.end]
        if passage.kind in ("prose", "list"):
            yield from _defined(said)
        elif passage.kind == "row":
            yield from _defined_in_row(said, passage.columns)
        for short in _SHORT_FORM.finditer(said):
            if _stands_for(short["short"], said[: short.start()]):
                yield from _checked(f"What does {short['short']} stand for?", said)


def _defined(said: str) -> Iterator[Candidate]:
    if (match := _IS.match(said)) and (match["article"] != "The" or match["term"].isupper()):
        article, term = match["article"] or "", match["term"]
        if not article and not term.isupper() and match["verb"] == "is" and " " not in term:
            return  # "Lunch is a problem": of one bare word, much is said that defines nothing
        term = term if article or term.split()[0].isupper() else term[:1].lower() + term[1:]
        words = f"{article.lower()} {term}".strip()
        yield from _checked(f"What {match['verb']} {words}?", said)
    elif match := _MEANS.match(said):
        yield from _checked(f"What does {match['term']} mean?", said)


def _defined_in_row(row: str, columns: Sequence[str]) -> Iterator[Candidate]:
    cells = row_cells(row)
    if len(columns) < 2 or len(cells) < 2 or "\n" in row:
        return
    if _TERMS.fullmatch(columns[0]) or _MEANINGS.fullmatch(columns[1]):
        term = re.fullmatch(_TERM, cells[0])
        if term and cells[0] != columns[0]:
            yield from _checked(f"What does {cells[0]} mean?", row)


def _checked(question: str, said: str) -> Iterator[Candidate]:
    """The question, if it asks for the meaning of a term that the sentence defines."""
    term = defined_term(question)
    words = set(term.casefold().split()) if term else set()
    if term and defines(term, said) and not (_NO_NAME | _SMALL) & words:
        yield Candidate(question, term=term)


def _stands_for(short: str, before: str) -> bool:
    """Whether a short form is made of the first letters of the words before it."""
    words = re.findall(r"[^\W_]+", before)[-len(short) :]
    return "".join(word[0] for word in words).casefold() == short.casefold()


def _first(found: Iterable[Candidate]) -> list[Candidate]:
    """The first of them, each question once."""
    some: dict[str, Candidate] = {}
    for one in found:
        some.setdefault(one.question.casefold(), one)
        if len(some) == MOST:
            break
    return list(some.values())
