"""Which language a text is in, told by its letters; for Latin ones, by its commonest words.

It is enough to choose the rules that end a sentence, and to warn when the embedding model was not
made for what it reads. No model, no dictionary.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pincite.corpus.types import Document

if TYPE_CHECKING:
    from pincite.retrieval.embedding.embedder import Embedder

# First and last code point of each script's letters, with the language that they stand for here.
_LETTERS = (
    (0x0041, 0x005A, "Latn"),
    (0x0061, 0x007A, "Latn"),
    (0x00C0, 0x024F, "Latn"),
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "Cyrl"),
    (0x0531, 0x0588, "hy"),
    (0x05D0, 0x05EA, "he"),
    (0x0620, 0x06FF, "Arab"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"),
    (0x0F00, 0x0FFF, "bo"),
    (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1100, 0x11FF, "ko"),
    (0x1200, 0x139F, "am"),
    (0x1780, 0x17FF, "km"),
    (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "el"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
    (0xF900, 0xFAFF, "zh"),
    (0x20000, 0x323AF, "zh"),
)
_STARTS = [first for first, _, _ in _LETTERS]
_LEAST_KANA = 0.05  # of Japanese text; Chinese has none
# Letters that one language has and its neighbours in the same script have not.
_TOLD_BY = {
    "Cyrl": (("uk", "їєґ"), ("ru", "ыэ")),
    "Arab": (("ur", "ٹڈڑے"), ("fa", "پچژگ")),
}
_LEAST_TOLD = 0.002
_COMMON = {
    "en": "the of and to in is that for it was are with be this on",
    "de": "der die und das nicht ist ein eine den von mit zu im für auf dem des sich",
    "fr": "le la les des est et une un dans pour que qui du de en au ne pas sur",
    "es": "el los las que y en del una un por con la de se no es al lo su",
    "pt": "o os as uma um não em do da dos das para com que é de e no na por",
    "it": "il di che la è per un una del della gli non le i e in con si da dei",
    "nl": "de het een van en is niet dat op te zijn voor met in aan door er",
}
_COMMON_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
_LOOKED_AT = 50_000  # characters; enough to count common words in
_FEWEST_WORDS = 20
_LEAST_SHARE = 0.2  # of running text that its fifteen commonest words make up
_MOSTLY = "the text is mostly "
_NAMES = {
    "am": "Amharic", "ar": "Arabic", "bn": "Bengali", "bo": "Tibetan", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hy": "Armenian", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "lo": "Lao", "ml": "Malayalam", "my": "Burmese", "nl": "Dutch", "pa": "Punjabi",
    "pt": "Portuguese", "ru": "Russian", "si": "Sinhala", "ta": "Tamil", "te": "Telugu",
    "th": "Thai", "uk": "Ukrainian", "und-Cyrl": "in Cyrillic letters", "ur": "Urdu",
    "zh": "Chinese",
}  # fmt: skip


def language(text: str) -> str:
    """The BCP-47 code of the language that most of a text seems to be in.

    Where a script serves many languages, the likeliest is named: ``zh`` for Han characters without
    kana, ``hi`` for Devanagari. Latin letters are ``en`` unless the commonest words of another
    language that we know fill the text. ``und`` when it has no letters.

    >>> [language(text) for text in ("The gull sleeps.", "カモメは眠る。", "海鸥在睡觉。", "12")]
    ['en', 'ja', 'zh', 'und']
    """
    letters: Counter[str] = Counter()
    characters = Counter(text)
    for character, times in characters.items():
        if script := _script(ord(character)):
            letters[script] += times
    kana = letters.pop("kana", 0)
    if kana > _LEAST_KANA * (kana + letters["zh"]):
        letters["ja"] = kana + letters.pop("zh", 0)
    if not letters.total():
        return "und"
    ((main, times),) = letters.most_common(1)
    if main == "Latn":
        return _by_words(text[:_LOOKED_AT])
    for code, telling in _TOLD_BY.get(main, ()):
        if sum(characters[letter] for letter in telling) > _LEAST_TOLD * times:
            return code
    return {"Arab": "ar", "Cyrl": "und-Cyrl"}.get(main, main)


def warned(document: Document, embedder: Embedder) -> Document:
    """The document, with a warning if the embedder was not trained on the language of its text.

    A warning that another embedder gave it is taken away.
    """
    kept = tuple(w for w in document.warnings if not w.startswith(_MOSTLY))
    warning = unknown_language(document.text, embedder)
    return replace(document, warnings=(*kept, warning) if warning else kept)


def unknown_language(text: str, embedder: Embedder) -> str | None:
    """A sentence that warns, if the embedder was not trained on the language of ``text``."""
    known, found = embedder.languages, language(text)
    if known is None or found == "und" or found in known:
        return None
    model = embedder.fingerprint.partition("@")[0]
    trained = " and ".join(sorted(_NAMES.get(code, code) for code in known))
    return (
        f"{_MOSTLY}{_NAMES[found]}, and the embedding model {model} was trained on {trained}; "
        "answers will be poor: name another model in PINCITE_EMBEDDER"
    )


def _script(code_point: int) -> str | None:
    place = bisect_right(_STARTS, code_point) - 1
    if place < 0:
        return None
    _, last, script = _LETTERS[place]
    return script if code_point <= last else None


def _by_words(text: str) -> str:
    words = Counter(_WORD.findall(text.lower()))
    if words.total() < _FEWEST_WORDS:
        return "en"
    shares = {
        code: sum(words[word] for word in common) / words.total()
        for code, common in _COMMON_WORDS.items()
    }
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > max(_LEAST_SHARE, 1.5 * shares["en"]) else "en"
