/* In a narrow window a mark opens its card in a dialog over the answer. The browser's Back closes it
   first: an open dialog has an entry of its own in the history, under the same address. */
"use strict";
window.pinciteSource = (() => {
  const NARROW = "(max-width: 899px)"; // as in style.css: the evidence is not beside the answer
  const dialog = document.createElement("dialog");
  const close = document.createElement("button");
  const body = document.createElement("div");
  const place = document.createComment("card"); // where the card stood, and goes back to
  let mark = null; // that opened the dialog

  dialog.id = "source";
  close.type = "button";
  close.className = "close";
  close.textContent = "Close";
  dialog.append(close, body);

  const cardOf = (link) => document.getElementById(link.getAttribute("href").slice(1));

  const show = (link) => {
    const card = cardOf(link);
    mark = link;
    card.before(place);
    body.replaceChildren(card);
    dialog.setAttribute("aria-label", link.getAttribute("aria-label"));
    document.body.append(dialog);
    dialog.showModal();
    const marked = card.querySelector("mark");
    dialog.scrollTop = 0;
    if (marked && marked.getBoundingClientRect().bottom > dialog.getBoundingClientRect().bottom)
      marked.scrollIntoView({ block: "center" });
  };

  const open = (link) => {
    show(link);
    history.pushState({ source: link.hash }, ""); // the address stays
  };

  dialog.addEventListener("close", () => {
    if (place.isConnected) place.replaceWith(body.firstChild); // unless its turn is gone
    body.replaceChildren();
    mark.focus({ preventScroll: true });
    if (history.state?.source) history.back();
  });
  dialog.addEventListener("click", ({ target }) => { // the dialog itself is only its backdrop
    if (target === dialog || target === close) dialog.close();
  });
  addEventListener("popstate", ({ state }) => {
    if (dialog.open) return dialog.close();
    const link = state?.source && document.querySelector(`a.cite[href="${state.source}"]`);
    if (link && cardOf(link)) show(link); // Forward
  });
  if (history.state?.source) history.back(); // the page was loaded again, and nothing is open

  return { isNarrow: () => matchMedia(NARROW).matches, open };
})();
