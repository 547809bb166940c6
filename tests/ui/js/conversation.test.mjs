import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "./browser.mjs";
import { Chat, turnOf } from "./chat.mjs";
import { forAll } from "./properties.mjs";

const LINK = "http://127.0.0.1:7860/ask?q=What%20is%20%C3%BC%20%26%20you%3F";
const LOST = /The connection was lost/;
const conversation = (id, ...questions) =>
  ({ id, turns: questions.map((question) => ({ question, answer: { quotes: [] } })) });
const historyOf = ([, , , history]) => JSON.parse(history).map(({ text }) => text);
const questionsOf = ({ turns }) => turns.map(({ question }) => question);
const opener = (chat, id) => chat.document.querySelector(`#kept [data-open=${id}]`);

test("each question brings along what was said before, and what was answered is kept", async () => {
  const chat = await new Chat().start();
  assert.deepEqual(historyOf(chat.answer("first?")), []);
  assert.deepEqual(historyOf(chat.answer("second?")), ["first?"]);
  assert.deepEqual(chat.kept.map(questionsOf), [["first?", "second?"]]);
});

test("after 500 turns all are on the page, eight go along, and 50 are kept", async () => {
  const chat = await new Chat().start();
  for (let asked = 0; asked < 500; asked += 1) chat.answer(`q${asked}`);
  assert.equal(chat.turns.length, 500);
  assert.deepEqual(historyOf(chat.begin("more?")),
    ["q492", "q493", "q494", "q495", "q496", "q497", "q498", "q499"]);
  assert.equal(chat.kept[0].turns.length, 50);
  assert.equal(chat.kept[0].turns.at(-1).question, "q499");
});

test("the arrow keys lead through the questions of the conversation and never out of them", () =>
  forAll(async ({ list, whole, pick }) => {
    const chat = await new Chat().start();
    const asked = Array.from({ length: whole(0, 5) }, (_, index) => `q${index}`);
    for (const question of asked) chat.answer(question);
    let back = 0;
    for (const key of list(20, () => pick(["ArrowUp", "ArrowUp", "ArrowDown"]))) {
      const event = chat.press(key);
      assert.equal(event.defaultPrevented, key === "ArrowUp" || back > 0);
      back = Math.min(Math.max(back + (key === "ArrowUp" ? 1 : -1), 0), asked.length);
      assert.equal(chat.box.value, back ? asked[asked.length - back] : "");
    }
  }, 60));

test("the arrow keys leave alone what somebody has written", async () => {
  const chat = await new Chat().start();
  chat.answer("first?");
  chat.box.value = "a draft";
  assert.equal(chat.press("ArrowUp").defaultPrevented, false);
  assert.equal(chat.box.value, "a draft");
});

test("the box is emptied once the server has the question, unless something else was written", async () => {
  const chat = await new Chat().start();
  for (const [written, left] of [["first?", ""], ["the next one", "the next one"]]) {
    const [, , number] = chat.begin("first?");
    chat.box.value = written;
    chat.receive({ number, stage: "Reading…" });
    assert.equal(chat.box.value, left);
    chat.receive(turnOf(number, "first?"));
  }
});

test("what the server is doing is shown while it answers", async () => {
  const chat = await new Chat().start();
  chat.begin("first?");
  chat.receive({ number: 1, stage: "Searching…" });
  assert.match(chat.said(1), /Searching…/);
});

test("whoever hears from the server waits on, and does not ask whether it is there", async () => {
  const chat = await new Chat().start();
  chat.begin("first?");
  for (const stage of ["Reading…", "Searching…", "Comparing…"]) {
    await chat.pass(1000);
    chat.receive({ number: 1, stage });
  }
  await chat.pass(1000);
  assert.deepEqual(chat.requests, []);
  assert.match(chat.said(1), /Comparing…/);
});

test("an answer that comes after Stop is not drawn and not kept", async () => {
  const chat = await new Chat().start();
  const [, , number] = chat.begin("first?");
  chat.pincite.stop();
  chat.receive(turnOf(number, "first?"));
  chat.pincite.ended();
  assert.match(chat.said(number), /Stopped\./);
  assert.deepEqual(chat.kept, []);
});

test("who asks again right after Stop is not told that the connection was lost", async () => {
  const chat = await new Chat().start();
  chat.begin("first?");
  chat.pincite.stop();
  chat.begin("second?");
  chat.pincite.ended(); // of the first
  assert.match(chat.said(2), /Reading…/);
});

test("an end without an answer says that the connection was lost", async () => {
  const chat = await new Chat().start();
  chat.begin("first?");
  chat.pincite.ended();
  assert.match(chat.said(1), LOST);
});

