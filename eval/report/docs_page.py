"""The page ``docs/evaluation.md``: today's numbers of several gold sets, with what they mean.

The numbers stand in ``docs/evaluation.json``, which reports are taken into; the page is made from
it alone, so that anyone can make it again and see that it has not drifted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS, SMALL_IS_GOOD
from pincite.eval.report.markdown import table
from pincite.eval.report.packaged_models import models
from pincite.eval.report.report import Report, number, write_text

_KEPT = ("documents", "passages", "questions", "answerable", "asked_without_history", "failed")
_CONTENTS_HEAD = ("gold set", *(key.replace("_", " ") for key in _KEPT), "threshold", "measured")

Results = dict[str, Any]


def take_in(results: Results, reports: Sequence[tuple[str, Report]], measured: date) -> Results:
    """The results with these reports under their names, in order of name.

    Args:
        results: what there is; a report of the same name is replaced.
        reports: with their names.
        measured: the day on which these reports were made.
    """
    taken = {**results.get("sets", {})}
    for name, value in reports:
        metrics = {
            metric: {
                key: None if found[key] is None else round(found[key], 4)
                for key in ("value", "low", "high", "n")
            }
            for metric, found in value["metrics"].items()
        }
        taken[name] = {
            **{key: value[key] for key in _KEPT},
            "embedder": value["embedder"],
            "threshold": value["threshold"],
            "measured": measured.isoformat(),
            "metrics": metrics,
        }
    return {"sets": dict(sorted(taken.items()))}


def read(file: Path) -> Results:
    """The results in a file; none where there is no file.

    Raises:
        UsageError: it cannot be read.
    """
    if not file.exists():
        return {"sets": {}}
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error


def write(results: Results, file: Path) -> None:
    """Write the results, and the page beside them.

    Raises:
        UsageError: a file cannot be written.
    """
    write_text(json.dumps(results, indent=1) + "\n", file)
    write_text(page(results), file.with_suffix(".md"))


def page(results: Results) -> str:
    """The page as Markdown."""
    sets: Mapping[str, Any] = results["sets"]
    return "\n".join(
        [
            _HEAD,
            *table(_CONTENTS_HEAD, _contents(sets)),
            "",
            "A set's numbers are those of the day on which it was measured; the readers and the "
            "cutting into",
            "sentences and passages may have changed since. `make evaluation` measures anew.",
            "",
            "## Metrics",
            "",
            "With 95 % bootstrap intervals over questions. ↓ marks those of which less is better.",
            "",
            *table(["metric", *sets], _metrics(sets)),
            "",
            _MEANING,
            models(),
        ]
    )


def _contents(sets: Mapping[str, Any]) -> list[list[str]]:
    return [
        [
            name,
            *(f"{found[key]:,}" for key in _KEPT),
            f"{found['threshold']:.3f}",
            found["measured"],
        ]
        for name, found in sets.items()
    ]


def _metrics(sets: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for names in GROUPS.values():
        for name in names:
            cells = [_cell(name, found["metrics"].get(name)) for found in sets.values()]
            if any(cells):
                arrow = " ↓" if name in SMALL_IS_GOOD else ""
                rows.append([f"`{name}`{arrow}", *cells])
    return rows


def _cell(name: str, metric: Mapping[str, Any] | None) -> str:
    if metric is None:
        return ""
    value = number(name, metric["value"])
    if metric["low"] is None:
        return value
    return f"{value} ({number(name, metric['low'])}–{number(name, metric['high'])})"


_HEAD = """# Evaluation

<!-- Made by `pincite eval overview` from evaluation.json; edit docs_page.py instead. -->

Run it yourself, offline and without a judge:

```sh
.venv/bin/pincite eval eval/gold/ai_safety --split test
```

## Where it is weak

- **Near misses often mislead it.** A question that shares names and words with the documents
  but asks what they do not say may be answered with the closest passage. The cross-encoder reads
  the best passages against the question and detects many of them, but not all: see
  `false_answer_rate` and `answerable_auroc`, and the row `answer_logit` at the end.
- **Confidence is calibrated for documents like those it was fitted on.** On a collection of
  another kind expect the error of the rows "left out" at the end of this page.
- **Where documents are alike, a question for one of them is answered from another**: see
  the row dev_doc2dial under "left out".
- **`answerable_auroc` on dev_wiki_pool mixes two things.** All its unanswerable questions are asked
  of one paragraph each, and half of the answerable ones of the whole pool.
- **A quote marks whole sentences**, so `quote_precision` is low against gold sets whose evidence is
  a few words. `answer_em` and `answer_f1` measure the words that the cross-encoder names.
- **Questions of a conversation are asked without it**, which is most of dev_doc2dial.
- **It is made for English.** Other languages are found more by their words than by their meaning,
  and their confidence is a score without calibration: dev_xquad asks the same in six languages,
  each question of its own paragraph only.
- **Long reports that are alike are hard to tell apart.** dev_sec10q has four quarterly reports each
  of five companies; its questions name company and quarter, and few of a report's sentences do.

## What was asked
"""

_MEANING = """## What the metrics mean

- `doc_*`: is a relevant document among the first ten? Of questions that are asked of all documents.
- `evidence_recall@N`: the share of the evidence's characters in the first N characters of the
  ranked passages.
- `verbatim`: the share of questions whose quotes all equal the gold set's own text, letter by
  letter, at their offsets. It must be 1.
- `quote_hit@k`: one of the first k quotes shares at least half of the shorter one's characters with
  the evidence. `quote_recall`: the share of the evidence's characters in the quotes;
  `quote_precision` and `quote_iou`: the characters that the quotes mark against the evidence's.
  Quotes are measured whether or not they were shown.
- `shown_hit@k`: an answer is in the first k quotes that were shown; `complete`: the share of a
  complete answer that is in all of them. `claimed`: answerable and ANSWERED; `refused`: answerable
  and NOT_FOUND; `right`: of all ANSWERED, those with an answer in a quote.
- `answer_*`: SQuAD's measures, of the first quote; `answer_in_quotes`: a gold answer is in a
  quote, word by word.
- `answerable_auroc`: how well confidence tells answerable questions from others. For the rest an
  answer is right when the question is answerable and `quote_hit@3` is 1: `aurc` is the area under
  the risk-coverage curve, `coverage@5%risk` the share of questions that can be answered with 5 %
  wrong ones, `ece` the calibration error over 15 bins of equal mass (with 125 questions, chance
  alone makes about 0.1), `brier` the mean squared error.
- `false_answer_rate`: unanswerable, but ANSWERED, at the default threshold.
- Speed is of one process on the machine that made this page, with other work on it or not; compare
  it only within one run.
"""
