"""An answer as HTML: pure functions, and every word from outside escaped.

Everything is drawn for one turn of a conversation; its number makes the anchors unique.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from corpus.types import Document, Span
from retrieval.answer import Answer, FoundPassage
from retrieval.quote import Quote
from ui.web.escape import escaped, isolated, shortened

_REACH = 500  # characters of source shown before and after a quote, at most …
_WHOLE = 1800  # … but a section up to this long is shown whole
_LONGEST_QUESTION = 600  # characters of a question in its bubble
_STEP = 200  # characters within which a cut looks for the end of a sentence
_SENTENCE_END = re.compile(r"\n+|[.!?][\"'”’)\]]*\s+")
_SPACE = re.compile(r"\s")


def question(text: str) -> str:
    """What was asked, to the letter."""
    shown = escaped(shortened(text.strip(), _LONGEST_QUESTION))
    return f'<div class="question" dir="auto">{shown or "…"}</div>'


def problem(sentence: str) -> str:
    """Why there is no answer, as one calm sentence."""
    sentence = sentence[:1].upper() + sentence[1:]
    ending = "" if sentence.endswith((".", "!", "?")) else "."
    return f'<div class="reply problem"><p>{isolated(shortened(sentence, 800))}{ending}</p></div>'


def pending() -> str:
    """What stands in an answer's place until it is there."""
    return '<div class="reply pending"><p>Reading…</p></div>'


def reply(answer: Answer, turn: int) -> str:
    """The answer in the chat: its numbered quotes, or that there is none."""
    return _quotes(answer, turn) if answer.status == "ANSWERED" else _not_found(answer, turn)


def evidence(answer: Answer, document_of: Callable[[str], Document], turn: int) -> str:
    """A card for every quote, in its source; or for the nearest passages.

    Args:
        answer: what was answered.
        document_of: a document by its id.
        turn: the number of the turn.
    """
    if answer.status == "ANSWERED":
        return "".join(
            _card(
                quote,
                document_of(quote.document),
                anchor=f"evidence-{turn}-{number}",
                sign=str(number),
                body=in_source(quote, document_of(quote.document)),
            )
            for number, quote in enumerate(answer.quotes, start=1)
        )
    return "".join(
        _card(
            passage,
            document_of(passage.document),
            anchor=f"evidence-{turn}-{sign}",
            sign=sign,
            body=escaped(passage.text),
            note="Closest passage, not an answer",
        )
        for sign, passage in _lettered(answer.nearest)
    )


def confidence(answer: Answer) -> str:
    """How sure the answer is, in words and as the number that it is."""
    if answer.trace.confidence_kind == "probability":
        bands = ((0.8, "Very likely"), (0.6, "Likely"), (0.0, "Uncertain"))
        name = "probability"
    else:
        # A score promises nothing but its order, so the words say only how strong a match it is.
        step = (1 - answer.trace.threshold) / 3
        bands = ((1 - step, "Strong match"), (1 - 2 * step, "Fair match"), (0.0, "Weak match"))
        name = "match score"
    words = next(word for least, word in bands if answer.confidence >= least)
    return f"<b>{words}</b> · {name} {answer.confidence:.2f}"


def place(item: Quote | FoundPassage) -> str:
    """Where a quote or passage stands: title › headings › page, and its offsets."""
    parts = [isolated(part) for part in (item.title, *item.section)]
    if item.page is not None:
        parts.append(f"page {item.page}")
    path = '<span class="step"> › </span>'.join(parts)
    return f'{path} · <span class="offsets">characters {item.start}–{item.end}</span>'


def in_source(quote: Quote, document: Document) -> str:
    """The quote in the text that it stands in, marked, its answering sentences more strongly."""
    text, shown = document.text, around(quote.span, document)
    section = document.section_at(quote.start)
    cut_before = shown.start > max(section.body, section.span.start)
    cut_after = shown.end < section.span.end
    return (
        f"{_CUT if cut_before else ''}{escaped(text[shown.start : quote.start].lstrip())}"
        f"<mark>{highlighted(quote)}</mark>"
        f"{escaped(text[quote.end : shown.end].rstrip())}{_CUT if cut_after else ''}"
    )


