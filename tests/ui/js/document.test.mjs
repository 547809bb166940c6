import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const SITE = "http://127.0.0.1:7860";
const replacedAt = (path) => new Browser(`${SITE}${path}`, 1440);

test("the place after # is asked for once, whatever else stands in the address", () =>
  forAll(({ text, pick }) => {
    const words = text().replace(/\p{Surrogate}/gu, "");
    const query = pick(["", "?span=1-2", "?part=7", `?${new URLSearchParams({ text: words, part: "3" })}`]);
    const browser = replacedAt(`/documents/ab${query}#3-8`);
    const before = new URL(browser.window.location.href).searchParams.get("text");
    browser.run("document.js");
    assert.equal(browser.replacements.length, 1);
    const address = new URL(browser.replacements[0]);
    assert.equal(address.hash, "#3-8");
    assert.deepEqual(address.searchParams.getAll("span"), ["3-8"]);
    assert.equal(address.searchParams.get("part"), null);
    assert.equal(address.searchParams.get("text"), before);
    browser.run("document.js"); // the page that this address gives
    assert.equal(browser.replacements.length, 1);
  }));

for (const path of ["/documents/ab?span=3-8#3-8", "/documents/ab", "/documents/ab#", "/ask#3-8"])
  test(`nothing is asked anew at ${path}`, () => {
    const browser = replacedAt(path);
    browser.run("document.js");
    assert.deepEqual(browser.replacements, []);
  });

test("another place after # is followed on the open page", () => {
  const browser = replacedAt("/documents/ab?span=3-8#3-8");
  browser.run("document.js");
  browser.window.history.pushState(null, "", "#9-12");
  browser.dispatch("hashchange");
  assert.deepEqual(browser.replacements, [`${SITE}/documents/ab?span=9-12#9-12`]);
});

test("the page is dark when the system is, also when that changes", () => {
  const browser = replacedAt("/documents/ab");
  browser.run("document.js");
  const { classList } = browser.document.documentElement;
  assert.equal(classList.contains("dark"), false);
  browser.prefers.dark = true;
  for (const listener of browser.mediaListeners) listener();
  assert.equal(classList.contains("dark"), true);
});
