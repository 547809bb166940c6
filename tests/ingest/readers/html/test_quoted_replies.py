"""What of a mail was cited from earlier ones, however the mail program marks it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.ingest.readers.html.quoted_replies import quoted_spans

bounded = settings(max_examples=80)


def quoted(text: str) -> list[str]:
    return [text[span.start : span.end] for span in quoted_spans(text)]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 3 Mar 2025 Ada Finch wrote:",
        "On Mon, Mar 3, 2025 at 9:00 AM Ada Finch\n<ada@example.org> wrote:",
        "Am 03.03.2025 um 09:00 schrieb Ada Finch:",
        "Ada Finch schrieb am 03.03.2025:",
        "Le lun. 3 mars 2025 à 09:00, Ada Finch <ada@example.org> a écrit :",
        "El lun, 3 mar 2025 a las 9:00, Ada Finch escribió:",
        "Il giorno lun 3 mar 2025 alle ore 09:00 Ada Finch ha scritto:",
        "Em seg., 3 de mar. de 2025 às 09:00, Ada Finch escreveu:",
        "Op ma 3 mrt 2025 om 09:00 schreef Ada Finch:",
        "Den mån 3 mars 2025 kl 09:00 skrev Ada Finch:",
        "W dniu 03.03.2025 o 09:00, Ada Finch pisze:",
        "пн, 3 мар. 2025 г. в 09:00, Ada Finch пишет:",
        "Ada Finch <ada@example.org> 于2025年3月3日周一 写道:",
        "Ada wrote:",
    ],
)
def test_an_attribution_and_the_lines_under_it_are_quoted(attribution: str) -> None:
    cited = f"{attribution}\n\n> It takes place on 14 June.\n>\n> Ada"
    assert quoted(f"Fine with me.\n\n{cited}\n\nBo") == [cited]


@pytest.mark.parametrize(
    "opening",
    [
        "-----Original Message-----\nFrom: Ada Finch\nSent: Monday\nTo: Bo\nSubject: Regatta",
        "-----Ursprüngliche Nachricht-----\nVon: Ada\nGesendet: Montag\nAn: Bo\nBetreff: Regatta",
        "-------- Message d'origine --------\nDe : Ada\nEnvoyé : lundi\nÀ : Bo\nObjet : Régate",
        "________________________________\nDe: Ada\nEnviado: lunes\nPara: Bo\nAsunto: Regata",
        "Da: Ada\nInviato: lunedì\nA: Bo\nOggetto: Regata",
        "*From:* Ada Finch\n*Date:* Monday\n*To:* Bo\n*Subject:* Regatta",
        "From: Ada Finch Sent: 3 March 2025 09:00 To: Bo Subject: Regatta",
        "---------- Forwarded message ---------\nFrom: Ada\nDate: Monday\nSubject: Regatta\nTo: Bo",
        "Begin forwarded message:\n\nFrom: Ada\nSubject: Regatta\nDate: Monday\nTo: Bo",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Ada\nBetreff: Regatta\nDatum: Montag",
        "On 3 Mar 2025 at 09:00 Ada Finch <ada@example.org> wrote:",
    ],
)
def test_all_after_the_opening_of_an_earlier_mail_is_quoted(opening: str) -> None:
    cited = f"{opening}\n\nIt takes place on 14 June.\n\nAda"
    assert quoted(f"Fine with me.\n\n{cited}") == [cited]
    # Passed on without a word of one's own, it is what the mail says.
    assert quoted(f"\n{cited}") == []
    assert quoted(f"-- \nBo Lind\n\n{cited}") == []


def test_an_older_mail_under_one_that_was_passed_on_is_quoted() -> None:
    older = "-----Original Message-----\nFrom: Bo\nSent: Sunday\nSubject: Regatta\n\nWhen is it?"
    passed_on = (
        "---------- Forwarded message ---------\nFrom: Ada\nDate: Monday\nSubject: Regatta\n"
    )
    assert quoted(f"{passed_on}\nOn 14 June.\n\n{older}") == [older]


def test_answers_between_quoted_lines_stay_the_writers_own() -> None:
    text = "On 3 Mar 2025 Ada wrote:\n> When?\nOn the 21st.\n> Where?\n\nAt the pier.\n> Who?"
    assert quoted(text) == ["On 3 Mar 2025 Ada wrote:\n> When?", "> Where?", "> Who?"]


def test_a_mail_of_nothing_but_quoted_lines_is_its_own() -> None:
    assert quoted("> They nest.\n> They fly.\n") == []


@pytest.mark.parametrize(
    "prose",
    [
        "From: the harbour\nTo: the pier\n\nWalk for an hour.",
        "As the council wrote:\n\nNo gulls are to be fed.",
        "She wrote: no gulls.\nThe original message was lost.",
        "Date: 3 March\nPlace: harbour\nSubject: gulls\n\nAll are welcome.",
        "a > b\n-> see below\n  - item",
    ],
)
def test_prose_that_looks_a_little_like_it_is_not_quoted(prose: str) -> None:
    assert quoted(f"Dear Ada,\n\n{prose}\n\nBo") == []


def test_what_html_marks_is_quoted_with_its_attribution() -> None:
    text = "Fine.\n\nAda wrote:\n\nWhen?\n\nWhere?\n\nBo"
    marked = Span(text.index("When"), text.index("Bo") - 2)
    spans = quoted_spans(text, [marked])
    assert [text[span.start : span.end] for span in spans] == ["Ada wrote:\n\nWhen?\n\nWhere?"]


@bounded
@given(
    st.lists(
        st.sampled_from(
            [
                *("> a", ">> b", "c", "", "-- ", "On 3 Mar 2025 Ada wrote:", "From: a", "Sent: b"),
                *("Subject: c", "-----Original Message-----", "____________", "Ada", ">"),
            ]
        ),
        max_size=24,
    )
)
def test_spans_are_in_order_apart_and_begin_and_end_with_words(body: list[str]) -> None:
    text = "\n".join(body)
    spans = quoted_spans(text)
    assert all(a.end < b.start for a, b in pairwise(spans))
    assert all(
        text[span.start : span.end] == text[span.start : span.end].strip("\n") for span in spans
    )
