"""The lexical index: BM25 by Tantivy, over stems, or pairs of letters where there are no blanks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import tantivy

from pincite.corpus.errors import IndexDamagedError

ANALYSIS = "pincite_2"  # part of the identity of the indexes: rename it when the analysis changes
_LONGEST_TERM = 64
# Chinese and Japanese are written without blanks: a whole clause would be one term.
_UNSPACED = re.compile(
    "[\u3005\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)
# A word in a heading says what the passage is about; the title says it of the whole document.
_FIELDS = {"body": 1.0, "headings": 0.5, "title": 0.3}
# Function words and the words that questions are made of. Tantivy's own list lacks "who", "how"
# and their like, and they would be matched as if they meant something.
STOP_WORDS = (
    "a about after all also am an and any are as at be because been being both but by can could "
    "did do does doing for from had has have having he her hers him his how i if in into is it "
    "its just me my no nor not of on or our ours she so some such than that the their theirs them "
    "then there these they this those to too us was we were what when where which who whom whose "
    "why will with would you your yours please tell give explain describe"
)


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        # Each leaves the other scripts alone. Of those that share the Latin one, only English.
        .filter(tantivy.Filter.stemmer("english"))
        .filter(tantivy.Filter.stemmer("russian"))
        .filter(tantivy.Filter.stemmer("arabic"))
        .build()
    )


@cache
def _stop_terms() -> frozenset[str]:
    return frozenset(_analyzer().analyze(STOP_WORDS))


def terms(text: str) -> list[str]:
    """The index terms of ``text``, in order: lower-case stems, for English, Russian and Arabic.

    In Chinese and Japanese, which have no blanks between words, each two letters side by side are a
    term, as in Lucene's analysis of them.

    >>> terms("The Engineers' engines"), terms("книгами"), terms("GPU 超级碗")
    (['the', 'engin', 'engin'], ['книг'], ['gpu', '超级', '级碗'])
    """
    return list(_analyzer().analyze(_in_pairs(text)))


def _in_pairs(text: str) -> str:
    """``text`` with blanks between each two letters of a script that has none."""

    def pairs(run: re.Match[str]) -> str:
        letters = run[0]
        cut = [letters[i : i + 2] for i in range(len(letters) - 1)] or [letters]
        return f" {' '.join(cut)} "

    return _UNSPACED.sub(pairs, text)


def content_terms(text: str) -> list[str]:
    """The distinct terms of ``text`` that carry meaning; all of them if none does.

    >>> content_terms("Who coined the phrase?"), content_terms("Who is it?")
    (['coin', 'phrase'], ['who', 'is', 'it'])
    """
    distinct = list(dict.fromkeys(terms(text)))
    return [term for term in distinct if term not in _stop_terms()] or distinct


def english_share(text: str) -> float:
    """The share of its terms that are English function words: in English prose about a third.

    >>> english_share("Who coined the phrase?"), english_share("Wer hat den Begriff geprägt?")
    (0.5, 0.0)
    """
    found = terms(text)
    return sum(term in _stop_terms() for term in found) / max(1, len(found))


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True, indexed=True, fast=True)
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name=ANALYSIS, index_option="freq")
    return builder.build()


class LexicalIndex:
    """Passage ids by BM25 (k1 = 1.2, b = 0.75) over body, headings and title."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer(ANALYSIS, _analyzer())
        index.config_reader("manual")
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def build(
        cls, passages: Iterable[tuple[int, str, str, str]], folder: Path | None = None
    ) -> LexicalIndex:
        """An index over ``(passage id, title, headings, body)``, in ``folder`` or in memory."""
        path = str(folder) if folder is not None else None
        index = tantivy.Index(_schema(), path=path)
        index.register_tokenizer(ANALYSIS, _analyzer())
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        for id, title, headings, body in passages:
            fields = {"title": title, "headings": headings, "body": body}
            document = tantivy.Document(**{name: _in_pairs(said) for name, said in fields.items()})
            document.add_unsigned("passage", id)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open what ``build`` wrote into ``folder``. The caller has checked the files' hashes.

        Raises:
            IndexDamagedError: Tantivy cannot read it.
        """
        try:
            return cls(tantivy.Index.open(str(folder)))
        except (ValueError, OSError) as error:
            raise IndexDamagedError(f"the lexical index {folder} cannot be read") from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""
        every = self._searcher.search(tantivy.Query.all_query(), limit=max(1, len(self))).hits
        return sorted(int(self._searcher.doc(address)["passage"][0]) for _, address in every)

    def search(
        self, question: str, k: int, allowed: Sequence[int] | None = None
    ) -> dict[int, float]:
        """The ``k`` best passages that share a term with the question, best first, with scores.

        ``allowed`` limits the search to these passage ids, inside the search.
        """
        if k < 1 or (allowed is not None and not len(allowed)):
            return {}
        Query, should = tantivy.Query, tantivy.Occur.Should
        words = [
            (should, Query.boost_query(Query.term_query(_schema(), field, term, "freq"), weight))
            for term in content_terms(question)
            for field, weight in _FIELDS.items()
        ]
        if not words:
            return {}
        query = Query.boolean_query(words)
        if allowed is not None:
            chosen = Query.term_set_query(_schema(), "passage", [int(id) for id in allowed])
            must = tantivy.Occur.Must
            query = Query.boolean_query(
                [(must, query), (must, Query.const_score_query(chosen, 0.0))]
            )
        hits = self._searcher.search(query, limit=k).hits
        scored = {int(self._searcher.doc(a)["passage"][0]): float(score) for score, a in hits}
        return dict(sorted(scored.items(), key=lambda item: (-item[1], item[0])))

    def rarity(self, term: str) -> float:
        """The term's BM25 inverse document frequency over passage bodies.

        ``ln(1 + (N - n + 0.5) / (n + 0.5))`` (Robertson and Zaragoza 2009, as Lucene floors it).
        """
        n = self._searcher.doc_freq("body", term)
        return math.log(1.0 + (len(self) - n + 0.5) / (n + 0.5))
