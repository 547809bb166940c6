import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "./browser.mjs";
import { Chat } from "./chat.mjs";

const rating = async (given) => {
  const chat = await new Chat({ bar: { "data-rates": "" } }).start();
  chat.answers = given ?? (() => ({ ok: true, status: 204 }));
  return chat;
};
const buttonsOf = (chat, number) => chat.turns[number - 1].querySelectorAll("[data-rate]");
const pressed = (chat, number) =>
  buttonsOf(chat, number).map((button) => button.getAttribute("aria-pressed"));
const told = (chat, number) => chat.turns[number - 1].querySelector(".rate span").textContent;
const sentTo = (chat) => chat.requests.filter(([path]) => path === "/feedback")
  .map(([, { method, body }]) => [method, JSON.parse(body)]);

test("an answer is rated with what was said before it, and the button stays pressed", async () => {
  const chat = await rating();
  chat.answer("first?");
  chat.answer("second?", { answer: { question: "second?", quotes: [] } });
  const [up] = buttonsOf(chat, 2);
  assert.equal(up.textContent, "Helpful");
  up.click();
  await settled();
  assert.deepEqual(pressed(chat, 2), ["true", "false"]);
  assert.deepEqual(pressed(chat, 1), ["false", "false"]);
  assert.equal(told(chat, 2), "Thank you.");
  assert.deepEqual(sentTo(chat), [["POST", {
    verdict: "up",
    answer: { question: "second?", quotes: [] },
    history: [{ role: "user", text: "first?" }],
  }]]);
});

test("the other button takes its place, and the same one sends nothing more", async () => {
  const chat = await rating();
  chat.answer("first?");
  const [up, down] = buttonsOf(chat, 1);
  for (const button of [up, up, down, down]) {
    button.click();
    await settled();
  }
  assert.deepEqual(pressed(chat, 1), ["false", "true"]);
  assert.deepEqual(sentTo(chat).map(([, { verdict }]) => verdict), ["up", "down"]);
});

test("what is pressed while another is sent sends nothing", async () => {
  const chat = await rating();
  chat.answer("first?");
  for (const button of buttonsOf(chat, 1)) button.click();
  await settled();
  assert.equal(sentTo(chat).length, 1);
});

test("a rating that is not kept says why, and its button is not pressed", async () => {
  const refusals = [
    [() => ({ ok: false, status: 409, json: async () => ({ detail: "ask again" }) }), /ask again/],
    [() => ({ ok: false, status: 502, json: async () => { throw new Error(""); } }), /with 502/],
    [() => { throw new TypeError("Failed to fetch"); }, /cannot be reached/],
  ];
  for (const [answers, sentence] of refusals) {
    const chat = await rating(answers);
    chat.answer("first?");
    buttonsOf(chat, 1)[0].click();
    await settled();
    assert.match(told(chat, 1), sentence);
    assert.deepEqual(pressed(chat, 1), ["false", "false"]);
  }
});

test("a question that was asked as typed is rated without what was said before", async () => {
  const chat = await rating();
  chat.answer("first?");
  chat.pincite.ask("of the guide?");
  await chat.pass(20);
  chat.answer(chat.box.value);
  buttonsOf(chat, 2)[1].click();
  await settled();
  assert.deepEqual(sentTo(chat)[0][1].history, []);
});

test("there is nothing to press without an answer, or where the server takes no ratings", async () => {
  const chat = await rating();
  chat.answer("first?", { answer: null });
  assert.equal(buttonsOf(chat, 1).length, 0);
  const other = await new Chat().start();
  other.answer("first?");
  assert.equal(buttonsOf(other, 1).length, 0);
});