def around(span: Span, document: Document) -> Span:
    """What to show of the section that ``span`` stands in: all of it when it is short.

    >>> from corpus.types import Section
    >>> document = Document("a.txt", "A", "One two.", (Section(Span(0, 8)),))
    >>> around(Span(4, 8), document)
    Span(start=0, end=8)
    """
    text, section = document.text, document.section_at(span.start)
    first = min(max(section.body, section.span.start), span.start)
    last = max(section.span.end, span.end)
    if last - first <= _WHOLE:
        return Span(first, last)
    start, end = max(first, span.start - _REACH), min(last, span.end + _REACH)
    if start > first:
        near = min(start + _STEP, span.start)
        cut = _SENTENCE_END.search(text, start, near) or _SPACE.search(text, start, near)
        start = cut.end() if cut else start
    if end < last:
        near = max(end - _STEP, span.end)
        cuts = list(_SENTENCE_END.finditer(text, near, end)) or list(
            _SPACE.finditer(text, near, end)
        )
        end = cuts[-1].end() if cuts else end
    return Span(start, end)


def highlighted(quote: Quote) -> str:
    """The quote's text with its answering sentences in <b>."""
    pieces, at = [], quote.start
    for start, end in sorted(quote.highlights):
        start = max(start, at)
        if start < end:
            pieces.append(escaped(quote.text[at - quote.start : start - quote.start]))
            pieces.append(f"<b>{escaped(quote.text[start - quote.start : end - quote.start])}</b>")
            at = end
    pieces.append(escaped(quote.text[at - quote.start :]))
    return "".join(pieces)


_CUT = '<span class="cut" aria-hidden="true"> … </span>'


def _quotes(answer: Answer, turn: int) -> str:
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{number}"'
        f' aria-label="See quote {number} in its source">[{number}]</a>'
        f'<blockquote dir="auto">{highlighted(quote)}</blockquote>'
        f'<p class="place">{place(quote)}</p></li>'
        for number, quote in enumerate(answer.quotes, start=1)
    )
    return (
        f'<div class="reply answered"><ol class="quotes">{items}</ol>'
        f'<p class="verdict">{confidence(answer)}</p></div>'
    )


def _not_found(answer: Answer, turn: int) -> str:
    kind = "probability" if answer.trace.confidence_kind == "probability" else "match score"
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{sign}"'
        f' aria-label="See closest passage {sign}">[{sign}]</a>'
        f'<p class="place">{place(passage)}</p></li>'
        for sign, passage in _lettered(answer.nearest)
    )
    nearest = (
        f'<p class="nearest-title">The closest passages, which are not an answer:</p>'
        f'<ol class="nearest">{items}</ol>'
    )
    return (
        '<div class="reply not-found"><p class="headline">Not in these documents</p>'
        "<p>Nothing here answers this well enough to be quoted.</p>"
        f"{nearest if items else ''}"
        f'<p class="verdict">{kind} {answer.confidence:.2f}, and an answer needs '
        f"{answer.trace.threshold:.2f}</p></div>"
    )


def _card(
    item: Quote | FoundPassage,
    document: Document,
    *,
    anchor: str,
    sign: str,
    body: str,
    note: str = "",
) -> str:
    file = re.split(r"[\\/]", document.source)[-1]
    return (
        f'<article class="card{" nearest-card" if note else ""}" id="{anchor}" tabindex="-1">'
        f'<header><span class="sign">{sign}</span><p class="place">{place(item)}</p></header>'
        f"{f'<p class=note>{note}</p>' if note else ''}"
        f'<div class="source" dir="auto">{body}</div>'
        f'<footer>{isolated(shortened(file, 80))} · text SHA-256 <span class="digest">'
        f"{document.text_sha256[:12]}</span></footer></article>"
    )


def _lettered(passages: Sequence[FoundPassage]) -> Iterable[tuple[str, FoundPassage]]:
    # Letters, so that nobody takes them for the numbers of quotes; only the first 26 are shown.
    return zip("abcdefghijklmnopqrstuvwxyz", passages, strict=False)
