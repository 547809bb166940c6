"""Claims with something planted in them that their quote does not say, and honest ones.

Made from sentences of evidence: a number changed, a name taken from elsewhere, denied what was
said, a clause of another text added. The honest ones are the sentences themselves.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pincite.eval.claims.verdicts import Claim, Kind, Source
from pincite.eval.hand_written import FOLDER
from pincite.retrieval.writing.numbers import facts, missing_numbers
from pincite.retrieval.writing.words import is_name, words

_VERB = re.compile(r"\b(is|are|was|were|will|can|must|should|may|could|would|has been|have been)\b")
_NOT = re.compile(r"\b(?:not|never) |(?<=\w)n['’]t\b|\bcannot\b")
_CLAUSE = re.compile(r",? (?:which|who|because|so|and|after|before|when|while|where) [^,.;]{20,90}")
COUNT = 500  # sentences that claims are made from
_SEED = 7
_NEW_WORDS = 3  # of content in a clause that is added


def planted(count: int = COUNT, folder: Path = FOLDER) -> Iterator[Claim]:
    """Claims from so many sentences of the lessons written by hand, the same each time."""
    return claims(_measured(_every(folder), count))


def unmeasured(folder: Path = FOLDER) -> list[Source]:
    """The sentences of lessons whose texts have none that `planted` makes claims from."""
    every = _every(folder)
    texts = {source.text for source in _measured(every, COUNT)}
    return [source for source in every if source.text not in texts]


def _every(folder: Path) -> list[Source]:
    files = sorted(folder.glob("lessons-*.jsonl"))
    return list(sources(line for file in files for line in file.read_text("utf-8").splitlines()))


def _measured(every: Sequence[Source], count: int) -> list[Source]:
    return random.Random(_SEED).sample(every, min(count, len(every)))


def sources(lines: Iterable[str]) -> Iterator[Source]:
    """The sentences of evidence in lessons, as `eval/lessons` has them."""
    for line in lines:
        lesson = json.loads(line)
        title = " ".join([lesson["title"], *(lesson.get("path") or [])])
        for question in lesson["questions"]:
            if question.get("answerable") and isinstance(question.get("evidence"), str):
                yield Source(question["q"], question["evidence"], lesson["text"], title)


def claims(sources: Sequence[Source], seed: int = 0) -> Iterator[Claim]:
    """From each source an honest claim, and one of each kind that can be planted in it."""
    random_ = random.Random(seed)
    names, clauses = _names(sources), _clauses(sources)
    plant: dict[Kind, Callable[[Source], str | None]] = {
        "number": lambda source: _with_number(source, random_),
        "name": lambda source: _with_name(source, names, random_),
        "negation": lambda source: _denied(source),
        "clause": lambda source: _with_clause(source, clauses, random_),
    }
    for source in sources:
        yield Claim("honest", source.sentence, source)
        for kind, planted in plant.items():
            if (sentence := planted(source)) and sentence != source.sentence:
                yield Claim(kind, sentence, source)


def _with_number(source: Source, random_: random.Random) -> str | None:
    """The sentence with one of its figures changed to one that stands nowhere in the text."""
    found = [fact.text for fact in facts(source.sentence) if re.search(r"[0-9]", fact.text)]
    if not found:
        return None
    figure = re.search(r"[0-9]+", random_.choice(found))
    value = int(figure[0]) if figure else 0
    for other in random_.sample(range(1, 40), 39):
        changed = str(value + other) if value < 1900 or value > 2100 else str(value - other)
        sentence = source.sentence.replace(figure[0], changed, 1) if figure else ""
        if missing_numbers(sentence, [source.text]):
            return sentence
    return None


def _names(sources: Sequence[Source]) -> list[str]:
    found = {
        word.text
        for source in sources
        for word in words(source.sentence)
        if is_name(word, source.sentence) and len(word.text) > 3 and word.text.isalpha()
    }
    return sorted(found)


def _with_name(source: Source, names: Sequence[str], random_: random.Random) -> str | None:
    found = [w for w in words(source.sentence) if is_name(w, source.sentence) and w.text.isalpha()]
    if not found:
        return None
    name, other = random_.choice(found), random_.choice(names)
    if other.lower() in source.text.lower():
        return None
    return source.sentence[: name.start] + other + source.sentence[name.end :]


def _denied(source: Source) -> str | None:
    if match := _NOT.search(source.sentence):
        kept = "can" if match[0].lower() == "cannot" else ""
        return source.sentence[: match.start()] + kept + source.sentence[match.end() :]
    if match := _VERB.search(source.sentence):
        return f"{source.sentence[: match.end()]} not{source.sentence[match.end() :]}"
    return None


def _clauses(sources: Sequence[Source]) -> list[str]:
    return sorted({m[0] for source in sources for m in _CLAUSE.finditer(source.sentence)})


def _with_clause(source: Source, clauses: Sequence[str], random_: random.Random) -> str | None:
    """The sentence with a clause added that has three words of content or more of its own."""
    there = {word.stem for word in words(f"{source.text} {source.title} {source.question}")}
    for clause in random_.sample(clauses, min(20, len(clauses))):
        if sum(word.is_content and word.stem not in there for word in words(clause)) >= _NEW_WORDS:
            return f"{source.sentence.rstrip(' .!?')}{clause}."
    return None
