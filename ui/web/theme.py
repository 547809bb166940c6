"""The look: system fonts only, so that nothing is fetched."""

from __future__ import annotations

from gradio.themes import Base
from gradio.themes.utils.fonts import Font

from pincite.ui.web import static

STYLES = [
    static.path(name)
    for name in (
        *("palette.css", "style.css", "source.css", "forms.css", "library.css"),
        "evaluate.css",
    )
]
ICON = static.path("icon.svg")

SCRIPT = "".join(
    f"<script>{static.text(name)}</script>"
    for name in (
        *("storage.js", "server_storage.js", "turns.js", "feedback.js", "conversation.js"),
        *("source.js", "citations.js", "sheets.js", "copy_links.js", "tabs.js", "addresses.js"),
    )
)


def theme() -> Base:
    """Gradio's plainest theme with our fonts; style.css does the rest."""
    sans = [Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "sans-serif")]
    mono = [Font(name) for name in ("ui-monospace", "Menlo", "Consolas", "monospace")]
    return Base(font=sans, font_mono=mono, radius_size="sm")
