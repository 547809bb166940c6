/* Draws the turns of a conversation, their evidence, and the list of the conversations kept. */
"use strict";
window.pinciteTurns = (() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, className, text = "") => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const announce = (sentence) => { byId("announcer").textContent = sentence; };

  // HTML that our server made, in which it escaped every word from outside.
  const put = (section, html) => {
    section.innerHTML = html; // oxlint-disable-line no-restricted-properties
  };

  const begin = (number, question) => { // a turn that waits for its answer
    const section = make("section", "turn");
    section.id = `turn-${number}`;
    const bubble = make("div", "question", question.trim().slice(0, 600) || "…");
    bubble.dir = "auto";
    const reply = make("div", "reply pending");
    reply.append(make("p", "", "Reading…"));
    section.append(bubble, reply);
    byId("turns").append(section);
    return section;
  };

  const progress = (number, words) => {
    const shown = document.querySelector(`#turn-${number} .pending p`);
    if (shown) shown.textContent = words;
  };

  const draw = (turn) => {
    const section = make("section", "turn");
    section.id = `turn-${turn.number}`;
    put(section, turn.question_html + turn.reply);
    byId(section.id)?.remove();
    byId("turns").append(section);
    if (!turn.partial) announce(section.querySelector(".reply")?.innerText ?? "");
    const newest = document.querySelector("#cards > .newest");
    if (newest?.dataset.turn === section.id) newest.remove(); // drawn while it was written
    else fold();
    if (turn.evidence) {
      const shown = make("section", "newest");
      shown.dataset.turn = section.id;
      shown.dataset.question = turn.question;
      put(shown, turn.evidence);
      byId("cards").prepend(shown);
    }
    return section;
  };

  const write = (number, html) => { // what is written so far, over its quotes
    const shown = document.querySelector(`#turn-${number} .written`);
    if (!shown) return;
    const holder = make("div", "");
    put(holder, html);
    shown.replaceWith(...holder.childNodes);
  };

  const stopWriting = (number, sentence) => { // what is checked stays
    const shown = document.querySelector(`#turn-${number} .writing`);
    if (shown) shown.textContent = sentence;
    announce(sentence);
  };

  const fold = () => { // the evidence that was the newest
    const newest = document.querySelector("#cards > .newest");
    if (!newest) return;
    const folded = make("details", "earlier");
    folded.append(make("summary", "", newest.dataset.question.slice(0, 120)), ...newest.childNodes);
    newest.replaceWith(folded);
  };

  const fail = (number, sentence) => { // in place of an answer; of this turn there is no evidence
    fold();
    const reply = make("div", "reply problem");
    reply.append(make("p", "", sentence));
    byId(`turn-${number}`).querySelector(".reply").replaceWith(reply);
    announce(sentence);
  };

  const clear = () => {
    byId("turns").replaceChildren();
    byId("cards").replaceChildren();
  };

  const furnish = (some, waiting, conversations, current) => {
    byId("desk").toggleAttribute("data-conversing", some || waiting);
    byId("desk").toggleAttribute("data-waiting", waiting);
    byId("cards").classList.toggle("bare", !byId("cards").children.length);
    for (const button of document.querySelectorAll("#bar [data-needs]"))
      button.disabled = button.dataset.needs === "turns" ? !some : !conversations.length;
    byId("kept").replaceChildren(...conversations.map((one) => entry(one, current)));
  };

  const entry = ({ id, title }, current) => {
    const item = make("li", id === current ? "current" : "");
    const open = make("button", "title", title?.trim().slice(0, 90) || "…");
    open.dataset.open = id;
    open.dir = "auto";
    const remove = make("button", "remove", "Delete");
    remove.dataset.remove = id;
    remove.setAttribute("aria-label", `Delete the conversation “${open.textContent}”`);
    item.append(open, remove);
    return item;
  };

  const say = (sentence) => { byId("not-kept").textContent = sentence; }; // of what is kept
  const place = (sentence) => { if (sentence) byId("kept-where").textContent = sentence; };

  return {
    announce, say, place, begin, progress, draw, write, stopWriting, fail, clear, furnish,
  };
})();
