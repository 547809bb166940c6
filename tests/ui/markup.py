"""What a browser would make of some HTML, for tests that look at drawings."""

from __future__ import annotations

from html.parser import HTMLParser

HARMFUL = {"script", "img", "style", "object", "embed", "svg", "base", "link", "meta", "iframe"}


class Drawn(HTMLParser):
    """The elements, their attributes and the text of some HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str | None]:
        """The attribute's values, in the elements that have it."""
        return [has[attribute] for _, has in self.elements if attribute in has]

    def does_harm(self, allowed: frozenset[str] = frozenset()) -> bool:
        """Whether an element or attribute is there that no drawing of ours has."""
        names = {name for _, has in self.elements for name in has}
        tags = {tag for tag, _ in self.elements}
        return bool(
            tags & (HARMFUL - allowed)
            or any(name.startswith("on") for name in names)
            or names & {"href", "src", "action", "formaction"}
        )
