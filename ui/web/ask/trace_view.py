"""How an answer was found, as HTML: in words, and behind a fold of their own the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.reader import PARTS
from pincite.ui.web.ask.explanation import explanation
from pincite.ui.web.html import Html

STAGES: Mapping[str, str] = {
    "embed": "reading the question",
    "expand": "adding what was said before",
    "dense": "searching by meaning",
    "lexical": "searching by words",
    "fuse": "joining both rankings",
    "read": "reading the best passages",
    "rerank": "reading the best of them together with the question",
    "quote": "choosing quotes",
    "verify": "checking every letter",
    "confidence": "working out how sure it is",
    "write": "writing",
    # Of conversations that a browser keeps since before there was a cross-encoder.
    "check": "reading the best quote against the question",
    "judge": "working out how sure it is",
}
_PASSAGE_COLUMNS = ("score", "dense", "lexical", "answer_logit")
_SENTENCE_COLUMNS = ("start", "end", "score", *PARTS)


def trace_view(answer: Answer) -> Html:
    """One line that opens a few sentences, and below them one that opens the figures."""
    words = Html().join(
        Html('<p dir="auto">{one}</p>').format(one=one) for one in explanation(answer)
    )
    return Html(
        '<details class="how"><summary>How this was found</summary>{words}{figures}</details>'
    ).format(words=words, figures=_figures(answer))


def _figures(answer: Answer) -> Html:
    trace = answer.trace
    total = sum(trace.milliseconds.values())
    return Html(
        '<details class="figures"><summary>All figures · {total:.0f} ms</summary>'
        "{stages}"
        "{passages}"
        "{sentences}"
        "{features}"
        '<p class="place">Generation {generation} of the library · embedder '
        "{fingerprint}</p></details>"
    ).format(
        total=total,
        stages=_stages(trace.milliseconds),
        passages=_scores("Passages", trace.scores["passages"], _PASSAGE_COLUMNS),
        sentences=_scores("Sentences", trace.scores["sentences"], _SENTENCE_COLUMNS),
        features=_features(trace.scores["features"]),
        generation=trace.generation,
        fingerprint=trace.fingerprint,
    )


def _stages(milliseconds: Mapping[str, float]) -> Html:
    rows = ([STAGES.get(stage, stage), f"{value:.1f}"] for stage, value in milliseconds.items())
    return _table("Stages", ["stage", "ms"], rows)


def _scores(title: str, found: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Html:
    rows = [
        [str(rank), *(_number(dict(item).get(column)) for column in columns)]
        for rank, item in enumerate(found, start=1)
    ]
    return _table(title, ["", *columns], rows)


def _features(found: Mapping[str, float]) -> Html:
    return _table(
        "What the confidence is made from",
        ["feature", "value"],
        ([name, _number(value)] for name, value in found.items()),
    )


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    names = Html().join(Html('<th scope="col">{name}</th>').format(name=name) for name in head)
    body = Html().join(
        Html("<tr>{cells}</tr>").format(
            cells=Html().join(Html("<td>{cell}</td>").format(cell=cell) for cell in row)
        )
        for row in rows
    )
    return Html(
        "<table><caption>{title}</caption><thead><tr>{names}</tr></thead>"
        "<tbody>{body}</tbody></table>"
    ).format(title=title, names=names, body=body)


def _number(value: float | None) -> str:
    if value is None:  # the other search found it
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
