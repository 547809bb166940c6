/* Leads from one page to another: a question of a guide is asked in the chat, and the empty chat leads
   to where files are dropped. */
"use strict";
(() => {
  const TRIES = 60, PAUSE_MS = 50;
  const open = (name) => {
    const tabs = [...document.querySelectorAll("#rooms [role=tab]")];
    tabs.find((tab) => tab.textContent.trim() === name)?.click();
  };
  // What stands on a page is there a moment after it has been opened for the first time.
  const toDrop = (tries = TRIES) => {
    const chooser = document.querySelector("#library .drop input[type=file]");
    if (chooser?.offsetParent || !tries) {
      chooser?.focus();
      chooser?.closest(".drop").scrollIntoView({ block: "nearest" });
    } else setTimeout(() => toDrop(tries - 1), PAUSE_MS);
  };
  const follow = ({ dataset }) => {
    if (dataset.ask) {
      open("Ask");
      window.pincite.ask(dataset.ask);
    } else {
      open("Library");
      toDrop();
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-ask], [data-room]");
    if (button) follow(button);
  });
  // Who drags files over "Drop files here" can let go of them on the page that it leads to.
  document.addEventListener("dragenter", (event) => {
    const button = event.target.closest?.("[data-room]");
    if (button) follow(button);
  });
})();
