"""What the library's page draws: no Gradio, no model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.store.rows import DamagedDocument, Entry, Refusal
from pincite.corpus.types import Document, Origin, Section, Span
from pincite.ingest.events import Event, Summary
from pincite.ingest.uploads import Limits
from pincite.ingest.wastebin import Removed
from pincite.retrieval.health import Health
from pincite.ui.web.library import document_list, document_view, notices, upload_view
from pincite.ui.web.library.filter import ORDERS, PAGE, Filter, Holdings, list_page, state
from pincite.ui.web.library.upload_view import UploadedFile
from tests.ui.markup import Drawn
from tests.ui.web.ask.test_answer_view import OVERRIDE, PAYLOADS, ZERO_WIDTH

HIDDEN = f"pay{OVERRIDE}{ZERO_WIDTH}\x1bload"


def entry(number: int = 0, **changes: object) -> Entry:
    plain = Entry(
        id=f"{number:064x}",
        source=f"folder/file-{number:05}.txt",
        title=f"Title {number}",
        media_type="text/plain",
        text_sha256=f"{number:064x}",
        characters=100 + number,
        pages=0,
        passages=number,
        added_at=f"2026-11-{1 + number % 28:02}T09:30:00+00:00",
        metadata={},
        origin=Origin("0" * 64, 2048, 0, "text-1"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def holdings(*rows: Entry | Refusal) -> Holdings:
    entries = [row for row in rows if isinstance(row, Entry)]
    tags = Counter(tag for row in entries for tag in row.tags)
    return Holdings(entries, [row for row in rows if isinstance(row, Refusal)], tags)


def refusal(source: str = "locked.pdf", reason: str = "it is encrypted; decrypt it") -> Refusal:
    return Refusal(source, reason, None, "2026-11-26T09:30:00+00:00")


def document(text: str, heading: str = "H") -> Document:
    return Document("a.txt", "T", text, (Section(Span(0, len(text)), (heading,)),))


def everything(payload: str) -> dict[str, str]:
    """Every drawing of the page, with the payload wherever something comes from outside."""
    row = entry(1, title=payload, source=payload, tags=(payload,), warnings=(payload,))
    summary = Summary(
        [Event(payload, "refused", reason=payload)], passed_over=Counter({payload: 1})
    )
    health = Health({payload: payload}, payload, "l", True, 1, 1, 1, (payload,))
    return {
        "shelf": document_list.document_list(
            holdings(row, refusal(payload, payload)), Filter(tag=payload)
        ),
        "open": document_view.document_view(row, document(f"Before. {payload} after.", payload), 0),
        "gone": document_view.gone(row, row),
        "reading": upload_view.reading([UploadedFile(payload, payload)], summary.events, 3),
        "finished": upload_view.finished([UploadedFile(payload, payload)], summary),
        "failed": upload_view.failed(payload),
        "notice": notices.notice(notices.done("renamed", payload), [Removed("t", "s", payload)]),
        "problem": notices.problem(payload),
        "health": notices.health(health, deep=False),
    }


@pytest.mark.parametrize("payload", [*PAYLOADS, '"><script>alert(1)</script>'])
def test_markup_from_outside_stays_text_wherever_it_is_shown(payload: str) -> None:
    for name, markup in everything(payload).items():
        drawn = Drawn(markup)
        assert not drawn.does_harm(), name
        assert payload in drawn.text, name


def test_hidden_characters_are_shown_and_reorder_nothing() -> None:
    for name, markup in everything(HIDDEN).items():
        drawn = Drawn(markup)
        assert not {OVERRIDE, ZERO_WIDTH, "\x1b"} & set(drawn.text), name
        assert "U+202E" in drawn.text, name


@pytest.mark.parametrize("payload", [*PAYLOADS, HIDDEN, '"'])
def test_what_is_sent_back_to_the_server_is_what_the_library_has(payload: str) -> None:
    row = entry(1, title=payload, source=payload, tags=(payload,))
    drawn = Drawn(document_view.document_view(row, document("One."), 0))
    assert drawn.values("value") == [payload, payload]
    assert drawn.values("data-tag") == [payload]
    listed_ids = Drawn(document_list.document_list(holdings(refusal(payload)), Filter())).values(
        "data-id"
    )
    assert listed_ids == [payload]


def test_a_row_tells_size_passages_pages_state_tags_and_day() -> None:
    row = entry(7, pages=12, tags=("sea",), warnings=("page 3 is an image",), characters=1234)
    text = Drawn(document_list.document_list(holdings(row), Filter())).text
    for said in ("Title 7", "folder/file-00007.txt", "1,234 characters", "2 kB", "12", "sea"):
        assert said in text
    assert "Read, 1 warning" in text
    assert "8 Nov 2026" in text


def test_a_row_names_its_first_warnings_and_counts_the_others() -> None:
    row = entry(7, warnings=tuple(f"page {number} is an image" for number in range(1, 6)))
    text = Drawn(document_list.document_list(holdings(row), Filter())).text
    assert [f"Page {number} is an image." in text for number in range(1, 6)] == [True] * 3 + [
        False
    ] * 2
    assert "and 2 more warnings" in text


def test_a_refused_file_is_listed_with_the_reason() -> None:
    text = Drawn(document_list.document_list(holdings(refusal("a/locked.pdf")), Filter())).text
    assert "locked.pdf" in text
    assert "It is encrypted; decrypt it." in text
    assert "Refused" in text


def test_thousands_are_listed_page_by_page() -> None:
    many = holdings(*(entry(number) for number in range(10_000)))
    drawn = Drawn(document_list.document_list(many, Filter(page=3, order="title")))
    assert sum(tag == "tr" for tag, _ in drawn.elements) == PAGE + 1
    assert "10,000 documents, 151–200 shown" in drawn.text
    assert "4 of 200" in drawn.text


def test_an_empty_library_and_an_empty_selection_say_what_to_do() -> None:
    assert "Drop files above" in document_list.document_list(holdings(), Filter())
    assert "No document fits" in document_list.document_list(
        holdings(entry()), Filter("nothing of the kind")
    )


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["", "sea", "land"])), max_size=120),
    st.builds(
        Filter,
        words=st.sampled_from(["", "title", "FILE 00", "file title 1", "none"]),
        tag=st.sampled_from(["", "sea", "land"]),
        state=st.sampled_from(["", "read", "refused"]),
        order=st.sampled_from([*ORDERS, "unknown"]),
    ),
)
def test_turning_the_pages_shows_each_document_that_fits_once(
    numbers: list[tuple[int, str]], wanted: Filter
) -> None:
    rows = {n: entry(n, tags=(tag,) if tag else ()) for n, tag in numbers}
    held = holdings(*rows.values(), refusal())
    total = list_page(held, wanted).total
    pages = [list_page(held, replace(wanted, page=n)) for n in range((total + PAGE - 1) // PAGE)]
    shown = [row for page in pages for row in page.rows]
    fitting = [
        row
        for row in held.rows
        if (not wanted.tag or (isinstance(row, Entry) and wanted.tag in row.tags))
        and (not wanted.state or state(row) == wanted.state)
        and all(
            word in f"{row.source} {getattr(row, 'title', '')} ".casefold()
            for word in wanted.words.casefold().split()
        )
    ]
    assert sorted(map(repr, shown)) == sorted(map(repr, fitting))
    assert list_page(held, replace(wanted, page=10**6)).rows == (pages[-1].rows if pages else [])


def test_the_orders_are_what_they_are_called() -> None:
    held = holdings(*(entry(number) for number in (3, 30, 9)), refusal())
    first = {order: list_page(held, Filter(order=order)).rows[0] for order in ORDERS}
    assert first["size"] == first["passages"] == entry(30)
    assert first["newest"] == refusal()
    assert first["title"] == refusal()
    assert first["source"] == entry(3)


def test_a_long_text_is_shown_in_parts_that_are_turned() -> None:
    long = document("A line of words.\n" * 3000)
    shown = Drawn(document_view.document_view(entry(), long, 1))
    assert "2 of 3" in shown.text
    assert len(shown.text) < 25_000
    assert Drawn(document_view.document_view(entry(), long, 99)).text.count("3 of 3") == 2


def test_an_open_document_that_was_renamed_can_be_opened_under_its_new_name() -> None:
    was, now = entry(1), entry(2, source="new.txt")
    assert now.id in str(Drawn(document_view.gone(was, now)).values("data-id"))
    assert "has another name" in document_view.gone(was, now)
    assert "has been read anew" in document_view.gone(was, replace(now, source=was.source))
    assert "was removed meanwhile" in document_view.gone(was, None)


def test_each_file_of_an_upload_says_how_far_it_is() -> None:
    files = [
        UploadedFile("a.txt"),
        UploadedFile("big.pdf", "it has 300.0 MB; split it"),
        UploadedFile("b.txt"),
    ]
    events = [Event("a.txt", "added", 3), Event("zip/inner.txt", "unchanged", 1)]
    drawn = Drawn(upload_view.reading(files, events, 12))
    assert "a.txtAdded, 3 passages" in drawn.text
    assert "big.pdfNot readIt has 300.0 MB; split it." in drawn.text
    assert "b.txtWaiting" in drawn.text
    assert "zip/inner.txtUnchanged" in drawn.text
    assert "3 done, 12 passages embedded" in drawn.text


def test_the_summary_puts_what_was_not_read_first_and_says_why() -> None:
    summary = Summary(
        [
            Event("a.txt", "added", 3),
            Event("b.pdf", "added", 2, warnings=("page 3 is an image; it was left out",)),
            Event("c.exe", "refused", reason="c.exe is a program; leave it out"),
            Event("d.txt", "added", 3, same_as="a.txt"),
        ],
        passed_over=Counter({".png": 2}),
    )
    text = Drawn(upload_view.finished([UploadedFile("a.txt")], summary)).text
    assert "3 added, 1 not read, 1 with a warning" in text
    assert "It has the same contents as a.txt." in text
    assert text.index("c.exe") < text.index("b.pdf") < text.index("a.txt")
    assert "c.exe is a program; leave it out." in text
    assert "Page 3 is an image; it was left out." in text
    assert "Left out: 2 files that Pincite does not read: .png 2." in text


def test_an_upload_of_thousands_names_some_and_counts_the_others() -> None:
    summary = Summary([Event(f"{number}.txt", "added", 1) for number in range(1000)])
    drawn = Drawn(upload_view.finished([UploadedFile("all.zip")], summary))
    assert sum(tag == "li" for tag, _ in drawn.elements) == 201
    assert "and 800 more" in drawn.text


def test_the_drop_zone_knows_the_limits() -> None:
    limits = Limits.of(50, 7)
    drawn = Drawn(upload_view.drop_zone(limits))
    assert "50 MB a file, 7 files at once" in drawn.text
    assert drawn.values("data-files") == ["7"]
    assert drawn.values("data-largest") == [str(limits.file_bytes)]


def test_health_is_said_plainly() -> None:
    sound = Health({"python": "3.11"}, "hashing@256", "l", True, 4, 2, 9, ())
    assert "The library is sound." in Drawn(notices.health(sound, deep=True)).text
    ill = replace(sound, problems=("the index is damaged; the next question rebuilds it",))
    text = Drawn(notices.health(ill, deep=False)).text
    assert "1 problem" in text
    assert "The index is damaged; the next question rebuilds it." in text
    noted = replace(sound, notes=("3 files cannot be checked",))
    text = Drawn(notices.health(noted, deep=True)).text
    assert "The library is sound." in text
    assert "3 files cannot be checked." in text


def test_a_damaged_document_stands_in_the_list_with_what_to_do() -> None:
    reason = "the document '<b>.txt' is damaged; mend it"
    damaged = DamagedDocument("0" * 64, "folder/<b>.txt", reason)
    everything = Holdings([entry(1)], [], {}, [damaged])
    for wanted in (Filter(), Filter(state="damaged"), *map(order, ORDERS)):
        shown = document_list.document_list(everything, wanted)
        assert "The document &#39;&lt;b&gt;.txt&#39; is damaged; mend it." in shown
        assert '<span class="damaged">Damaged</span>' in shown
        assert 'data-verb="forget"' not in shown
    assert "is damaged" not in document_list.document_list(everything, Filter(state="read"))


def order(name: str) -> Filter:
    return Filter(order=name)
