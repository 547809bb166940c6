"""The page ``docs/evaluation.md``: today's numbers of several gold sets, with what they mean.

The numbers stand in ``docs/evaluation.json``, which reports are taken into; the page is made from
it alone, so that anyone can make it again and see that it has not drifted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS, SMALL_IS_GOOD
from pincite.eval.report.report import Report, number, write_text
from pincite.retrieval.confidence.checker import shipped as shipped_checker
from pincite.retrieval.confidence.confidence import shipped

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
            *_table(_CONTENTS_HEAD, _contents(sets)),
            "",
            "A set's numbers are those of the day on which it was measured; the readers and the "
            "cutting into",
            "sentences and passages may have changed since. `make evaluation` measures anew.",
            "",
            "## Metrics",
            "",
            "With 95 % bootstrap intervals over questions. ↓ marks those of which less is better.",
            "",
            *_table(["metric", *sets], _metrics(sets)),
            "",
            _MEANING,
            _calibration(),
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


_SCORES = (
    "auroc_answerable",
    "auroc_right",
    "ece",
    "false_at_10",
    "claimed",
    "right",
    "unanswerable_claimed",
    "foreign_claimed",
)


def _calibration() -> str:
    calibration = shipped()
    if calibration is None:
        return ""
    about = calibration.about
    sets, left_out, cross = about["sets"], about["left_out"], about["cross_validated"]
    kinds = list(about["shares"])
    counts = [[name, *(f"{n:,}" for n in found.values())] for name, found in sets.items()]
    rows = [[f"{name}, left out", *_scores(scores)] for name, scores in left_out.items()]
    rows.append(["mean of the left out", *_scores(_means(left_out))])
    rows += [[f"{name}, its other fifths", *_scores(scores)] for name, scores in cross.items()]
    alone = {name: found for name, found in about["alone"].items() if found}
    topic = calibration.topic.weights if calibration.topic else {}
    says = calibration.says.weights
    weights = [
        [
            f"`{name}`",
            f"{topic[name]:+.2f}" if name in topic else "",
            f"{says[name]:+.2f}" if name in says else "",
            *(f"{found[name]:.3f}" for found in alone.values()),
        ]
        for name in dict.fromkeys([*says, *topic])
    ]
    return "\n".join(
        [
            "## The calibration that is shipped",
            "",
            f"Fitted on {about['date']} on these questions, each set weighing the same: its own; "
            "its own without",
            "the documents that answer them; and those of the other sets (`foreign`).",
            "",
            *_table(["set", *kinds, "answerable", "right"], counts),
            "",
            "Left out: fitted on the other sets, told of this one. Its other fifths: fitted on all "
            "sets, but for a",
            f"fifth of each, told of that. The threshold is {calibration.threshold:.3f}: of the "
            "answers given above it, all sets together,",
            f"{about['risk']:.1%} are wrong. `false_at_10` is the share of unanswerable questions "
            "that is answered where a tenth",
            "of the answerable is not.",
            "",
            *_table(["questions of", *(f"`{name}`" for name in _SCORES)], rows),
            "",
            "The probability is that the documents are about it (`topic`), times that the quotes "
            "then say it",
            "(`says it`). Weights of the standardised features of both (see "
            "`retrieval/confidence/confidence.py`), and how well",
            "each feature by itself tells answerable questions from others (AUROC; 0.5 is chance):",
            "",
            *_table(["feature", "topic", "says it", *alone], weights),
            "",
            *_checker(),
        ]
    )


def _means(sets: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    there = {name: [s[name] for s in sets.values() if name in s] for name in _SCORES}
    return {name: fmean(values) for name, values in there.items() if values}


def _checker() -> list[str]:
    about = shipped_checker().about
    lessons = about["lessons"]
    sets = ", ".join(f"{name} ({n:,})" for name, n in about["sets"].items())
    kinds = ", ".join(f"{n:,} `{kind}`" for kind, n in lessons.items())
    other = [f"{name} by {auroc:.3f}" for name, auroc in about["auroc_on_other_topics"].items()]
    found = [
        "## The checker that is shipped",
        "",
        f"Taught on {about['date']} with {sum(lessons.values()):,} lessons of {sets},",
        f"none of which is measured above. By kind (see `eval/fit/lessons.py`): {kinds}.",
    ]
    if other:
        found.append(
            f"On topics that it was not taught, it alone tells {', '.join(other)} (AUROC)."
        )
    return [*found, ""]


def _scores(scores: Mapping[str, float]) -> list[str]:
    return [f"{scores[name]:.3f}" if name in scores else "" for name in _SCORES]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


_HEAD = """# Evaluation

<!-- Made by `pincite eval overview` from evaluation.json; edit docs_page.py instead. -->

Run it yourself, offline and without a judge:

```sh
.venv/bin/pincite eval eval/gold/ai_safety --split test
```

## Where it is weak

- **It is often taken in by a near miss.** A question that shares names and words with the documents
  but asks what they do not say may be answered with the passage that comes nearest. A small
  checker reads the first passage against the question, and tells many of them, but far from all:
  see `false_answer_rate` and `answerable_auroc`, and the row `says` at the end of this page.
- **Confidence is calibrated for documents like those it was fitted on.** On a collection of
  another kind expect the error of the rows "left out" at the end of this page.
- **In tables, lists and mail confidence tells less than in prose**: the checker was taught on
  prose. Near misses of dev_daily, written by hand, are told hardly better than by chance.
- **Where documents are alike, a question that one of them would answer is claimed by another**: see
  the row dev_doc2dial under "left out".
- **`answerable_auroc` on dev_wiki_pool mixes two things.** All its unanswerable questions are asked
  of one paragraph each, and half of the answerable ones of the whole pool.
- **A quote marks whole sentences**, so `answer_em` is 0 and `quote_precision` is low against gold
  sets whose evidence is a few words; `answer_in_quotes` and `quote_hit` are fairer there.
- **Questions of a conversation are asked without it**, which is most of dev_doc2dial.
- **It is made for English.** In other languages the words must do what the meaning cannot, and the
  confidence is a score of theirs, with no calibration: dev_xquad asks the same in six languages,
  each question of its own paragraph only.
- **Long reports that are alike are hard to tell apart.** dev_sec10q has four quarterly reports each
  of five companies; its questions name company and quarter, and few of a report's sentences do.

## What was asked
"""

_MEANING = """## What the metrics mean

- `doc_*`: is a relevant document among the first ten? Of questions that are asked of all documents.
- `evidence_recall@N`: the share of the evidence's characters in the first N characters of the
  ranked passages.
- `verbatim`: the share of questions whose quotes all stand in the gold set's own text, letter by
  letter, at their offsets. It must be 1.
- `quote_hit@k`: one of the first k quotes shares at least half of the shorter one's characters with
  the evidence. `quote_recall`: the share of the evidence's characters in the quotes;
  `quote_precision` and `quote_iou`: the characters that the quotes mark against the evidence's.
  Quotes are measured whether or not they were shown.
- `shown_hit@k`, `complete`: an answer, and the share of what a complete one has, stand in the first
  k or all quotes that were shown. `claimed`: answerable and ANSWERED; `refused`: answerable and
  NOT_FOUND; `right`: of all ANSWERED, those with an answer in a quote.
- `answer_*`: SQuAD's measures, of the first quote; `answer_in_quotes`: a gold answer stands in a
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
