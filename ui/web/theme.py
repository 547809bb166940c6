"""The look: system fonts only, so that nothing is fetched."""

from __future__ import annotations

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils.fonts import Font

STYLES = [
    Path(__file__).with_name(name)
    for name in ("style.css", "forms.css", "library.css", "evaluate.css")
]
ICON = Path(__file__).with_name("icon.svg")

# A citation scrolls to its card, unfolding it where it is folded. It is done by hand because
# Gradio's <base> would turn a bare #anchor into another address.
SCRIPT = """<script>
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.cite");
  const card = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!card) return;
  event.preventDefault();
  const folded = card.closest("details");
  if (folded) folded.open = true;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  card.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  card.focus({ preventScroll: true });
});
</script>"""


def theme() -> Base:
    """Gradio's plainest theme with our fonts; style.css does the rest."""
    sans = [Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "sans-serif")]
    mono = [Font(name) for name in ("ui-monospace", "Menlo", "Consolas", "monospace")]
    return Base(font=sans, font_mono=mono, radius_size="sm")
