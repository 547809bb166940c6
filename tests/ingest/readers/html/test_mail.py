"""Mails: who wrote what to whom, and what was attached."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.readers import Reading, read
from pincite.ingest.readers.html.mail import MAIL
from tests.ingest.readers.damage import read_or_refused

bounded = settings(max_examples=60)


def mail(text: str = "They nest on cliffs.\n\nAnn", subject: str = "The gulls") -> EmailMessage:
    written = EmailMessage()
    written["Subject"] = subject
    written["From"] = "Ann Gull <ann@example.org>"
    written["To"] = "Bob Tern <bob@example.org>"
    written["Date"] = "Mon, 06 May 2024 09:30:00 +0000"
    written["Message-ID"] = "<1@example.org>"
    written.set_content(text)
    return written


def said(data: bytes, name: str = "a.eml") -> Reading:
    return read(data, name)[1]


def test_a_mail_is_its_subject_its_headers_and_its_text() -> None:
    reading = said(mail().as_bytes())
    assert reading.title == "The gulls"
    assert [section.path for section in reading.sections] == [("The gulls",)]
    assert reading.text == (
        "The gulls\n\nFrom: Ann Gull <ann@example.org>\nTo: Bob Tern <bob@example.org>\n"
        "Date: Mon, 06 May 2024 09:30:00 +0000\n\nThey nest on cliffs.\n\nAnn\n"
    )
    assert reading.warnings == ()


def test_lines_of_a_mail_stay_as_they_are() -> None:
    body = "See:\n> They nest\n> on cliffs.\n\n- one\n- two\n\n-- \nAnn\nHarbour 3"
    assert body.replace("-- ", "--") in said(mail(body).as_bytes()).text


def test_words_encoded_in_headers_and_text_are_decoded() -> None:
    written = mail("Größe über alles", "Möwen auf Föhr")
    written.set_content("Größe über alles", cte="quoted-printable")
    assert b"Gr=C3=B6=C3=9Fe" in written.as_bytes()
    reading = said(written.as_bytes())
    assert reading.title == "Möwen auf Föhr"
    assert reading.text.endswith("Größe über alles\n")


def test_the_plain_text_goes_before_the_html() -> None:
    written = mail("Plain words.")
    written.add_alternative("<p>Marked words.</p>", subtype="html")
    text = said(written.as_bytes()).text
    assert "Plain words." in text
    assert "Marked words." not in text


def test_html_alone_is_read_without_its_marks() -> None:
    written = mail()
    written.set_content("<h1>Nests</h1><p>They nest <b>on cliffs</b>.</p>", subtype="html")
    text = said(written.as_bytes()).text
    assert "Nests\n\nThey nest on cliffs.\n" in text


def test_attachments_are_named_in_a_warning_and_not_read() -> None:
    written = mail()
    written.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a report.pdf")
    written.add_attachment("Secret words", filename="notes.txt")
    reading = said(written.as_bytes())
    (warning,) = reading.warnings
    assert warning.startswith("the attachments a report.pdf, notes.txt were not read")
    assert "Secret" not in reading.text


def test_of_many_attachments_the_first_are_named() -> None:
    written = mail()
    for number in range(13):
        written.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    assert "9.png and 3 more were not read" in said(written.as_bytes()).warnings[0]


def test_a_forwarded_mail_is_a_section_under_the_one_that_forwards_it() -> None:
    written = mail("See below.", "Fwd: nests")
    written.add_attachment(mail("Six nests on the roof.", "Nests"))
    reading = said(written.as_bytes())
    assert [section.path for section in reading.sections] == [
        ("Fwd: nests",),
        ("Fwd: nests", "Nests"),
    ]
    assert "Six nests on the roof." in reading.text


def test_every_text_part_of_a_mail_is_read() -> None:
    parts = "--x\nContent-Type: text/plain\n\nFirst words.\n--x\n\nFooter words.\n--x--\n"
    head = "Subject: s\nFrom: a@b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
    text = said((head + parts).encode()).text
    assert "First words." in text
    assert "Footer words." in text


def test_a_mail_without_its_boundary_still_gives_its_text() -> None:
    head = "Subject: s\nFrom: a@b\nContent-Type: multipart/mixed; boundary=x\n\n"
    assert "hello there" in said(f"{head}--y\nhello there\n".encode()).text


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", "us-ascii", "idna", "rot13"])
def test_a_wrong_charset_does_not_lose_the_text(charset: str) -> None:
    head = f"Subject: s\nFrom: a@b\nContent-Type: text/plain; charset={charset}\n\n"
    reading = said(head.encode() + "Die Möwe überfliegt die Küste, sie ist müde.".encode("latin-1"))
    assert "Die Möwe überfliegt die Küste" in reading.text
    assert "Windows-1252" in reading.warnings[0]


def test_a_mail_is_known_by_its_headers_whatever_it_is_called() -> None:
    assert read(mail().as_bytes(), "a.txt")[0] is MAIL
    assert read(b"Subject: not a mail\n\nFrom: here on.\n", "a.txt")[0] is not MAIL
    assert read(b"From: me\nTo: you\n\nA note.\n", "a.txt")[0] is not MAIL


@pytest.mark.parametrize("depth", [50, 2000])
def test_parts_in_parts_without_end_are_read_or_refused(depth: int) -> None:
    nested = "".join(
        f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(depth)
    )
    mail_text = f"From: a@b\nSubject: deep\nMIME-Version: 1.0\n{nested}\nwords"
    assert read_or_refused(mail_text.encode(), "a.eml")


@bounded
@given(st.data())
def test_a_damaged_mail_is_read_or_refused(data: st.DataObject) -> None:
    written = mail("Größe\n" * 3)
    written.add_alternative("<p>Marked <b>words</b></p>", subtype="html")
    written.add_attachment(b"x" * 30, maintype="image", subtype="png", filename="ü.png")
    damaged = bytearray(written.as_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    assert read_or_refused(bytes(damaged), "a.eml")
