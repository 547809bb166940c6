"""A run as one self-contained HTML page: numbers, plots, and the questions that went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from pincite.corpus.counts import counted
from pincite.eval.goldset import GoldSet
from pincite.eval.report import compare, plots
from pincite.eval.report.compare import Difference
from pincite.eval.report.report import (
    METRIC_HEAD,
    Report,
    about,
    kind_cell,
    kind_metrics,
    metric_rows,
    notes,
)

_AROUND = 120  # characters of the document shown on either side of the gold evidence

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #fff; --line: #dde3ea;
  --mark: #fff0b3; --blue: #2457c5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b7; --paper: #14181f;
  --line: #2c3540; --mark: #5c4a00; --blue: #8ab0ff; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
p, .soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .9rem .2rem 0; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th { vertical-align: bottom; } th:first-child, td:first-child { text-align: left; }
tbody th { padding-top: .8rem; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem; }
figure { margin: 0; width: min(420px, 100%); } figcaption { font-weight: 600; }
svg { width: 100%; font-size: 11px; fill: var(--soft); }
.grid { stroke: var(--line); } .curve, .ideal { fill: none; stroke: var(--blue); stroke-width: 2; }
.ideal { stroke: var(--soft); stroke-dasharray: 4 4; stroke-width: 1; } .dot { fill: var(--blue); }
details { border-top: 1px solid var(--line); padding: .6rem 0; } summary { cursor: pointer; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; margin: .6rem 0; }
.two p { margin: 0; }
@media (max-width: 40rem) { body { padding: 1rem; } .two { grid-template-columns: 1fr; }
  table { font-size: .75rem; } th, td { padding-right: .45rem; } }
blockquote { margin: 0 0 .6rem; padding-left: .8rem; border-left: 3px solid var(--line);
  white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--mark); color: inherit; }
"""


def page(value: Report, gold: GoldSet, differences: Mapping[str, Difference] | None = None) -> str:
    """The page for a report on ``gold``. Every text in it is escaped; it loads nothing."""
    title = f"Pincite on {value['gold']}"
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(about(value))}</p>",
        *(f"<p>{escape(note)}</p>" for note in notes(value)),
        _metrics(value),
    ]
    if differences:
        parts.append(_differences(differences))
    if value["curves"]:
        parts.append(_plots(value["curves"]))
    if value["kinds"]:
        parts.append(_kinds(value["kinds"]))
    parts.append(_failing(value, gold))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>"
        + "\n".join(parts)
        + "</body></html>\n"
    )


def _metrics(value: Report) -> str:
    groups = groupby(metric_rows(value), lambda row: row[0])
    parts = ((group, [cells for _, cells in rows]) for group, rows in groups)
    return "<h2>Metrics</h2>" + _table(METRIC_HEAD, parts)


def _differences(differences: Mapping[str, Difference]) -> str:
    return "<h2>Compared</h2>" + _table(compare.HEAD, [("", compare.rows(differences))])


def _plots(curves: Mapping[str, Any]) -> str:
    bins = [(b["confidence"], b["right"], b["questions"]) for b in curves["reliability"]]
    return (
        '<h2>Confidence</h2><div class="plots">'
        + plots.risk_coverage([(c, r) for c, r in curves["risk_coverage"]])
        + plots.reliability(bins)
        + "</div>"
    )


def _kinds(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    names = kind_metrics(kinds)
    rows = [
        (kind, str(found["questions"]), *(kind_cell(found, name) for name in names))
        for kind, found in kinds.items()
    ]
    head = ("kind", "questions", *names)
    return "<h2>By kind of question</h2>" + _table(head, [("", rows)])


def _failing(value: Report, gold: GoldSet) -> str:
    wrong = [r for r in value["results"] if _went_wrong(r)]
    return f"<h2>{counted(len(wrong), 'question')} that went wrong</h2>" + "".join(
        _question(result, gold) for result in wrong
    )


def _went_wrong(result: Mapping[str, Any]) -> bool:
    if result["error"] or result["answered"] != result["answerable"]:
        return True
    return bool(result["answerable"] and result["right"] is False)


def _question(result: Mapping[str, Any], gold: GoldSet) -> str:
    said = result["error"] or (
        ("answered" if result["answered"] else "said not found")
        + f", confidence {result['confidence']:.2f}"
        + ("" if result["answerable"] else "; the documents do not have the answer")
    )
    evidence = [
        _gold(gold.documents[doc].text, start, end) for doc, start, end in result["evidence"]
    ]
    given = [f"<blockquote>{escape(quote['text'])}</blockquote>" for quote in result["quotes"]]
    return (
        f"<details><summary>{escape(result['question'])} "
        f'<span class="soft">{escape(result["id"])}: {escape(said)}</span></summary>'
        f'<div class="two"><div><strong>Gold</strong>{"".join(evidence) or "<p>none</p>"}</div>'
        f"<div><strong>Given</strong>{''.join(given) or '<p>none</p>'}</div></div></details>"
    )


def _gold(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    inside = escape(text[start:end])
    return f"<blockquote>{escape(before)}<mark>{inside}</mark>{escape(after)}</blockquote>"


def _table(head: Sequence[str], parts: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> str:
    """A table; ``parts`` are rows, each under a heading of its own where that is not empty."""

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    def part(name: str, rows: Iterable[Sequence[str]]) -> str:
        over = f'<tr><th colspan="{len(head)}">{escape(name)}</th></tr>' if name else ""
        return f"<tbody>{over}{''.join(row(cells, 'td') for cells in rows)}</tbody>"

    return (
        f'<div class="wide"><table><thead>{row(head, "th")}</thead>'
        + "".join(part(name, rows) for name, rows in parts)
        + "</table></div>"
    )