test("a long wait says that others ask too while the server is there, and that it is lost when not", async () => {
  const chat = await new Chat().start();
  chat.answers = () => ({ ok: true });
  chat.begin("first?");
  await chat.pass(2000);
  assert.match(chat.said(1), /Others are asking too/);
  chat.answers = () => { throw new TypeError("Failed to fetch"); };
  await chat.pass(2000);
  assert.match(chat.said(1), LOST);
});

test("what Gradio drops is asked once more while the server is there", async () => {
  const chat = await new Chat().start();
  chat.answers = () => ({ ok: true });
  chat.box.value = "first?";
  chat.press("Enter");
  await chat.pass(2000);
  assert.equal(chat.asks, 1);
  assert.equal(chat.turns.length, 0);
});

test("what Gradio drops is shown as lost when the server is gone", async () => {
  const chat = await new Chat().start();
  chat.box.value = "first?";
  chat.press("Enter");
  await chat.pass(2000);
  assert.match(chat.said(1), /first\?/);
  assert.match(chat.said(1), LOST);
});

test("what has begun is not asked a second time", async () => {
  const chat = await new Chat().start();
  chat.answers = () => ({ ok: true });
  chat.box.value = "first?";
  chat.press("Enter");
  chat.answer("first?");
  chat.box.value = "first?"; // typed again by now
  await chat.pass(2000);
  assert.equal(chat.asks, 0);
});

test("a question of a guide is asked by itself, without what was said before", async () => {
  const chat = await new Chat().start();
  chat.answer("first?");
  chat.pincite.ask("of the guide?");
  await chat.pass(20);
  assert.equal(chat.asks, 1);
  assert.deepEqual(historyOf(chat.answer(chat.box.value)), []);
  assert.deepEqual(historyOf(chat.answer("and then?")), ["first?", "of the guide?"]);
});

test("a question of a guide waits in the box while another is answered, but not over a draft", async () => {
  const chat = await new Chat().start();
  chat.begin("first?");
  chat.pincite.ask("of the guide?");
  assert.equal(chat.box.value, "of the guide?");
  chat.box.value = "a draft";
  chat.pincite.ask("another?");
  await chat.pass(20);
  assert.equal(chat.box.value, "a draft");
  assert.equal(chat.asks, 0);
});

test("“Ask as typed” asks the question of its own turn", async () => {
  const chat = await new Chat().start();
  chat.answer("first?");
  chat.answer("and then?");
  const button = chat.make("button", { "data-typed": "" });
  chat.turns[0].append(button);
  button.click();
  await chat.pass(20);
  assert.equal(chat.box.value, "first?");
  assert.deepEqual(historyOf(chat.begin(chat.box.value)), []);
});

test("a page that is loaded again shows its conversation, drawn anew by the server", async () => {
  const kept = [conversation("a", "one?", "two?"), conversation("b", "other?")];
  const chat = await new Chat({ kept, current: "a" }).start();
  assert.deepEqual(chat.redrawn, [kept[0].turns]);
  assert.deepEqual(chat.turns.map(({ id }) => id), ["turn-1", "turn-2"]);
  assert.deepEqual(historyOf(chat.answer("three?")), ["one?", "two?"]);
});

test("a conversation that is gone leads to the empty page", async () => {
  const chat = await new Chat({ current: "gone" }).start();
  assert.equal(chat.turns.length, 0);
  assert.equal(chat.window.sessionStorage.getItem("pincite.current"), null);
});

test("a conversation that the server cannot draw says so, and stays kept", async () => {
  const chat = new Chat({ kept: [conversation("a", "one?")], current: "a" });
  chat.redraw = async () => { throw new Error("gone"); };
  await chat.start();
  assert.match(chat.document.getElementById("announcer").textContent, /could not be drawn/);
  assert.equal(chat.kept.length, 1);
});

test("“New conversation” empties the page, and what is asked then is another conversation", async () => {
  const chat = await new Chat({ kept: [conversation("a", "one?")], current: "a" }).start();
  chat.document.querySelector("[data-do=fresh]").click();
  assert.equal(chat.turns.length, 0);
  assert.deepEqual(historyOf(chat.answer("two?")), []);
  assert.equal(chat.kept.length, 2);
});

test("the open conversation is deleted with its page, another one without", async () => {
  const kept = [conversation("a", "one?"), conversation("b", "two?")];
  const chat = await new Chat({ kept, current: "a" }).start();
  chat.document.querySelector("#kept [data-remove=b]").click();
  assert.equal(chat.turns.length, 1);
  chat.document.querySelector("#kept [data-remove=a]").click();
  assert.equal(chat.turns.length, 0);
  assert.deepEqual(chat.kept, []);
});

