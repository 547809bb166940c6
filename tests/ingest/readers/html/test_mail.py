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


@pytest.mark.parametrize("count", [10, 1_000])
def test_a_list_of_recipients_is_read_whole_however_long_it_is(count: int) -> None:
    names = ",\n ".join(f"=?utf-8?q?M=C3=B6we_{n}?= <m{n}@b.org>" for n in range(count))
    text = said(f"Cc: {names}\nSubject: Gulls\n\nThey nest.\n".encode()).text
    assert f"Cc: {', '.join(f'Möwe {n} <m{n}@b.org>' for n in range(count))}\n" in text


def test_a_type_as_long_as_a_book_does_not_keep_the_text_from_being_read() -> None:
    kind = f'text/plain; charset=utf-8; a="{"x" * 100_000}"'
    text = said(f"Subject: Gulls\nContent-Type: {kind}\n\nThey nest.\n".encode()).text
    assert text == "Gulls\n\nThey nest.\n"


def test_the_plain_text_goes_before_the_html() -> None:
    written = mail("Plain\nwords.")
    written.add_alternative("<p>Plain <b>words</b>.</p>", subtype="html")
    assert said(written.as_bytes()).text.endswith("\n\nPlain\nwords.\n")


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
    assert warning.startswith("2 attached files are not read: a report.pdf, notes.txt")
    assert "Secret" not in reading.text


def test_of_many_attachments_the_first_are_named() -> None:
    written = mail()
    for number in range(13):
        written.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    assert "9.png and 3 more; save what you need" in said(written.as_bytes()).warnings[0]


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


def quoted(reading: Reading) -> list[str]:
    return [reading.text[r.span.start : r.span.end] for r in reading.regions if r.kind == "quoted"]


def test_what_is_cited_in_plain_text_is_marked_and_stays_where_it_is() -> None:
    cited = "On Mon, 3 Mar 2025 Ada wrote:\n> On 14 June."
    reading = said(mail(f"On 21 June instead.\n\n{cited}\n\nBo").as_bytes())
    assert quoted(reading) == [cited]
    assert f"On 21 June instead.\n\n{cited}\n\nBo\n" in reading.text


@pytest.mark.parametrize(
    "cited",
    [
        "<blockquote type=cite><p>On 14 June.</blockquote>",
        "<div class=gmail_quote><div class=gmail_attr>On 3 Mar 2025 Ada wrote:</div>"
        "<blockquote>On 14 June.</blockquote></div>",
        "<div class=moz-cite-prefix>Am 03.03.2025 um 09:00 schrieb Ada:</div>"
        "<blockquote type=cite>On 14 June.</blockquote>",
        "<div id=divRplyFwdMsg><b>Frá:</b> Ada</div><p>On 14 June.</p>",
        "<div id=x_appendonsend></div><hr><p>On 14 June.</p>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt'><p>Ada</p></div>"
        "<p>On 14 June.</p>",
        "<p><b>From:</b> Ada<br><b>Sent:</b> Monday<br><b>Subject:</b> Regatta</p>"
        "<p>On 14 June.</p>",
    ],
)
def test_what_is_cited_in_html_is_marked(cited: str) -> None:
    written = mail()
    written.set_content(f"<p>On 21 June instead.</p><p>Bo</p>{cited}", subtype="html")
    (region,) = quoted(said(written.as_bytes()))
    assert region.endswith("On 14 June.")
    assert "21 June" not in region


def test_own_words_after_the_cited_ones_are_the_writers() -> None:
    written = mail()
    written.set_content(
        "<blockquote type=cite>When?</blockquote><p>On 21 June.</p>", subtype="html"
    )
    assert quoted(said(written.as_bytes())) == ["When?"]


def test_a_mail_that_is_passed_on_without_a_word_is_not_quoted() -> None:
    written = mail()
    forward = "<div class=gmail_quote><div>--- Forwarded message ---</div><p>On 14 June."
    written.set_content(forward, subtype="html")
    assert quoted(said(written.as_bytes())) == []


