/* The conversation: what is asked, waited for, answered, stopped and opened again. The server draws
   each turn and forgets it; what was asked and answered is kept in this browser (`storage.js`), or on
   the server where it says so (`server_storage.js`), and is checked by the server again whenever it is
   drawn anew (`turns.js`). */
"use strict";
window.pincite = (() => {
  const storage = window.pinciteStorage, view = window.pinciteTurns;
  const PATIENCE_MS = 1500, STOPPING_MS = 5000;
  const BOX = "#question-box textarea";
  const byId = (id) => document.getElementById(id);
  const questionBox = () => document.querySelector(BOX);
  const write = (words) => { // into the box, so that Gradio hears of it
    questionBox().value = words;
    questionBox().dispatchEvent(new Event("input", { bubbles: true }));
  };

  let server; // redraws turns
  let kept = storage; // where conversations are
  let number = 0; // of the newest turn; anchors are made from it
  let pending = null; // the turn that waits for its answer
  let asked = null; // its question, until the server has it
  let said = "[]"; // what was said before it
  let waiting; // the timer of its patience
  let stopped = 0; // when one was stopped
  let turns = []; // of the conversation on the screen: { question, answer, markdown }
  let draft = null; // the turn that is written, with its quotes
  let alone = false; // the next question is asked without what was said before
  let linked = null; // the question of the page's address, until it is asked
  let recalled = 0; // how many questions back the box shows
  let screens = 0; // how often the screen was emptied for another conversation

  const furnish = () =>
    view.furnish(turns.length > 0, pending !== null, kept.list(), storage.current());

  const tell = async (done) => { // what is to be said of what was kept or deleted, once it is done
    const sentence = await done;
    furnish();
    if (sentence) view.say(sentence);
  };

  const refresh = () => { // the list: another tab, or another browser, may have changed it
    tell(Promise.resolve(kept.load()).then((sentence) => {
      view.place(kept.place());
      return sentence;
    }));
  };

  const show = (turn, history = storage.history(turns)) => {
    const section = view.draw(turn);
    window.pinciteFeedback.offer(section, turn, history);
    turns.push(turn);
    furnish();
    return section;
  };

  const clear = () => {
    view.clear();
    view.say("");
    screens += 1;
    turns = [];
    recalled = 0;
    pending = null;
    draft = null;
  };

  const begin = (question, scope) => {
    if (!question.trim()) question = linked ?? question; // which is not in the box
    linked = null;
    number += 1;
    const section = view.begin(number, question);
    pending = number;
    asked = question;
    recalled = 0;
    clearTimeout(waiting);
    waiting = setTimeout(wonder, PATIENCE_MS);
    furnish();
    section.scrollIntoView({ block: "start" });
    said = storage.history(alone ? [] : turns);
    alone = false;
    return [question, scope, number, said];
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

  const progress = (words) => view.progress(pending, words);

  const receive = (value) => {
    if (!value) return;
    const heard = JSON.parse(value);
    if (heard.number !== pending) return; // it was stopped, or belongs to another conversation
    clearTimeout(waiting);
    // Not before the server has it, and not what was written since.
    if (questionBox().value === asked) write("");
    asked = null;
    if (heard.stage) {
      waiting = setTimeout(wonder, PATIENCE_MS);
      return progress(heard.stage);
    }
    if (heard.written || heard.partial) return receiveDraft(heard);
    finish(heard, !draft); // whoever reads already stays where they are
  };

  const receiveDraft = (heard) => { // of an answer that is being written
    waiting = setTimeout(wonder, PATIENCE_MS);
    if (heard.written) return view.write(heard.number, heard.written);
    const section = view.draw(heard);
    if (!draft) section.scrollIntoView({ block: "start" });
    draft = heard;
  };

  const finish = (turn, scrolls) => {
    pending = null;
    draft = null;
    view.say("");
    const section = show(turn, said);
    if (scrolls) section.scrollIntoView({ block: "start" });
    tell(kept.keepTurns(turns));
    furnish();
  };

  const settle = (sentence) => { // the server has ended, or was ended, without an answer
    if (!pending) return;
    clearTimeout(waiting);
    if (draft) { // its quotes stay, and what was written of it
      view.stopWriting(pending, sentence);
      turns.push({ ...draft, answer: { ...draft.answer, written: undefined } });
      tell(kept.keepTurns(turns));
    } else view.fail(pending, sentence);
    pending = null;
    draft = null;
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
    clear();
    storage.choose(id);
    const screen = screens;
    try {
      const opened = await kept.turns(id);
      if (screen !== screens) return; // another one was opened meanwhile
      if (!opened) return begone();
      const first = number + 1;
      number += opened.length;
      const drawn = await server.redraw(JSON.stringify([first, opened]));
      if (screen !== screens) return;
      for (const turn of JSON.parse(drawn)) show(turn);
    } catch {
      if (screen !== screens) return;
      const failed = "The conversation could not be drawn; reload the page.";
      view.announce(failed);
      view.say(failed);
    }
    furnish();
    byId("turns").lastElementChild?.scrollIntoView({ block: "start" });
  };

  const resume = () => (storage.current() ? open(storage.current()) : furnish());

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
    storage.leave();
    clear();
    furnish();
  };

  const forget = (id) => {
    const done = kept.forget(id);
    if (id === storage.current()) begone();
    furnish();
    tell(done);
  };

  const start = (functions) => {
    if (!["desk", "turns", "cards", "kept", "not-kept"].every(byId)) // the page is still being built
      return requestAnimationFrame(() => start(functions));
    server = functions;
    if (document.querySelector("#bar [data-keeps]")) kept = window.pinciteServerStorage;
    refresh();
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
    markdown: () => save(...storage.files.markdown(turns)),
    json: () => save(...storage.files.json(turns)),
    purge: () => {
      const done = kept.forgetAll();
      begone();
      tell(done);
    },
  };

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    const menu = document.querySelector("#bar details[open]");
    if (menu && (!menu.contains(event.target) || on("[data-open]"))) menu.open = false;
    if (on("#bar summary")) refresh();
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
