import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";

const pageWith = () => {
  const browser = new Browser("http://127.0.0.1:7860/ask");
  browser.clicked = [];
  const tabs = ["Ask", "Library"].map((name) => {
    const tab = browser.make("button", { role: "tab" }, ` ${name} `);
    tab.addEventListener("click", () => browser.clicked.push(name));
    return tab;
  });
  browser.add("div#rooms", {}, ...tabs);
  browser.asked = [];
  browser.window.pincite = { ask: (question) => browser.asked.push(question) };
  browser.run("tabs.js");
  browser.build = () => { // the page Library, as Gradio does it when it is opened for the first time
    const chooser = browser.make("input", { type: "file" });
    chooser.offsetParent = browser.document.body;
    browser.add("div#library", {}, browser.make("form.drop", {}, chooser));
    return chooser;
  };
  return browser;
};

test("a question of a guide opens the chat and is asked there", () => {
  const browser = pageWith();
  browser.add("button", { "data-ask": "What is <b>it</b>?" }).click();
  assert.deepEqual(browser.clicked, ["Ask"]);
  assert.deepEqual(browser.asked, ["What is <b>it</b>?"]);
});

test("“Drop files here” opens the library and waits until there is something to drop on", async () => {
  const browser = pageWith();
  browser.add("button", { "data-room": "library" }).click();
  await browser.pass(500);
  const chooser = browser.build();
  await browser.pass(100);
  assert.deepEqual(browser.clicked, ["Library"]);
  assert.equal(browser.document.activeElement, chooser);
  assert.deepEqual(chooser.closest(".drop").scrolls, [{ block: "nearest" }]);
});

test("where the library has nothing to drop on, the waiting ends", async () => {
  const browser = pageWith();
  browser.add("button", { "data-room": "library" }).click();
  await browser.pass(60_000);
  assert.deepEqual(browser.clock.timers, []);
});

test("files that are dragged over “Drop files here” lead to the library, elsewhere nowhere", () => {
  const browser = pageWith();
  browser.send(browser.add("p"), "dragenter");
  assert.deepEqual(browser.clicked, []);
  browser.send(browser.add("button", { "data-room": "library" }), "dragenter");
  assert.deepEqual(browser.clicked, ["Library"]);
});
