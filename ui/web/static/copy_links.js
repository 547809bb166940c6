/* Copies the address of a quote, or an answer in a form of the person's choice. Where the clipboard
   is not allowed, the address is shown to be copied, and the answer is saved. */
"use strict";
(() => {
  const SHOWN_MS = 1500;
  const FILES = { // of an answer in each form
    markdown: ["answer.md", "text/markdown"],
    bibtex: ["quotes.bib", "application/x-bibtex"],
    ris: ["quotes.ris", "application/x-research-info-systems"],
    apa: ["quotes.txt", "text/plain"],
  };

  const labels = new WeakMap(); // what a button is called while it says something else

  const tell = (button, word) => { // for a moment
    if (!labels.has(button)) labels.set(button, [...button.childNodes]);
    button.textContent = word;
    setTimeout(() => button.replaceChildren(...labels.get(button)), SHOWN_MS);
  };

  const copy = async (button, text, otherwise) => {
    try {
      await navigator.clipboard.writeText(text);
      tell(button, "Copied");
    } catch { // there is none without a safe connection, or it is not allowed
      otherwise();
    }
  };

  const show = (button, address) => {
    const next = button.nextElementSibling;
    const field = next?.matches(".link-field") ? next : document.createElement("input");
    field.className = "link-field";
    field.readOnly = true;
    field.value = address;
    field.setAttribute("aria-label", "Link to this quote");
    button.after(field);
    field.focus();
    field.select();
  };

  const copyLink = (button) => {
    const address = new URL(button.dataset.link, location.origin).href; // not against a <base>
    copy(button, address, () => show(button, address));
  };

  const copyAnswer = (button) => {
    const turn = window.pincite.turn(Number(button.dataset.copy));
    const { as = "markdown" } = button.dataset;
    const text = as === "markdown" ? turn?.markdown : turn?.citations[as];
    if (!text) return;
    copy(button, text, () => {
      window.pincite.save(...FILES[as], text);
      tell(button, "Saved");
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-link], [data-copy]");
    if (button?.dataset.link) copyLink(button);
    else if (button) copyAnswer(button);
  });
})();
