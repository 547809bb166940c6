/* The conversation as the browser keeps it. The server draws each turn and forgets it; what was
   asked and answered stays in this browser's own storage, and is checked by the server again
   whenever it is drawn anew. */
"use strict";
window.pincite = (() => {
  const KEY = "pincite.conversations", CURRENT = "pincite.current";
  const MOST = 30, MOST_TURNS = 50, MOST_SAID = 8, PATIENCE_MS = 1500, STOPPING_MS = 5000;
  const BOX = "#question-box textarea";
  const byId = (id) => document.getElementById(id);
  const questionBox = () => document.querySelector(BOX);
  const write = (words) => { // into the box, so that Gradio hears of it
    questionBox().value = words;
    questionBox().dispatchEvent(new Event("input", { bubbles: true }));
  };
  const make = (name, className, text = "") => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  };

  let server; // redraws turns
  let number = 0; // of the newest turn; anchors are made from it
  let pending = null; // the turn that waits for its answer
  let asked = null; // its question, until the server has it
  let waiting; // the timer of its patience
  let stopped = 0; // when one was stopped
  let turns = []; // of the conversation on the screen: { question, answer, markdown }
  let alone = false; // the next question is asked without what was said before
  let linked = null; // the question of the page's address, until it is asked
  let recalled = 0; // how many questions back the box shows

  // What is kept

  const kept = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY));
      if (found?.version === 1 && Array.isArray(found.conversations)) return found.conversations;
    } catch { /* somebody else wrote there, or nobody may */ }
    return [];
  };

  const keep = (conversations) => {
    const some = conversations.slice(0, MOST);
    for (; ; some.pop()) { // the oldest go first when the browser has no more room
      try {
        return localStorage.setItem(KEY, JSON.stringify({ version: 1, conversations: some }));
      } catch {
        if (!some.length) return;
      }
    }
  };

  const current = () => sessionStorage.getItem(CURRENT);

  const keepTurns = () => {
    const id = current() ?? crypto.randomUUID?.() ?? String(Date.now());
    sessionStorage.setItem(CURRENT, id);
    const others = kept().filter((conversation) => conversation.id !== id);
    const shown = turns.slice(-MOST_TURNS).map(({ question, answer }) => ({ question, answer }));
    keep([{ id, changed: new Date().toISOString(), turns: shown }, ...others]);
  };

  // What is drawn

  const draw = (turn) => {
    const section = make("section", "turn");
    section.id = `turn-${turn.number}`;
    section.innerHTML = turn.question_html + turn.reply;
    byId(section.id)?.remove();
    byId("turns").append(section);
    byId("announcer").textContent = section.querySelector(".reply")?.innerText ?? "";
    fold();
    if (turn.evidence) {
      const shown = make("section", "newest");
      shown.dataset.question = turn.question;
      shown.innerHTML = turn.evidence;
      byId("cards").prepend(shown);
    }
    turns.push(turn);
    furnish();
    return section;
  };

  const fold = () => { // the evidence that was the newest
    const newest = document.querySelector("#cards > .newest");
    if (!newest) return;
    const folded = make("details", "earlier");
    folded.append(make("summary", "", newest.dataset.question.slice(0, 120)), ...newest.childNodes);
    newest.replaceWith(folded);
  };

  const furnish = () => {
    const empty = !turns.length && !pending;
    byId("desk").toggleAttribute("data-conversing", !empty);
    byId("desk").toggleAttribute("data-waiting", Boolean(pending));
    byId("cards").classList.toggle("bare", !byId("cards").children.length);
    for (const button of document.querySelectorAll("#bar [data-needs]"))
      button.disabled = button.dataset.needs === "turns" ? !turns.length : !kept().length;
    list();
  };

  const list = () => {
    const entries = kept().map(({ id, turns: [first] }) => {
      const item = make("li", id === current() ? "current" : "");
      const open = make("button", "title", first?.question.trim().slice(0, 90) || "…");
      open.dataset.open = id;
      open.dir = "auto";
      const remove = make("button", "remove", "Delete");
      remove.dataset.remove = id;
      remove.setAttribute("aria-label", `Delete the conversation “${open.textContent}”`);
      item.append(open, remove);
      return item;
    });
    byId("kept").replaceChildren(...entries);
  };

  const clear = () => {
    byId("turns").replaceChildren();
    byId("cards").replaceChildren();
    turns = [];
    recalled = 0;
    pending = null;
  };

  const say = (section, sentence) => {
    const reply = make("div", "reply problem");
    reply.append(make("p", "", sentence));
    section.querySelector(".reply").replaceWith(reply);
    byId("announcer").textContent = sentence;
  };

  // What happens

  const begin = (question, scope) => {
    if (!question.trim()) question = linked ?? question; // which is not in the box
    linked = null;
    number += 1;
    const section = make("section", "turn");
    section.id = `turn-${number}`;
    const bubble = make("div", "question", question.trim().slice(0, 600) || "…");
    bubble.dir = "auto";
    const reply = make("div", "reply pending");
    reply.append(make("p", "", "Reading…"));
    section.append(bubble, reply);
    byId("turns").append(section);
    pending = number;
    asked = question;
    recalled = 0;
    clearTimeout(waiting);
    waiting = setTimeout(wonder, PATIENCE_MS);
    furnish();
    section.scrollIntoView({ block: "start" });
    const history = JSON.stringify(alone ? [] : turns.slice(-MOST_SAID).flatMap(said));
    alone = false;
    return [question, scope, number, history];
  };

  // A turn as the questions after it need it: what was asked, and the words that answered. Offsets
  // count code points, and so does Array.from.
  const said = ({ question, answer }) => {
    const quote = answer?.quotes?.[0];
    if (!quote) return [{ role: "user", text: question }];
    const spans = quote.answer ? [quote.answer] : quote.highlights;
    const letters = Array.from(quote.text);
    const words = spans.map(([start, end]) => letters.slice(start - quote.start, end - quote.start));
    const text = words.map((some) => some.join("")).join(" ") || quote.text;
    const cut = Array.from(text).slice(0, 600).join("");
    return [{ role: "user", text: question }, { role: "assistant", text: cut }];
  };

  const asTyped = (button) => { // the question of its turn, without what was said before
    const id = button.closest(".turn")?.id;
    const turn = turns.find(({ number: one }) => id === `turn-${one}`);
    if (turn && !pending) ask(turn.question);
  };

  const ask = (question) => { // by itself; while another is answered, it waits in an empty box
    const draft = questionBox().value;
    if (pending && draft.trim() && draft !== asked) return;
    write(question);
    if (pending) return;
    alone = true;
    requestAnimationFrame(() => byId("ask").click()); // once Gradio has the words
  };

  const reached = () =>
    fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(() => true, () => false);

  const wonder = async () => { // nothing was heard for a while: is the server there at all?
    const turn = pending;
    const there = await reached();
    if (turn !== pending || turn === null) return;
    if (!there) return lost();
    progress("Others are asking too. Waiting…");
    waiting = setTimeout(wonder, PATIENCE_MS);
  };

  // Gradio drops what is asked, without a word in the chat, while it still tells the server of a stop,
  // and once it has noticed by itself that the server is gone. So each asking is watched: if no turn
  // has begun, we ask again, or begin it, and end it.
  const asking = (question, again) => {
    const before = number;
    if (pending) return;
    setTimeout(async () => {
      const there = number === before && (await reached());
      if (number !== before) return;
      if (there) return again(question);
      begin(question);
      lost();
    }, PATIENCE_MS);
  };

  const askAgain = (question) => { // unless another one is being written by now
    if (questionBox().value === question) byId("ask").click();
    else alone = false;
  };

  const progress = (words) => {
    const shown = pending && document.querySelector(`#turn-${pending} .pending p`);
    if (shown) shown.textContent = words;
  };

  const receive = (value) => {
    if (!value) return;
    const said = JSON.parse(value);
    if (said.number !== pending) return; // it was stopped, or belongs to another conversation
    clearTimeout(waiting);
    // Not before the server has it, and not what was written since.
    if (questionBox().value === asked) write("");
    asked = null;
    if (said.stage) {
      waiting = setTimeout(wonder, PATIENCE_MS);
      return progress(said.stage);
    }
    pending = null;
    draw(said).scrollIntoView({ block: "start" });
    keepTurns();
    furnish();
  };

  const settle = (sentence) => { // the server has ended, or was ended, without an answer
    if (!pending) return;
    const section = byId(`turn-${pending}`);
    clearTimeout(waiting);
    pending = null;
    fold(); // of this turn there is none
    say(section, sentence);
    furnish();
  };

  const stop = () => {
    stopped = Date.now();
    settle("Stopped.");
  };
  const lost = () =>
    settle("The connection was lost before the answer came. Nothing is lost; ask again.");
  const ended = () => { // of one that was stopped Gradio says it too, when another may wait by now
    if (Date.now() - stopped > STOPPING_MS) lost();
  };

  const open = async (id) => {
    const conversation = kept().find((one) => one.id === id);
    if (!conversation) return begone();
    clear();
    sessionStorage.setItem(CURRENT, id);
    const first = number + 1;
    number += conversation.turns.length;
    try {
      for (const turn of JSON.parse(await server.redraw(JSON.stringify([first, conversation.turns]))))
        draw(turn);
    } catch {
      byId("announcer").textContent = "The conversation could not be drawn; reload the page.";
    }
    furnish();
    byId("turns").lastElementChild?.scrollIntoView({ block: "start" });
  };

  const resume = () => (current() ? open(current()) : furnish());

  const askLinked = () => { // in a conversation of its own
    if (!byId("ask") || !questionBox()) return requestAnimationFrame(askLinked);
    if (linked === null) return; // another was asked meanwhile
    if (questionBox().value.trim()) { // somebody types already
      linked = null;
      return resume();
    }
    begone();
    byId("ask").click();
  };

  const begone = () => { // to the empty page
    sessionStorage.removeItem(CURRENT);
    clear();
    furnish();
  };

  const forget = (id) => {
    keep(kept().filter((conversation) => conversation.id !== id));
    if (id === current()) begone();
    furnish();
  };

  const start = (functions) => {
    if (!["desk", "turns", "cards", "kept"].every(byId)) // the page is still being built
      return requestAnimationFrame(() => start(functions));
    server = functions;
    linked = window.pinciteAddresses.linkedQuestion();
    if (linked !== null) askLinked();
    else resume();
  };

  // Saving

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE_MS);
  };

  const deeds = {
    fresh: begone,
    markdown: () =>
      save("conversation.md", "text/markdown", turns.map((turn) => turn.markdown).join("\n\n")),
    json: () => {
      const shown = turns.map(({ question, answer }) => ({ question, answer }));
      save("conversation.json", "application/json", JSON.stringify({ turns: shown }, null, 2));
    },
    purge: () => {
      keep([]);
      begone();
    },
  };

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    const menu = document.querySelector("#bar details[open]");
    if (menu && (!menu.contains(event.target) || on("[data-open]"))) menu.open = false;
    const example = on(".example");
    if (example) asking(example.textContent, () => example.click());
    else if (on("#ask")) asking(questionBox().value, askAgain);
    const button = on("[data-do], [data-open], [data-remove], [data-typed]");
    if (!button) return;
    if ("typed" in button.dataset) asTyped(button);
    else if (button.dataset.do) deeds[button.dataset.do]();
    else if (button.dataset.open) open(button.dataset.open);
    else forget(button.dataset.remove);
  });

  // The arrow keys bring earlier questions back into the box.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("#bar details[open]");
      if (menu) menu.open = false;
    }
    const box = event.target.closest?.(BOX);
    if (box && event.key === "Enter" && !event.shiftKey) asking(box.value, askAgain);
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!box || !step || (!recalled && (step < 0 || box.value))) return;
    const questions = turns.map(({ question }) => question);
    recalled = Math.min(Math.max(recalled + step, 0), questions.length);
    write(recalled ? questions[questions.length - recalled] : "");
    event.preventDefault();
  });

  const turn = (number) => turns.find((one) => one.number === number);

  return { ask, begin, receive, stop, ended, start, save, turn };
})();
