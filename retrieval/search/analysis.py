"""From text to terms: stems, pairs of letters where there are no blanks, and expressions whole.

The same for documents and questions. The analysis proper is Tantivy's; what it would take apart is
rewritten before (`pincite.retrieval.search.expressions`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import tantivy

from pincite.retrieval.search.expressions import rewrite

ANALYSIS = "pincite_3"  # part of the identity of the indexes: rename it when the analysis changes
_LONGEST_TERM = 64
# Chinese and Japanese are written without blanks: a whole clause would be one term.
_UNSPACED = re.compile(
    "[\u3005\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]+"
)
# Function words and the words that questions are made of. Tantivy's own list lacks "who", "how"
# and their like, and they would be matched as if they meant something.
STOP_WORDS = (
    "a about after all also am an and any are as at be because been being both but by can could "
    "did do does doing for from had has have having he her hers him his how i if in into is it "
    "its just me my no nor not of on or our ours she so some such than that the their theirs them "
    "then there these they this those to too us was we were what when where which who whom whose "
    "why will with would you your yours please tell give explain describe "
    # as typed without their marks
    "arent cant couldnt didnt doesnt dont hasnt havent isnt shouldnt wasnt werent wont wouldnt "
    "hows ive theres whats whens wheres whos"
)


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Tantivy's part of the analysis, for rewritten text."""
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
def stop_terms() -> frozenset[str]:
    """The terms of the stop words."""
    return frozenset(analyzer().analyze(STOP_WORDS))


def prepared(text: str) -> str:
    """``text`` as the analyzer takes it."""
    return _in_pairs(rewrite(text))


def terms(text: str) -> list[str]:
    """The index terms of ``text``, in order: lower-case stems, for English, Russian and Arabic.

    In Chinese and Japanese, which have no blanks between words, each two letters side by side are a
    term, as in Lucene's analysis of them.

    >>> terms("The Engineers' engines"), terms("книгами"), terms("GPU 超级碗")
    (['the', 'engin', 'engin'], ['книг'], ['gpu', '超级', '级碗'])
    >>> terms("125.000,00 at -20°C by the WHO")
    ['125000', 'at', 'minus20', 'c', 'by', 'the', 'xwho']
    """
    return list(analyzer().analyze(prepared(text)))


def plain_terms(text: str) -> list[str]:
    """The terms of ``text`` that has no expression in it, or whose expressions are not wanted."""
    return list(analyzer().analyze(_in_pairs(text)))


# Questions of one library read many of the same sentences. A sentence's terms depend on nothing but
# its words, so what is remembered cannot be out of date; at some 3 kB each it takes 25 MB at most.
@lru_cache(maxsize=8192)
def term_set(sentence: str) -> frozenset[str]:
    """The distinct terms of a sentence, remembered."""
    return frozenset(terms(sentence))


def content_terms(text: str) -> list[str]:
    """The distinct terms of ``text`` that carry meaning; all of them if none does.

    >>> content_terms("Who coined the phrase?"), content_terms("Who is it?")
    (['coin', 'phrase'], ['who', 'is', 'it'])
    """
    distinct = list(dict.fromkeys(terms(text)))
    return [term for term in distinct if term not in stop_terms()] or distinct


_LAST_LATIN = "\u024f"
_WORD = re.compile(r"[^\W\d_]+")
# The commonest words of the languages that ingest tells (ingest/cutting/language.py), but for those
# that are English words or stand in names as well.
_OTHER_WORDS = (
    "der das und nicht ist ein eine den von mit zu im für auf dem des sich wer wie wann "
    "les des est et une dans pour que qui du au ne pas sur quel quelle "
    "el los las por con una del es lo su qué cuánto um uma não em dos das com na "
    "il di che della gli le sono het van niet dat te voor aan door"
)
_NOT_ENGLISH = frozenset(_OTHER_WORDS.split())


def english_share(text: str) -> float:
    """The share of its terms that are English function words: in English prose about a third.

    >>> english_share("Who coined the phrase?"), english_share("Wer hat den Begriff geprägt?")
    (0.5, 0.0)
    """
    found = terms(text)
    return sum(term in stop_terms() for term in found) / max(1, len(found))


def tells_another_language(text: str) -> bool:
    """Whether letters that are not Latin, or two function words that English has not, say so.

    >>> tells_another_language("Wer hat den Vertrag?"), tells_another_language("lift repair")
    (True, False)
    """
    letters = [letter for letter in text if letter.isalpha()]
    if sum(letter > _LAST_LATIN for letter in letters) > len(letters) / 2:
        return True
    return sum(word in _NOT_ENGLISH for word in _WORD.findall(text.lower())) >= 2


def _in_pairs(text: str) -> str:
    """``text`` with blanks between each two letters of a script that has none."""

    def pairs(run: re.Match[str]) -> str:
        letters = run[0]
        cut = [letters[i : i + 2] for i in range(len(letters) - 1)] or [letters]
        return f" {' '.join(cut)} "

    return _UNSPACED.sub(pairs, text)
