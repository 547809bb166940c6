"""What the HTML of a mail says about what is cited in it, and whether it says more than the plain.

Mail programs mark what they cite by elements of their own; a few only draw a line above it.
"""

from __future__ import annotations

import re
from typing import Literal

from pincite.ingest.readers.html.elements import words
from pincite.ingest.readers.html.tables import Table, arranging_tables
from pincite.ingest.readers.html.visibility import Element, Visibility

_WORD = re.compile(r"\w+")
# Of the HTML's different words: so many that the plain text lacks make it a shortened one, or one
# that only says that the mail is HTML. Addresses of links are in one of the two only.
_LACKING = 0.2
_CITED_CLASSES = re.compile(  # x_ is what Outlook puts before the names in a mail that it answers
    r"(?:x_)*(?:gmail_(?:quote|attr)(?:_container)?|yahoo_quoted|protonmail_quote|tutanota_quote"
    r"|moz-cite-prefix|zmail_extra|zm_\d+_parse_quote|ymail_quoted|quoted-mail|mail-?quote"
    r"|ms-outlook-mobile-reference-message|OutlookMessageHeader|cite)",
    re.IGNORECASE,
)
_REST_IDS = re.compile(
    r"(?:x_)*(?:divRplyFwdMsg|appendonsend|OLK_SRC_BODY_SECTION|reply-intro|isForwardContent"
    r"|mail-editor-reference-message-container|replySplit|stopSpelling)",
    re.IGNORECASE,
)
_OUTLOOK_RULE = re.compile(  # the grey line that Outlook draws above the fields of an earlier mail
    r"border:\s*none;\s*border-top:\s*solid\s+#(?:E1E1E1|B5C4DF|CCCCCC)", re.IGNORECASE
)


def cites(element: Element) -> Literal["", "element", "rest"]:
    """Whether an element holds what is cited from another mail, or all that comes after it does."""
    attributes = element.attrib
    if element.tag == "blockquote":
        return "element"
    if not attributes:
        return ""
    if any(map(_CITED_CLASSES.fullmatch, attributes.get("class", "").split())):
        return "element"
    if _REST_IDS.fullmatch(attributes.get("id", "")):
        return "rest"
    return "rest" if _OUTLOOK_RULE.search(attributes.get("style", "")) else ""


def holds_more(page: Element, plain: str) -> bool:
    """Whether the HTML of a mail has words that its plain text lacks, or a table."""
    visibility = Visibility(page)
    said = set(_WORD.findall(words(page, visibility, []).casefold()))
    lacking = said - set(_WORD.findall(plain.casefold()))
    if len(lacking) > _LACKING * len(said):
        return True
    arranging = arranging_tables(page)
    data = (each for each in page.iter("table") if each not in arranging)
    return any(table.holds_data and table.has_header for table in (Table(t, None) for t in data))
