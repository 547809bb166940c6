from __future__ import annotations

from dataclasses import replace

import pytest

from pincite.ingest.cutting.language import language, unknown_language, warned
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import read

SAID = {
    "en": "The gull sat on the cliff and slept, for it was late and the wind was cold.",
    "de": "Die Möwe saß auf dem Felsen und schlief, denn es war spät und der Wind war kalt. Das "
    "ist nicht die Regel, und die anderen Möwen sind mit dem Schiff zu den Inseln geflogen.",
    "fr": "La mouette dormait sur la falaise, car il était tard et le vent était froid. Ce n'est "
    "pas la règle, et les autres mouettes sont parties avec le bateau vers les îles dans la nuit.",
    "es": "La gaviota dormía en el acantilado, porque era tarde y el viento era frío. No es la "
    "regla, y las otras gaviotas se fueron con el barco a las islas en busca de una roca.",
    "it": "Il gabbiano dormiva sulla scogliera, perché era tardi e il vento era freddo. Non è la "
    "regola, e i gabbiani sono partiti con la nave per le isole della costa, che è di un conte.",
    "pt": "A gaivota dormia no rochedo, porque era tarde e o vento era frio. Não é a regra, e as "
    "gaivotas foram com o barco para as ilhas da costa, em busca de uma rocha que não é do rei.",
    "nl": "De meeuw sliep op de rots, want het was laat en de wind was koud. Dat is niet de "
    "regel, en de meeuwen zijn met het schip naar de eilanden gevlogen, van waar een wind kwam.",
    "zh": "海鸥在岩石上睡觉。",
    "ja": "カモメは岩の上で眠る。漢字漢字漢字。",
    "ko": "갈매기가 바위에서 잔다.",
    "th": "นกนางนวลนอนหลับอยู่บนโขดหิน",
    "ar": "النورس ينام على الصخرة",
    "fa": "مرغ دریایی روی پل چوبی و گرم خوابید",
    "he": "השחף ישן על הצוק",
    "hi": "समुद्री चिड़िया चट्टान पर सोती है।",
    "ru": "Чайка спит на скале, и вы это видите.",
    "uk": "Чайка спить на скелі, і її видно.",
    "und-Cyrl": "Чайката спи на скалата.",
    "el": "Ο γλάρος κοιμάται.",
    "und": "3.14 — 42 😀",
}


@pytest.mark.parametrize("code", SAID)
def test_a_text_is_known_by_its_letters_or_its_commonest_words(code: str) -> None:
    assert language(SAID[code]) == code


def test_a_few_foreign_letters_do_not_change_a_text() -> None:
    assert language(SAID["en"] * 3 + SAID["zh"]) == "en"
    assert language(SAID["zh"] * 9 + "MiniLM") == "zh"


@pytest.mark.parametrize("text", ["", "Der Hund", "Lorem ipsum dolor sit amet " * 20])
def test_latin_letters_that_tell_nothing_pass_for_english(text: str) -> None:
    assert language(text) == ("en" if text else "und")


class English(HashingEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.fingerprint = "small-model@1234"
        self.languages = frozenset({"en"})


def test_a_text_that_the_model_was_not_trained_on_is_warned_of_with_what_to_do() -> None:
    assert unknown_language(SAID["zh"], English()) == (
        "the text is mostly Chinese, and the embedding model small-model was trained on English; "
        "answers will be poor: name another model in PINCITE_EMBEDDER"
    )


@pytest.mark.parametrize("code", [code for code in SAID if code not in ("en", "und")])
def test_every_language_has_a_name_for_the_warning(code: str) -> None:
    warning = unknown_language(SAID[code], English())
    assert warning is not None
    assert f"mostly {code}" not in warning


def test_nothing_is_said_of_a_language_that_the_model_knows_or_may_know() -> None:
    assert unknown_language(SAID["en"], English()) is None
    assert unknown_language(SAID["und"], English()) is None
    assert unknown_language(SAID["zh"], HashingEmbedder()) is None


def test_a_document_is_warned_of_once_and_no_more_under_another_model() -> None:
    document = replace(read(SAID["ja"]), warnings=("page 3 has no text layer",))
    told = warned(document, English())
    assert [w[:28] for w in told.warnings] == [
        "page 3 has no text layer",
        "the text is mostly Japanese,",
    ]
    assert warned(told, English()) == told
    assert warned(told, HashingEmbedder()) == document