test("“Save” and “Delete all” do what they say", async () => {
  const chat = await new Chat().start();
  chat.answer("one?");
  for (const deed of ["markdown", "json"]) chat.document.querySelector(`[data-do=${deed}]`).click();
  assert.deepEqual(chat.downloads.map(([name]) => name), ["conversation.md", "conversation.json"]);
  chat.document.querySelector("[data-do=purge]").click();
  assert.deepEqual(chat.kept, []);
  assert.equal(chat.turns.length, 0);
});

test("a linked question is asked in a conversation of its own, once, and leaves the address", async () => {
  const kept = [conversation("a", "one?")];
  const chat = await new Chat({ address: LINK, kept, current: "a" }).start();
  assert.equal(chat.asks, 1);
  assert.equal(chat.window.location.href, "http://127.0.0.1:7860/ask");
  const [question, , , history] = chat.begin(""); // Gradio has nothing in its box
  assert.equal(question, "What is ü & you?");
  assert.deepEqual(JSON.parse(history), []);
  assert.equal(chat.begin("")[0], "");
});

test("a linked question does not push away what somebody types already", async () => {
  const chat = new Chat({ address: LINK, kept: [conversation("a", "one?")], current: "a" });
  chat.box.value = "a draft";
  await chat.start();
  assert.equal(chat.asks, 0);
  assert.equal(chat.box.value, "a draft");
  assert.equal(chat.turns.length, 1);
});

test("the page is started once Gradio has built it", async () => {
  const chat = new Chat({ kept: [conversation("a", "one?")], current: "a" });
  const desk = chat.document.getElementById("desk");
  desk.remove();
  await chat.start();
  assert.deepEqual(chat.redrawn, []);
  chat.document.body.append(desk);
  await chat.pass(100);
  assert.equal(chat.turns.length, 1);
});

test("the menu closes by Escape, by a click elsewhere, and when a conversation is opened", async () => {
  const chat = await new Chat({ kept: [conversation("a", "one?")] }).start();
  const menu = chat.document.querySelector("details");
  const opened = (act) => {
    menu.setAttribute("open", "");
    menu.open = true;
    act();
    return menu.open;
  };
  assert.equal(opened(() => chat.press("Escape")), false);
  assert.equal(opened(() => chat.document.body.click()), false);
  assert.equal(opened(() => opener(chat, "a").click()), false);
  assert.equal(opened(() => menu.click()), true);
});

test("of two conversations that are opened one after the other, the last one is shown alone", async () => {
  const kept = [conversation("a", "one?"), conversation("b", "two?", "three?")];
  const chat = await new Chat({ kept }).start();
  for (const id of ["b", "a", "b", "b"]) opener(chat, id).click();
  await settled();
  chat.answer("four?");
  const shown = chat.kept.find(({ id }) => id === "b");
  assert.deepEqual(questionsOf(shown), ["two?", "three?", "four?"]);
});

test("a conversation that is left while the server draws it does not come back", async () => {
  const chat = await new Chat({ kept: [conversation("a", "one?")] }).start();
  opener(chat, "a").click();
  chat.document.querySelector("[data-do=fresh]").click();
  await settled();
  assert.equal(chat.turns.length, 0);
});

test("while an answer is written, the next message draws it, and the last one keeps it", () => {
  const chat = new Chat();
  const [, , number] = chat.begin("first?");
  chat.receive(turnOf(number, "first?", { partial: true }));
  assert.deepEqual(chat.kept, []);
  chat.receive({ number, written: "<p>Gulls nest.</p>" });
  chat.receive({ number, stage: "Writing…" });
  assert.deepEqual(chat.kept, []);
  chat.receive(turnOf(number, "first?", { answer: { quotes: [], written: { sentences: [] } } }));
  assert.deepEqual(chat.kept[0].turns.length, 1);
  assert.deepEqual(chat.kept[0].turns[0].answer.written, { sentences: [] });
});

test("an answer that is stopped while it is written keeps its quotes", () => {
  const chat = new Chat();
  const [, , number] = chat.begin("first?");
  chat.receive(turnOf(number, "first?", { partial: true }));
  chat.pincite.stop();
  assert.equal(chat.document.querySelector(`#turn-${number} .problem`), null);
  assert.equal(chat.kept[0].turns[0].question, "first?");
  assert.equal(chat.document.getElementById("announcer").textContent, "Stopped.");
  chat.receive(turnOf(number, "first?")); // comes too late
  assert.equal(chat.kept[0].turns.length, 1);
});
