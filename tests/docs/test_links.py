"""Links inside the documents lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors, documents, links

each = pytest.mark.parametrize("file", documents(), ids=lambda file: str(file.relative_to(ROOT)))


@each
def test_links_to_files_and_headings_lead_to_what_there_is(file: Path) -> None:
    broken = []
    for link in links(file):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_links_are_seen_in_lists_and_around_pictures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("- [a](a.md#b), ![c](c.png)\n\n```sh\n[d](e)\n```\n[![f](g.png)](h.md)\n")
    assert links(page) == ["a.md#b", "c.png", "h.md"]


def test_headings_of_the_same_name_have_anchors_of_their_own(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Ask `it`\n## Limits\n```sh\n# no heading\n```\n## Limits\n")
    assert anchors(page) == {"ask-it", "limits", "limits-1"}
