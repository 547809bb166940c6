/* Each page has an address: it is opened from it, and Back and Forward lead from page to page. */
"use strict";
window.pinciteAddresses = (() => {
  const TAB = '#rooms > .tab-wrapper [role="tab"]';
  const addressOf = (tab) => `/${tab.textContent.trim().toLowerCase()}`;
  const here = () => (location.pathname === "/" ? "/ask" : location.pathname);
  const tabHere = () => [...document.querySelectorAll(TAB)].find((tab) => addressOf(tab) === here());

  const open = () => { // again until Gradio has built the page and opened it
    const tab = tabHere();
    if (tab?.getAttribute("aria-selected") === "true") return;
    tab?.click();
    requestAnimationFrame(open);
  };

  const linkedQuestion = () => { // of the address, once: it is gone from it afterwards
    if (location.pathname !== "/ask") return null;
    const question = new URLSearchParams(location.search).get("q");
    if (question !== null) history.replaceState(null, "", location.pathname);
    return question;
  };

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.(TAB);
    if (tab && addressOf(tab) !== here()) history.pushState(null, "", addressOf(tab));
  });
  addEventListener("popstate", open);
  open();
  return { linkedQuestion };
})();
