import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat, turnOf } from "./chat.mjs";
import { forAll } from "./properties.mjs";

const HOSTILE = "<img src=x onerror=alert(1)>";
const turnsIn = (chat) => chat.window.pinciteTurns;

test("what a person asks stands there as text, whatever it is", () =>
  forAll(({ text }) => {
    const chat = new Chat();
    const question = `${text(700)}${HOSTILE}`;
    const section = turnsIn(chat).begin(1, question);
    const bubble = section.querySelector(".question");
    assert.equal(bubble.textContent, question.trim().slice(0, 600));
    assert.equal(bubble.dir, "auto");
    for (const element of [section, ...section.within()]) assert.equal(element.innerHTML, undefined);
  }, 50));

test("the titles of kept conversations are text too, and an empty one has dots", () => {
  const chat = new Chat();
  const all = [HOSTILE, "  "].map((title, index) => ({ id: `c${index}`, title }));
  turnsIn(chat).furnish(true, false, [...all, { id: "none" }], "c1");
  const titles = chat.document.querySelectorAll("#kept .title");
  assert.deepEqual(titles.map((title) => title.textContent), [HOSTILE, "…", "…"]);
  assert.deepEqual(titles.map((title) => title.closest("li").className), ["", "current", ""]);
  const [remove] = chat.document.querySelectorAll("#kept .remove");
  assert.equal(remove.getAttribute("aria-label"), `Delete the conversation “${HOSTILE}”`);
});

test("an answer takes the place of the turn that waited for it", () => {
  const chat = new Chat();
  turnsIn(chat).begin(1, "first?");
  turnsIn(chat).draw(turnOf(1, "first?"));
  assert.equal(chat.turns.length, 1);
  assert.equal(chat.turns[0].innerHTML, "<p>1</p><p>reply</p>");
});

test("the newest evidence is open above, and what was before it is folded under its question", () => {
  const chat = new Chat();
  turnsIn(chat).draw(turnOf(1, HOSTILE));
  turnsIn(chat).draw(turnOf(2, "second?", { evidence: "<p>two</p>" }));
  const [newest, earlier] = chat.document.getElementById("cards").children;
  assert.equal(newest.innerHTML, "<p>two</p>");
  assert.equal(earlier.localName, "details");
  assert.equal(earlier.querySelector("summary").textContent, HOSTILE);
});

test("a turn without an answer says why, aloud too, and leaves no evidence open", () => {
  const chat = new Chat();
  turnsIn(chat).draw(turnOf(1, "first?"));
  turnsIn(chat).begin(2, "second?");
  turnsIn(chat).fail(2, "Stopped.");
  assert.equal(chat.document.querySelector("#turn-2 .problem").textContent, "Stopped.");
  assert.equal(chat.document.getElementById("announcer").textContent, "Stopped.");
  assert.equal(chat.document.querySelector("#cards > .newest"), null);
});

test("buttons that need something are off until it is there", () => {
  const chat = new Chat();
  const off = (needs) =>
    chat.document.querySelectorAll(`[data-needs=${needs}]`).map((button) => button.disabled);
  turnsIn(chat).furnish(false, true, [{ id: "a", turns: [] }], null);
  assert.deepEqual([off("turns"), off("kept")], [[true, true, true], [false]]);
  assert.ok(chat.document.getElementById("desk").hasAttribute("data-waiting"));
  turnsIn(chat).furnish(true, false, [], null);
  assert.deepEqual([off("turns"), off("kept")], [[false, false, false], [true]]);
  assert.ok(!chat.document.getElementById("desk").hasAttribute("data-waiting"));
});

test("an answer that is written is drawn with its quotes, and its sentences come over them", () => {
  const chat = new Chat();
  turnsIn(chat).draw(turnOf(1, "first?"));
  turnsIn(chat).begin(2, "second?");
  turnsIn(chat).draw(turnOf(2, "second?", { evidence: "<p>one</p>", partial: true }));
  assert.equal(chat.document.getElementById("announcer").textContent, "");
  turnsIn(chat).draw(turnOf(2, "second?", { evidence: "<p>one</p><p>two</p>" }));
  const [newest, earlier, ...more] = chat.document.getElementById("cards").children;
  assert.equal(newest.innerHTML, "<p>one</p><p>two</p>"); // in place of the one before, unfolded
  assert.equal(earlier.localName, "details");
  assert.deepEqual(more, []);
});
