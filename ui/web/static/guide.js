// Puts the questions that a document answers into its guide when they come, and draws nothing else
// anew: somebody may be typing there by then.
"use strict";
const put = () => {
  const found = element.querySelector(".asked");
  const shown = document.querySelector("#library-document .guide .asked");
  if (found && shown?.dataset.document === found.dataset.document)
    shown.replaceWith(found.cloneNode(true));
};
watch("value", put);

// What was drawn before they came may arrive after them.
window.pinciteGuideDrawn = () => {
  if (document.querySelector("#library-document .guide .waiting")) put();
};
