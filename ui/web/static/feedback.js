/* Whether an answer helped: two buttons below each, where the server takes ratings. What is pressed
   goes to the server with the answer and what was said before it. */
"use strict";
window.pinciteFeedback = (() => {
  const NAMES = { up: "Helpful", down: "Not helpful" };
  const LOST = "the server cannot be reached; look whether it still runs";

  const rate = async (verdict, { answer }, history) => { // gives a sentence when it is not kept
    try {
      const given = await fetch("/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ verdict, answer, history: JSON.parse(history) }),
      });
      if (given.ok) return "";
      const said = await given.json().catch(() => ({}));
      return `Not kept: ${said.detail ?? `the server answered with ${given.status}`}.`;
    } catch {
      return `Not kept: ${LOST}.`;
    }
  };

  const offer = (section, turn, history) => { // below a turn that was just drawn
    if (!turn.answer || !document.querySelector("#bar [data-rates]")) return;
    const group = document.createElement("p");
    group.className = "rate";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Did this answer help?");
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    let sending = false;
    const buttons = Object.entries(NAMES).map(([verdict, name]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.dataset.rate = verdict;
      button.textContent = name;
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", async () => {
        if (sending || button.getAttribute("aria-pressed") === "true") return;
        sending = true;
        const sentence = await rate(verdict, turn, history);
        sending = false;
        told.textContent = sentence || "Thank you.";
        if (sentence) return;
        for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      });
      return button;
    });
    group.append(...buttons, told);
    section.append(group);
  };

  return { offer };
})();
