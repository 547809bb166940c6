import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const SITE = "http://127.0.0.1:7860";
const ROOMS = ["Ask", "Library", "Evaluate"];

const pageAt = (path) => { // as Gradio builds it: with its first tab open
  const browser = new Browser(`${SITE}${path}`);
  const tabs = ROOMS.map((name) =>
    browser.make("button", { role: "tab", "aria-selected": name === "Ask" }, ` ${name} `));
  for (const tab of tabs) tab.addEventListener("click", () => {
    for (const one of tabs) one.setAttribute("aria-selected", one === tab);
  });
  browser.add("div#rooms", {}, browser.make("div.tab-wrapper", {}, ...tabs));
  browser.tab = (name) => tabs[ROOMS.indexOf(name)];
  browser.opened = () =>
    tabs.find((tab) => tab.getAttribute("aria-selected") === "true").textContent.trim();
  return browser;
};
const pathOf = (browser) => browser.window.location.pathname;

const PAGES = { "/": "Ask", "/ask": "Ask", "/library": "Library", "/evaluate": "Evaluate" };
for (const [path, name] of Object.entries(PAGES))
  test(`the address ${path} opens the page ${name} and stays as it is`, async () => {
    const browser = pageAt(path);
    browser.run("addresses.js");
    await browser.pass(100);
    assert.equal(browser.opened(), name);
    assert.equal(pathOf(browser), path);
    assert.equal(browser.window.history.entries.length, 1);
  });

test("a page that Gradio builds later is opened when it is there", async () => {
  const browser = pageAt("/library");
  const rooms = browser.document.getElementById("rooms");
  rooms.remove();
  browser.run("addresses.js");
  await browser.pass(200);
  browser.document.body.append(rooms);
  await browser.pass(100);
  assert.equal(browser.opened(), "Library");
});

test("a tab that is open already is not entered into the history again", () => {
  const browser = pageAt("/ask");
  browser.run("addresses.js");
  browser.tab("Ask").click();
  assert.equal(browser.window.history.entries.length, 1);
});

test("however a person clicks and goes Back and Forward, the page is the one of its address", () =>
  forAll(async ({ list, pick }) => {
    const browser = pageAt("/ask");
    browser.run("addresses.js");
    const { history } = browser.window;
    let been = ["Ask"], at = 0;
    for (const step of list(20, () => pick([...ROOMS, ...ROOMS, "Back", "Back", "Forward"]))) {
      if (step === "Back") {
        at = Math.max(at - 1, 0);
        history.back();
      } else if (step === "Forward") {
        at = Math.min(at + 1, been.length - 1);
        history.forward();
      } else {
        browser.tab(step).click();
        if (been[at] !== step) {
          at += 1;
          been = [...been.slice(0, at), step];
        }
      }
      await browser.pass(50);
      assert.equal(browser.opened(), been[at]);
      assert.equal(pathOf(browser), `/${been[at].toLowerCase()}`);
    }
  }));

test("a linked question is read as it was written, once, and leaves no entry in the history", () =>
  forAll(({ text }) => {
    const question = text().replace(/\p{Surrogate}/gu, "");
    const browser = pageAt(`/ask?${new URLSearchParams({ q: question })}`);
    const { linkedQuestion } = browser.run("addresses.js").pinciteAddresses;
    assert.equal(linkedQuestion(), question);
    assert.equal(browser.window.location.href, `${SITE}/ask`);
    assert.equal(linkedQuestion(), null);
    assert.equal(browser.window.history.entries.length, 1);
  }));

test("no question is linked on another page, or without one", () => {
  for (const path of ["/library?q=what", "/ask", "/ask?other=1"]) {
    const { linkedQuestion } = pageAt(path).run("addresses.js").pinciteAddresses;
    assert.equal(linkedQuestion(), null);
  }
});
