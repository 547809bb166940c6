/* A citation shows its passage while it is pointed at, and leads to it when it is followed: beside
   the answer, or in a narrow window over it (`source.js`). */
"use strict";
(() => {
  const GAP = 8; // pixels between a mark and its preview
  const cardOf = (link) => document.getElementById(link.getAttribute("href").slice(1));
  let shown = null; // the preview, and the mark that it belongs to

  const hide = () => {
    shown?.link.removeAttribute("aria-describedby");
    shown?.box.remove();
    shown = null;
  };

  const show = (link) => {
    const card = cardOf(link);
    if (!card || shown?.link === link) return;
    hide();
    const box = document.createElement("div");
    box.id = "preview";
    box.role = "tooltip";
    for (const part of card.querySelectorAll(":scope > header, :scope > .source"))
      box.append(part.cloneNode(true));
    document.body.append(box);
    link.setAttribute("aria-describedby", box.id);
    const mark = link.getBoundingClientRect(), size = box.getBoundingClientRect();
    const below = mark.bottom + GAP + size.height <= innerHeight;
    box.style.left = `${Math.max(GAP, Math.min(mark.left, innerWidth - size.width - GAP))}px`;
    box.style.top = `${below ? mark.bottom + GAP : Math.max(GAP, mark.top - GAP - size.height)}px`;
    const quote = box.querySelector("mark");
    if (quote) box.scrollTop = quote.offsetTop - box.clientHeight / 3;
    shown = { box, link };
  };

  const linkOf = (event) => event.target.closest?.("a.cite");

  // Gradio's <base> would turn a bare #anchor into another address.
  document.addEventListener("click", (event) => {
    const link = linkOf(event), card = link && cardOf(link);
    if (!card) return;
    event.preventDefault();
    hide();
    if (window.pinciteSource.isNarrow()) return window.pinciteSource.open(link);
    const folded = card.closest("details");
    if (folded) folded.open = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const marked = card.querySelector(".sheet .box") ?? card.querySelector("mark");
    const target = marked && card.offsetHeight > innerHeight * 0.7 ? marked : card;
    target.scrollIntoView({ block: target === card ? "start" : "center",
                            behavior: calm ? "auto" : "smooth" });
    card.focus({ preventScroll: true });
    document.querySelector(".card.chosen")?.classList.remove("chosen");
    card.classList.add("chosen");
  });
  document.addEventListener("mouseover", (event) => {
    if (linkOf(event) && matchMedia("(hover: hover)").matches) show(linkOf(event));
    else if (!event.target.closest?.("#preview")) hide();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link?.matches(":focus-visible")) show(link);
    else hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("close", hide, true); // a dialog gave the mark its focus back
  document.addEventListener("scroll", (event) => {
    if (event.target !== shown?.box) hide();
  }, true);
})();
