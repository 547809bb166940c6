import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const KEY = "pincite.conversations";
const storageIn = (browser) => browser.run("storage.js").pinciteStorage;
const turnsOf = (count) => Array.from({ length: count }, (_, index) => ({
  question: `q${index}`, answer: { quotes: [] }, reply: "<p>", markdown: "m",
}));

test("what is kept is read again, by another page of the browser too", () =>
  forAll(({ list, text }) => {
    const browser = new Browser();
    const storage = storageIn(browser);
    const turns = list(60, () => ({ question: text(), answer: { quotes: [{ text: text() }] } }));
    storage.keepTurns(turns);
    const [conversation] = storageIn(browser).conversations();
    assert.deepEqual(conversation.turns, turns.slice(-50));
    assert.equal(conversation.id, storage.current());
  }));

test("of a conversation with 500 turns the newest 50 are kept, without what the server drew", () => {
  const storage = storageIn(new Browser());
  storage.keepTurns(turnsOf(500));
  const [{ turns }] = storage.conversations();
  assert.equal(turns.length, 50);
  assert.deepEqual(turns.at(-1), { question: "q499", answer: { quotes: [] } });
});

test("the newest conversation stands first, each once, and never more than 30", () =>
  forAll(({ list, whole }) => {
    const storage = storageIn(new Browser());
    const changed = list(60, () => `c${whole(0, 40)}`);
    for (const id of changed) {
      storage.choose(id);
      storage.keepTurns(turnsOf(1));
    }
    const newestFirst = [...new Set(changed.reverse())].slice(0, 30);
    assert.deepEqual(storage.conversations().map(({ id }) => id), newestFirst);
  }, 50));

test("the oldest conversations go first when the browser has no more room", () => {
  const browser = new Browser();
  const storage = storageIn(browser);
  for (const id of ["old", "middle", "new"]) {
    storage.choose(id);
    browser.window.localStorage.room = id === "new" ? 250 : Infinity;
    storage.keepTurns(turnsOf(1));
  }
  assert.deepEqual(storage.conversations().map(({ id }) => id), ["new", "middle"]);
});

test("what has no room is said, and takes nothing away from what is kept", () => {
  const browser = new Browser();
  const storage = storageIn(browser);
  const keep = (id, question) => {
    storage.choose(id);
    return storage.keepTurns([{ question, answer: null }]);
  };
  assert.equal(keep("old", "one?"), "");
  assert.equal(keep("middle", "two?"), "");
  browser.window.localStorage.room = 320;
  assert.match(keep("large", "x".repeat(1000)), /^This conversation is not kept.*Save it/);
  assert.deepEqual(storage.list().map(({ id }) => id), ["middle", "old"]);
  assert.match(keep("new", "x".repeat(60)), /no more room: the oldest conversation was deleted/);
  assert.deepEqual(storage.list().map(({ id }) => id), ["new", "middle"]);
  assert.match(keep("new", "x".repeat(150)), /deleted/);
  assert.deepEqual(storage.list().map(({ title }) => title.length), [150]);
});

test("the last conversation can be deleted where there is no room left", () => {
  const browser = new Browser();
  const storage = storageIn(browser);
  storage.choose("a");
  storage.keepTurns(turnsOf(1));
  browser.window.localStorage.room = 40;
  assert.equal(storage.forget("a"), "");
  assert.deepEqual(storage.list(), []);
  assert.equal(storage.turns("a"), null);
});

test("where nothing may be written, nothing is kept and nothing is raised", () => {
  const browser = new Browser();
  browser.window.localStorage.room = -1;
  const storage = storageIn(browser);
  assert.match(storage.keepTurns(turnsOf(3)), /is not kept/);
  assert.equal(storage.forgetAll(), "");
  assert.deepEqual(storage.conversations(), []);
});

const STRANGE = ['{"version":2,"conversations":[]}', '{"version":1,"conversations":{}}'];
for (const text of ["", "{", "null", "7", ...STRANGE])
  test(`what somebody else wrote there counts as nothing: ${text || "no text"}`, () => {
    const browser = new Browser();
    browser.window.localStorage.setItem(KEY, text);
    assert.deepEqual(storageIn(browser).conversations(), []);
  });

test("a conversation is forgotten, and no other", () => {
  const storage = storageIn(new Browser());
  for (const id of ["a", "b", "c"]) {
    storage.choose(id);
    storage.keepTurns(turnsOf(1));
  }
  storage.forget("b");
  assert.deepEqual(storage.conversations().map(({ id }) => id), ["c", "a"]);
  storage.forgetAll();
  assert.deepEqual(storage.conversations(), []);
});

test("a browser without a safe connection, which makes no identifiers, keeps conversations too", () => {
  const browser = new Browser();
  browser.window.crypto = {};
  const storage = storageIn(browser);
  storage.keepTurns(turnsOf(1));
  storage.leave();
  browser.clock.now += 1;
  storage.keepTurns(turnsOf(1));
  assert.equal(new Set(storage.conversations().map(({ id }) => id)).size, 2);
});

test("the next question brings the last eight turns along", () => {
  const history = JSON.parse(storageIn(new Browser()).history(turnsOf(500)));
  const newest = turnsOf(500).slice(-8).map(({ question }) => question);
  assert.deepEqual(history.map(({ text }) => text), newest);
});

test("what is said of an answer are the words at its spans, by code points and at most 600", () =>
  forAll(({ whole, text, list }) => {
    const letters = Array.from(`x${text(900)}${"🙂".repeat(whole(0, 900))}`);
    const start = whole(0, 5000);
    const span = () => {
      const from = whole(0, letters.length - 1);
      return [start + from, start + whole(from + 1, letters.length)];
    };
    const highlights = [span(), ...list(2, span)];
    const quote = { text: letters.join(""), start, highlights };
    const turn = { question: "q", answer: { quotes: [quote] } };
    const [, { role, text: said }] = JSON.parse(storageIn(new Browser()).history([turn]));
    const words = highlights.map(([from, to]) => letters.slice(from - start, to - start).join(""));
    assert.equal(role, "assistant");
    assert.equal(said, Array.from(words.join(" ")).slice(0, 600).join(""));
  }));

test("the words that answer count more than the marked ones, and the whole quote where none are", () => {
  const { history } = storageIn(new Browser());
  const said = (fields) => {
    const quote = { text: "In 1999 it rained.", start: 10, highlights: [], ...fields };
    return JSON.parse(history([{ question: "q", answer: { quotes: [quote] } }]))[1].text;
  };
  assert.equal(said({ answer: [13, 17], highlights: [[10, 28]] }), "1999");
  assert.equal(said({}), "In 1999 it rained.");
});

test("a conversation is saved as Markdown, and as JSON that holds questions and answers only", () => {
  const { files } = storageIn(new Browser());
  const turns = [{ question: "a", answer: 1, markdown: "A", reply: "<p>" },
                 { question: "b", answer: 2, markdown: "B" }];
  assert.deepEqual(files.markdown(turns), ["conversation.md", "text/markdown", "A\n\nB"]);
  const [name, type, text] = files.json(turns);
  assert.deepEqual([name, type], ["conversation.json", "application/json"]);
  const bare = [{ question: "a", answer: 1 }, { question: "b", answer: 2 }];
  assert.deepEqual(JSON.parse(text), { turns: bare });
});