@pytest.mark.parametrize(
    "plain", ["", " \n", "This message is HTML.", "Your mail program cannot show it."]
)
def test_the_html_goes_before_a_plain_text_that_does_not_say_it(plain: str) -> None:
    written = mail(plain)
    written.add_alternative("<p>They nest on cliffs.</p>", subtype="html")
    text = said(written.as_bytes()).text
    assert text.endswith("They nest on cliffs.\n")
    assert not plain.strip() or plain not in text


def test_a_table_goes_before_its_plain_text() -> None:
    written = mail("Bird Eggs\nGull 3\n")
    table = "<table><tr><th>Bird<th>Eggs<tr><td>Gull<td>3</table>"
    written.add_alternative(table, subtype="html")
    assert "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n" in said(written.as_bytes()).text


def test_the_html_of_a_mail_with_pictures_in_it_is_one_of_its_forms() -> None:
    written = mail("See the picture.")
    written.add_alternative("<p>Nests on roofs and on cliffs.</p><img src=cid:a>", subtype="html")
    related = written.get_payload()[1]
    related.add_related(b"x", maintype="image", subtype="png", cid="<a>", filename="a.png")
    reading = said(written.as_bytes())
    assert reading.text.endswith("Nests on roofs and on cliffs.\n")
    assert "a.png" in reading.warnings[0]


def test_text_that_nobody_sees_is_marked_and_warned_of() -> None:
    written = mail()
    preview = "<div style='display:none;mso-hide:all'>Ten per cent off!</div>"
    written.set_content(f"{preview}<p>They nest.</p>", subtype="html")
    reading = said(written.as_bytes())
    (region,) = reading.regions
    assert region.kind == "hidden"
    assert reading.text[region.span.start : region.span.end] == "Ten per cent off!\n"
    assert "4 words of it cannot be seen" in reading.warnings[0]


def test_an_invitation_is_read_as_an_event() -> None:
    written = mail("Please come.")
    event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Count of nests\nDTSTART:20250621T090000Z\n"
    written.add_alternative(f"{event}END:VEVENT\nEND:VCALENDAR\n", subtype="calendar")
    text = said(written.as_bytes()).text
    assert "Please come." in text


ENVELOPE = b"From ann@example.org Mon May  6 09:30:00 2024\n"


def test_a_mail_after_its_envelope_line_is_that_mail() -> None:
    plain = said(mail().as_bytes())
    reader, reading = read(ENVELOPE + mail().as_bytes(), "a.eml")
    assert reader is MAIL
    assert reading == plain


@pytest.mark.parametrize("name", ["a.mbox", "Inbox", "a.eml"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_a_mailbox_is_read_mail_by_mail(name: str, ends: bytes) -> None:
    first = mail("Six nests.\n\n>From the roof, all of them.", "Nests").as_bytes()
    second = mail("They left.\n\nFrom now on it is quiet.", "Gone").as_bytes()
    data = b"\n".join([ENVELOPE + first, ENVELOPE + second]).replace(b"\n", ends)
    reader, reading = read(data, name)
    assert reader.media_type == "application/mbox"
    assert [section.path for section in reading.sections] == [("Nests",), ("Gone",)]
    assert "From the roof, all of them." in reading.text
    assert ">From" not in reading.text
    assert "From now on it is quiet." in reading.text
    assert reading.title is None


def test_regions_of_a_mailbox_lie_in_their_mails() -> None:
    body = "Mine {}.\n\nOn 3 Mar 2025 Ada wrote:\n> Cited {}."
    mails = [ENVELOPE + mail(body.format(n, n)).as_bytes() for n in range(3)]
    reading = read(b"\n".join(mails), "a.mbox")[1]
    assert [region[-8:] for region in quoted(reading)] == ["Cited 0.", "Cited 1.", "Cited 2."]
