import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser, settled } from "./browser.mjs";

const LINK = "/documents/ab?span=3-8&text=a%20%26%20b#3-8";
const CITATIONS = { bibtex: "@misc{a}", ris: "TY  - GEN", apa: "A. (2020)." };

const pageWith = ({ clipboard = true } = {}) => {
  const browser = new Browser("http://127.0.0.1:7860/ask");
  if (!clipboard) browser.window.navigator.clipboard = undefined;
  browser.saved = [];
  browser.window.pincite = {
    turn: (number) => number === 2 ? { markdown: "**a**", citations: CITATIONS } : undefined,
    save: (...file) => browser.saved.push(file),
  };
  browser.run("copy_links.js");
  browser.button = (attributes, ...label) => browser.add("button", attributes, ...label);
  return browser;
};

test("the copied link is the whole address, with its words and its place", async () => {
  const browser = pageWith();
  browser.button({ "data-link": LINK }, "Copy").click();
  await settled();
  assert.deepEqual(browser.copied, [`http://127.0.0.1:7860${LINK}`]);
});

test("the button says “Copied” for a moment, then what it said before, also when clicked twice", async () => {
  const browser = pageWith();
  const hidden = browser.make("span.unseen", {}, "Copy as ");
  const button = browser.button({ "data-copy": "2" }, hidden, "Markdown");
  button.click();
  await settled();
  assert.equal(button.textContent, "Copied");
  await browser.pass(1000);
  button.click();
  await browser.pass(3000);
  assert.equal(button.textContent, "Copy as Markdown");
  assert.equal(button.children[0], hidden);
});

test("without a clipboard the address is shown, chosen, and only once", async () => {
  const browser = pageWith({ clipboard: false });
  const button = browser.button({ "data-link": LINK }, "Copy");
  for (let clicks = 0; clicks < 2; clicks += 1) {
    button.click();
    await settled();
  }
  const fields = browser.document.querySelectorAll(".link-field");
  assert.equal(fields.length, 1);
  assert.equal(fields[0].value, `http://127.0.0.1:7860${LINK}`);
  assert.ok(fields[0].selected && fields[0].readOnly);
  assert.equal(browser.document.activeElement, fields[0]);
});

for (const [form, text] of Object.entries({ markdown: "**a**", ...CITATIONS }))
  test(`an answer is copied as ${form}, and without a clipboard saved as a file`, async () => {
    const attributes = { "data-copy": "2", ...(form === "markdown" ? {} : { "data-as": form }) };
    const copying = pageWith();
    copying.button(attributes, form).click();
    await settled();
    assert.deepEqual(copying.copied, [text]);
    assert.deepEqual(copying.saved, []);
    const saving = pageWith({ clipboard: false });
    const button = saving.button(attributes, form);
    button.click();
    await settled();
    assert.equal(saving.saved.length, 1);
    assert.equal(saving.saved[0][2], text);
    assert.equal(button.textContent, "Saved");
  });

test("each form is saved under a name of its own kind", async () => {
  const browser = pageWith({ clipboard: false });
  for (const form of Object.keys(CITATIONS))
    browser.button({ "data-copy": "2", "data-as": form }).click();
  await settled();
  assert.deepEqual(browser.saved.map(([name]) => name), ["quotes.bib", "quotes.ris", "quotes.txt"]);
});

test("nothing is copied of a turn that is gone", async () => {
  const browser = pageWith();
  browser.button({ "data-copy": "7" }).click();
  await settled();
  assert.deepEqual([browser.copied, browser.saved], [[], []]);
});
