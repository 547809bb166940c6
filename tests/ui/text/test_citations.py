"""Quotes as BibTeX, RIS and APA: no text from outside leaves its field."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Section, Span
from pincite.ingest.readers.html.mail import MAIL
from pincite.retrieval.reading.quote import Quote
from pincite.ui.text.citations import (
    FORMATS,
    Citation,
    apa,
    bibtex,
    citations,
    date_of,
    one_line,
    ris,
)

TEXT = "Gulls nest on cliffs.\nThey lay three eggs in May."
GULLS = Citation(
    "pincite-0123456789ab-0-21",
    "Birds",
    "Sea › Gulls",
    4,
    "birds.pdf",
    "2023-05-01",
    "Gulls nest on cliffs.",
)
HOSTILE = [
    "},\n}\n@misc{evil, title = {x}",
    "\\}} \\{{ } {",
    "x\nER  - \nTY  - BOOK",
    "x\u2028ER  - \x85TI  - y\x0bz\x1ew",
    "100% of $5 & #1_a ~ ^ \\input{/etc/passwd} `` '' -- --- ,, << >>",
    "\x1b[31mred \u202eright",
]
_DECODED = {
    **{f"\\{sign}": sign for sign in "$&#%_"},
    r"\textbackslash{}": "\\",
    r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textasciigrave{}": "`",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    "{}": "",
}


def document(text: str = TEXT, source: str = "shelf/birds.txt", **more: object) -> Document:
    made = Document(source, "Birds", text, (Section(Span(0, len(text)), ("Sea", "Gulls")),))
    return replace(made, **more)  # type: ignore[arg-type]


def mail(written: str) -> Document:
    """A mail as it is read, with a date where it has ``{date}``."""
    data = written.replace("{date}", "Mon, 01 May 2023 10:00:00 +0200").encode()
    read = MAIL.read(data, "a.eml")
    return document(read.text, sections=read.sections, media_type=MAIL.media_type)


def quote_of(source: Document, page: int | None = None) -> Quote:
    text = source.text
    return Quote(
        source.id, source.title, ("Sea", "Gulls"), page, 0, len(text), text, ((0, len(text)),), 0.5
    )


def fields_of(entry: str) -> dict[str, str]:
    """The fields of the one BibTeX entry in ``entry``, read by counting braces as BibTeX does."""
    head = re.match(r"@misc\{[\w-]+,", entry)
    assert head, entry
    found: dict[str, str] = {}
    at = head.end()
    while name := re.compile(r"\s*(\w+) = \{").match(entry, at):
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(entry[end], 0)
            end += 1
        assert name[1] not in found
        found[name[1]] = entry[name.end() : end - 1]
        assert entry[end] == ","
        at = end + 1
    assert entry[at:] == "\n}"
    return found


def plain(latex: str) -> str:
    """What a reader of the set text sees."""
    signs = "|".join(re.escape(code) for code in _DECODED)
    return re.sub(signs, lambda code: _DECODED[code[0]], latex)


def hostile(text: str) -> Citation:
    return replace(
        GULLS,
        title=one_line(text),
        section=one_line(text),
        file=one_line(text),
        quote=one_line(text),
    )


def test_a_quote_becomes_a_bibtex_entry_with_all_that_finds_it_again() -> None:
    assert bibtex([GULLS]) == (
        "@misc{pincite-0123456789ab-0-21,\n"
        "  title = {{Birds}},\n"
        "  howpublished = {birds.pdf},\n"
        "  year = {2023},\n"
        "  date = {2023-05-01},\n"
        "  pages = {4},\n"
        "  note = {Section: Sea › Gulls},\n"
        "  annote = {Gulls nest on cliffs.},\n"
        "}"
    )


def test_a_quote_becomes_a_ris_record_with_all_that_finds_it_again() -> None:
    assert ris([GULLS]).split("\n") == [
        "TY  - GEN",
        "ID  - pincite-0123456789ab-0-21",
        "TI  - Birds",
        "AV  - birds.pdf",
        "PY  - 2023",
        "DA  - 2023/05/01/",
        "SE  - Sea › Gulls",
        "SP  - 4",
        "N1  - Gulls nest on cliffs.",
        "ER  - ",
    ]


def test_apa_gives_each_quote_its_place_and_each_document_one_reference() -> None:
    other = replace(GULLS, page=None, section="", quote="They lay three eggs in May.")
    assert apa([GULLS, other]) == (
        "“Gulls nest on cliffs.” (“Birds”, 2023, p. 4, “Sea › Gulls” section).\n\n"
        "“They lay three eggs in May.” (“Birds”, 2023).\n\n"
        "Birds. (2023, May 1). birds.pdf."
    )


@pytest.mark.parametrize(
    ("date", "said"), [("", "n.d."), ("2023", "2023"), ("2023-05", "2023, May")]
)
def test_apa_says_as_much_of_a_date_as_there_is(date: str, said: str) -> None:
    assert f"Birds. ({said}). birds.pdf." in apa([replace(GULLS, date=date)])


def test_what_a_document_does_not_have_is_left_out() -> None:
    bare = replace(GULLS, section="", page=None, date="")
    assert set(fields_of(bibtex([bare]))) == {"title", "howpublished", "annote"}
    assert [line[:2] for line in ris([bare]).split("\n")] == ["TY", "ID", "TI", "AV", "N1", "ER"]


def test_a_citation_is_made_from_a_quote_and_its_document() -> None:
    source = document(metadata={"date": "2021-03-04T10:00:00Z"})
    assert citations([quote_of(source, 7)], lambda id: source) == [
        Citation(
            f"pincite-{source.id[:12]}-0-{len(TEXT)}",
            "Birds",
            "Sea › Gulls",
            7,
            "birds.txt",
            "2021-03-04",
            "Gulls nest on cliffs. They lay three eggs in May.",
        )
    ]


@pytest.mark.parametrize(
    ("metadata", "date"),
    [
        ({}, ""),
        ({"year": 1999}, "1999"),
        ({"date": "2020-02"}, "2020-02"),
        ({"date": "yesterday", "published": "2001-09-30 08:00"}, "2001-09-30"),
        ({"date": "2020-13-45"}, ""),
        ({"date": "20200101"}, ""),
        ({"date": None, "year": ["x"]}, ""),
    ],
)
def test_a_date_is_taken_only_where_it_is_one(metadata: dict[str, object], date: str) -> None:
    assert date_of(document(metadata=metadata)) == date


def test_a_mail_has_the_date_on_which_it_was_sent() -> None:
    sent = mail("Subject: Budget\nFrom: a@b.example\nTo: c@d.example\nDate: {date}\n\nHello.")
    assert date_of(sent) == "2023-05-01"
    assert date_of(mail("From: a@b.example\nDate: {date}\n\nHello.")) == "2023-05-01"
    many = ", ".join(f"reader{n}@b.example" for n in range(500))
    assert date_of(mail(f"From: a@b.example\nTo: {many}\nDate: {{date}}\n\n.")) == "2023-05-01"
    # In a plain text the line may mean anything.
    assert date_of(replace(sent, media_type="text/plain")) == ""


@pytest.mark.parametrize(
    "written",
    [
        "Subject: Budget\nFrom: a@b.example\n\nDate: {date}\n",
        "Subject: Budget\nFrom: a@b.example\n\nYou wrote:\n\nFrom: c@d.example\nDate: {date}\n",
        "Subject: Budget\nMIME-Version: 1.0\n\nDate: {date}\n",
        "Subject: Date: {date}\nFrom: a@b.example\n\nHello.",
        "From: a@b.example\n\nFrom: c@d.example\nDate: {date}\n",
    ],
)
def test_a_date_in_the_body_or_the_subject_of_a_mail_is_not_that_of_the_mail(written: str) -> None:
    assert date_of(mail(written)) == ""


@pytest.mark.parametrize(
    "date",
    [
        "soon",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999",
        "Mon, 01 Jan 20240000000000000000 00:00:00 +0000",
    ],
)
def test_a_mail_whose_date_is_none_has_no_date(date: str) -> None:
    text = f"From: a@b.example\nDate: {date}\n\nHello.\n"
    sections = (Section(Span(0, len(text))),)
    assert date_of(document(text, media_type="message/rfc822", sections=sections)) == ""


@given(st.text())
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[4])
def test_any_text_is_read_from_a_bibtex_entry_as_it_was_written(text: str) -> None:
    one = hostile(text)
    fields = fields_of(bibtex([one]))
    fields["title"] = fields["title"][1:-1]  # without the braces that keep its capitals
    found = {name: plain(value) for name, value in fields.items()}
    assert found["title"] == one.title
    assert found.get("annote", "") == one.quote
    assert found.get("howpublished", "") == one.file
    assert found.get("note", "Section: ") == f"Section: {one.section}"


@given(st.text())
@example(HOSTILE[2])
@example(HOSTILE[3])
def test_any_text_stays_in_its_field_of_a_ris_record(text: str) -> None:
    one = hostile(text)
    lines = ris([one]).splitlines()
    found = dict(re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line).groups() for line in lines)  # type: ignore[union-attr]
    assert len(found) == len(lines)
    assert (lines[0], lines[-1]) == ("TY  - GEN", "ER  - ")
    for tag, text in [("TI", one.title), ("AV", one.file), ("SE", one.section), ("N1", one.quote)]:
        assert found.get(tag, "") == text


@given(st.text())
@example(HOSTILE[3])
def test_any_text_stays_in_its_paragraph_of_apa(text: str) -> None:
    one = hostile(text)
    quoted, reference = apa([one]).splitlines()[::2]
    assert quoted.startswith(f"“{one.quote}” (")
    assert reference.endswith(f"{one.file}.")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_citation_acts_on_a_screen(form: str, text: str) -> None:
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", FORMATS[form]([hostile(text)])
    )


def test_the_words_of_a_quote_are_kept_and_only_its_line_ends_become_blanks() -> None:
    assert one_line(TEXT).split() == TEXT.split()
