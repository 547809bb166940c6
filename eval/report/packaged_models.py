"""What is said of the models that Pincite comes with: on what they were fitted, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from pincite.eval.report.markdown import table
from pincite.retrieval.confidence.confidence import packaged as calibrations
from pincite.retrieval.cross_encoder.packaged import packaged as model_card

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


def models() -> str:
    """The end of the page: calibration and cross-encoder, by what their own files say."""
    if not calibrations():
        return ""
    calibration = calibrations()[0]
    about = calibration.about
    sets, left_out, cross = about["sets"], about["left_out"], about["cross_validated"]
    kinds = list(about["shares"])
    counts = [[name, *(f"{n:,}" for n in found.values())] for name, found in sets.items()]
    rows = [[f"{name}, left out", *_scores(scores)] for name, scores in left_out.items()]
    rows.append(["mean of the left out", *_scores(_means(left_out))])
    rows += [[f"{name}, its other fifths", *_scores(scores)] for name, scores in cross.items()]
    alone = {name: found for name, found in about["alone"].items() if found}
    topic = calibration.topic.weights if calibration.topic else {}
    answer = calibration.answer.weights
    weights = [
        [
            f"`{name}`",
            f"{topic[name]:+.2f}" if name in topic else "",
            f"{answer[name]:+.2f}" if name in answer else "",
            *(f"{found[name]:.3f}" for found in alone.values()),
        ]
        for name in dict.fromkeys([*answer, *topic])
    ]
    return "\n".join(
        [
            "## The packaged calibration",
            "",
            f"Fitted on {about['date']} on these questions, each set weighing the same: its own; "
            "its own without",
            "the documents that answer them; and those of the other sets (`foreign`).",
            "",
            *table(["set", *kinds, "answerable", "right"], counts),
            "",
            "Left out: fitted on the other sets, told of this one. Its other fifths: fitted on all "
            "sets, but for a",
            f"fifth of each, told of that. The threshold is {calibration.threshold:.3f}: of the "
            "answers given above it, all sets together,",
            f"{about['risk']:.1%} are wrong. `false_at_10` is the share of unanswerable questions "
            "that is answered where a tenth",
            "of the answerable is not.",
            "",
            *table(["questions of", *(f"`{name}`" for name in _SCORES)], rows),
            "",
            "The probability is that the documents are about it (`topic`), times that the quotes "
            "then answer it",
            "(`answer`). Weights of the standardised features of both (see "
            "`retrieval/confidence/confidence.py`), and how well",
            "each feature by itself tells answerable questions from others (AUROC; 0.5 is chance):",
            "",
            *table(["feature", "topic", "answer", *alone], weights),
            "",
            *_without(),
            *_cross_encoder(),
        ]
    )


def _means(sets: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    there = {name: [s[name] for s in sets.values() if name in s] for name in _SCORES}
    return {name: fmean(values) for name, values in there.items() if values}


def _without() -> list[str]:
    """How well it goes where no cross-encoder reads."""
    others = [one for one in calibrations() if not one.reranked]
    if not others:
        return []
    rows = [
        [f"{name}, left out", *_scores(scores)]
        for one in others
        for name, scores in one.about["left_out"].items()
    ]
    mean = [_scores(_means(one.about["left_out"])) for one in others]
    return [
        "The same without the cross-encoder (`PINCITE_RERANKED_PASSAGES=0`), with a threshold of "
        f"{others[0].threshold:.3f}:",
        "",
        *table(
            ["questions of", *(f"`{name}`" for name in _SCORES)],
            [*rows, *(["mean of the left out", *one] for one in mean)],
        ),
        "",
    ]


def _cross_encoder() -> list[str]:
    about = model_card().about
    sets = ", ".join(f"{name} ({n:,})" for name, n in about["sets"].items())
    held = about["held_back"]
    near, first = held["near_misses"], held["first"]
    return [
        "## The packaged cross-encoder",
        "",
        f"Taught on {about['date']} with {sum(about['sets'].values()):,} lessons of {sets},",
        "([on what, and why](decisions/reading-question-and-passage-together.md)). On the tenth of "
        "the documents that taught nothing:",
        "",
        *table(
            ["lessons", "questions", "near misses told (AUROC)", "right passage first"],
            [
                [
                    name,
                    f"{n:,}",
                    f"{near[name]:.3f}" if name in near else "",
                    f"{first[name]:.3f}" if name in first else "",
                ]
                for name, n in held["lessons"].items()
            ],
        ),
        "",
    ]


def _scores(scores: Mapping[str, float]) -> list[str]:
    return [f"{scores[name]:.3f}" if name in scores else "" for name in _SCORES]
