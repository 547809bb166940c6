import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const pageWith = (...children) => {
  const browser = new Browser("http://127.0.0.1:7860/library");
  browser.window.FormData = class extends Map {
    constructor(form) { super(Object.entries(form.fields ?? {})); }
  };
  browser.element = browser.add("div#library-shelf", {}, ...children.map((make) => make(browser)));
  browser.sent = [];
  browser.props = {};
  browser.call("actions.js", {
    element: browser.element,
    props: browser.props,
    trigger: (kind, data) => browser.sent.push([kind, data]),
    watch: (_, told) => { browser.drawn = (value = "") => { browser.props.value = value; told(); }; },
  });
  return browser;
};
const button = (verb, rectangle) => (browser) =>
  Object.assign(browser.make("button", { "data-verb": verb }), { rectangle });
const form = (verb, fields, ...children) => (browser) =>
  Object.assign(
    browser.make("form", { "data-verb": verb }, ...children.map((make) => make(browser))), { fields });
const PLACE = { left: 10, top: 10, width: 50, height: 20 };

test("a button sends what stands on it", () => {
  const browser = pageWith((at) => at.make("button", { "data-verb": "open", "data-id": "ab" }));
  browser.element.children[0].click();
  assert.deepEqual(browser.sent, [["submit", { verb: "open", id: "ab" }]]);
});

test("a button that is off sends nothing", () => {
  const browser = pageWith(button("open"));
  browser.element.children[0].disabled = true;
  browser.element.children[0].click();
  assert.deepEqual(browser.sent, []);
});

test("what counts is what the button said when it was pressed, and it counts once", async () => {
  const browser = pageWith(button("remove", PLACE));
  const [pressed] = browser.element.children;
  browser.send(pressed, "pointerdown", { button: 0 });
  pressed.dataset.verb = "restore"; // drawn anew meanwhile
  browser.send(pressed, "mouseup", { clientX: 20, clientY: 20 });
  browser.send(pressed, "click", { clientX: 20, clientY: 20 });
  await browser.pass(10);
  assert.deepEqual(browser.sent, [["submit", { verb: "remove" }]]);
});

test("a button that is gone by the time it is released counts too", async () => {
  const browser = pageWith(button("remove", PLACE));
  browser.send(browser.element.children[0], "pointerdown", { button: 0 });
  browser.element.replaceChildren();
  browser.send(browser.element, "mouseup", { clientX: 20, clientY: 20 }); // and no click follows
  await browser.pass(10);
  assert.deepEqual(browser.sent, [["submit", { verb: "remove" }]]);
});

test("a press counts exactly where it is released on the place of its button", () =>
  forAll(async ({ whole }) => {
    const browser = pageWith(button("remove", PLACE));
    const [x, y] = [whole(0, 70), whole(0, 40)];
    browser.send(browser.element.children[0], "pointerdown", { button: 0 });
    browser.send(browser.document.body, "mouseup", { clientX: x, clientY: y });
    await browser.pass(10);
    assert.equal(browser.sent.length, Number(x >= 10 && x < 60 && y >= 10 && y < 30));
  }));

test("the other buttons of a mouse press nothing", async () => {
  const browser = pageWith(button("remove", PLACE));
  browser.send(browser.element.children[0], "pointerdown", { button: 2 });
  browser.send(browser.element, "mouseup", { clientX: 20, clientY: 20 });
  await browser.pass(10);
  assert.deepEqual(browser.sent, []);
});

test("a form sends its fields, and one for a tag is empty afterwards", () => {
  const browser = pageWith(form("tag", { tag: "law" }), form("rename", { title: "T" }));
  const [tag, rename] = browser.element.children;
  for (const one of [tag, rename]) assert.ok(browser.send(one, "submit").defaultPrevented);
  assert.deepEqual(browser.sent.map(([, data]) => data),
    [{ verb: "tag", tag: "law" }, { verb: "rename", title: "T" }]);
  assert.deepEqual([tag.wasReset, rename.wasReset], [true, undefined]);
});

test("who types into the filter is waited for, who chooses is not", async () => {
  const browser = pageWith(form("filter", { words: "a" },
    (at) => at.make("input", { type: "search" }), (at) => at.make("select")));
  const [search, select] = browser.element.children[0].children;
  for (let letters = 0; letters < 3; letters += 1) {
    browser.send(search, "input");
    await browser.pass(100);
  }
  assert.equal(browser.sent.length, 0);
  await browser.pass(60);
  assert.equal(browser.sent.length, 1);
  browser.send(select, "input");
  await browser.pass(1);
  assert.equal(browser.sent.length, 2);
});

test("each filter is numbered higher than the one before, also when the clock goes back", () =>
  forAll(({ list, whole }) => {
    const browser = pageWith(form("filter", {}));
    for (const jump of list(10, () => whole(-1000, 1000))) {
      browser.clock.now += jump;
      browser.send(browser.element.children[0], "submit");
    }
    const numbers = browser.sent.map(([, { at }]) => at);
    assert.ok(numbers.every((number, index) => !index || number > numbers[index - 1]));
  }));

test("of answers that come in any order the newest that was drawn is shown", () =>
  forAll(({ list, whole }) => {
    const browser = pageWith();
    let newest = 0;
    for (const number of list(12, () => whole(1, 20))) {
      browser.drawn(`<!--${number}-->list ${number}`);
      newest = Math.max(newest, number);
      assert.equal(browser.props.value, `<!--${newest}-->list ${newest}`);
    }
  }));

test("a choice shows what the list was drawn for, unless that list knows nothing of a newer choice", () => {
  const browser = pageWith(form("filter", {}, (at) => at.make("select", { "data-value": "title" })));
  const [filter] = browser.element.children, [select] = filter.children;
  assert.equal(select.value, "title");
  browser.send(filter, "submit");
  select.value = "added";
  filter.dataset.at = String(browser.clock.now - 1);
  browser.drawn();
  assert.equal(select.value, "added");
  filter.dataset.at = String(browser.clock.now);
  browser.drawn();
  assert.equal(select.value, "title");
});

test("after an answer the focus is where a person goes on, once", () => {
  const browser = pageWith(button("remove"), (at) => at.make("button", { "data-after": "remove restore" }));
  const [remove, aim] = browser.element.children;
  remove.click();
  browser.drawn();
  assert.equal(browser.document.activeElement, aim);
  browser.document.body.focus();
  browser.drawn();
  assert.equal(browser.document.activeElement, browser.document.body);
});

test("an answer that took too long leaves the focus alone", () => {
  const browser = pageWith(button("remove"), (at) => at.make("button", { "data-after": "remove" }));
  browser.element.children[0].click();
  browser.clock.now += 10_001;
  browser.drawn();
  assert.equal(browser.document.activeElement, browser.document.body);
});

test("the guide is told whenever something was drawn", () => {
  const browser = pageWith();
  let told = 0;
  browser.window.pinciteGuideDrawn = () => { told += 1; };
  browser.drawn();
  assert.equal(told, 1);
});
