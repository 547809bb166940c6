import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser, settled } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const pageWith = (answer, { ok = true } = {}) => {
  const browser = new Browser("http://127.0.0.1:7860/ask");
  browser.answers = () => ({ ok, json: async () => answer });
  browser.run("sheets.js");
  browser.place = browser.add("div.sheets", { "data-document": "ab", "data-start": "3", "data-end": "8" });
  browser.change = () => { for (const told of browser.observers.mutation) told(); };
  browser.come = async (isIntersecting = true) => {
    for (const observer of browser.observers.near)
      observer.told([...observer.watched].map((target) => ({ target, isIntersecting })));
    await settled();
  };
  return browser;
};
const BOX = { left: 0.1, top: 0.25, right: 0.6, bottom: 0.5 };
const PAGES = { pages: { 2: { width: 600, height: 800 }, 3: { width: 800, height: 600 } },
                boxes: [{ page: 2, ...BOX }, { page: 3, ...BOX }, { page: 3, ...BOX }] };

test("pages are fetched when they come near the window, once, and not before", async () => {
  const browser = pageWith(PAGES);
  browser.change();
  await browser.come(false);
  assert.deepEqual(browser.requests, []);
  await browser.come();
  browser.change();
  await browser.come();
  assert.deepEqual(browser.requests.map(([path]) => path), ["/api/v1/documents/ab/boxes?start=3&end=8"]);
});

test("each page has its own picture in its own shape, with its own boxes on it", async () => {
  const browser = pageWith(PAGES);
  browser.change();
  await browser.come();
  const sheets = browser.place.children;
  assert.deepEqual(sheets.map((sheet) => sheet.style.aspectRatio), ["600 / 800", "800 / 600"]);
  assert.deepEqual(sheets.map((sheet) => sheet.querySelector("img").src),
    ["/api/v1/documents/ab/pages/2", "/api/v1/documents/ab/pages/3"]);
  assert.deepEqual(sheets.map((sheet) => sheet.querySelectorAll(".box").length), [1, 2]);
  assert.equal(sheets[0].querySelector("img").alt, "Page 2, with the quote marked");
});

test("a box lies at its place on the page and never leaves it", () =>
  forAll(async ({ whole }) => {
    const [left, top] = [whole(0, 99) / 100, whole(0, 99) / 100];
    const right = whole(left * 100, 100) / 100, bottom = whole(top * 100, 100) / 100;
    const box = { page: 2, left, top, right, bottom };
    const browser = pageWith({ pages: { 2: { width: 6, height: 8 } }, boxes: [box] });
    browser.change();
    await browser.come();
    const { style } = browser.place.querySelector(".box");
    const share = (side) => parseFloat(style[side]) / 100;
    assert.ok(Math.abs(share("left") - box.left) + Math.abs(share("top") - box.top) < 1e-9);
    assert.ok(Math.abs(share("left") + share("width") - box.right) < 1e-9);
    assert.ok(Math.abs(share("top") + share("height") - box.bottom) < 1e-9);
  }, 50));

test("why a page is not shown stands in its place, as text", async () => {
  const browser = pageWith({ detail: "<b>The file</b> is gone." }, { ok: false });
  browser.change();
  await browser.come();
  assert.equal(browser.place.textContent, "The page is not shown: <b>The file</b> is gone.");
});

test("a server that does not answer is said too", async () => {
  const browser = pageWith(null);
  browser.answers = () => { throw new TypeError("Failed to fetch"); };
  browser.change();
  await browser.come();
  assert.equal(browser.place.textContent, "The page is not shown: Failed to fetch");
});
