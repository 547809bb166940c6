import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const pageWith = (width = 360) => {
  const browser = new Browser("http://127.0.0.1:7860/ask", width);
  const mark = (number) => browser.make("a.cite", {
    href: `#evidence-1-${number}`, "aria-label": `See quote ${number} in its source`,
  });
  browser.marks = [mark(1), mark(2)];
  browser.add("div#turns", {}, ...browser.marks);
  browser.cards = [1, 2].map((number) =>
    browser.make(`article#evidence-1-${number}.card`, {}, `card ${number}`));
  browser.add("div#cards", {}, ...browser.cards);
  browser.source = browser.run("source.js").pinciteSource;
  browser.dialog = () => browser.document.getElementById("source");
  browser.order = () => browser.document.getElementById("cards").children.map(({ id }) => id);
  return browser;
};
const shown = (browser) => browser.dialog()?.open ? browser.dialog().querySelector(".card").id : null;

test("the source is beside the answer from 900 pixels on, and over it below", () =>
  forAll(({ whole }) => {
    const width = whole(200, 2000);
    assert.equal(pageWith(width).source.isNarrow(), width < 900);
  }, 60));

test("a card is lent to the dialog and comes back to where it stood", () => {
  const browser = pageWith();
  browser.source.open(browser.marks[0]);
  assert.equal(shown(browser), "evidence-1-1");
  assert.equal(browser.dialog().getAttribute("aria-label"), "See quote 1 in its source");
  browser.dialog().querySelector(".close").click();
  assert.equal(shown(browser), null);
  assert.deepEqual(browser.order(), ["evidence-1-1", "evidence-1-2"]);
  assert.equal(browser.document.activeElement, browser.marks[0]);
});

test("a click beside the dialog closes it, and one into the card does not", () => {
  const browser = pageWith();
  browser.source.open(browser.marks[0]);
  browser.cards[0].click();
  assert.equal(shown(browser), "evidence-1-1");
  browser.dialog().click();
  assert.equal(shown(browser), null);
});

test("however a person opens, closes and goes Back and Forward, no card is lost and the address stays", () =>
  forAll(({ list, pick }) => {
    const browser = pageWith();
    const { history } = browser.window;
    for (const step of list(15, () => pick(["open 0", "open 1", "close", "Back", "Forward"]))) {
      const [act, number] = step.split(" ");
      if (act === "open" && !browser.dialog()?.open) browser.source.open(browser.marks[number]);
      if (act === "close" && browser.dialog()?.open) browser.dialog().close();
      if (act === "Back") history.back();
      if (act === "Forward") history.forward();
      assert.equal(browser.window.location.href, "http://127.0.0.1:7860/ask");
      const inHistory = history.state?.source?.slice(1) ?? null;
      assert.equal(shown(browser), inHistory);
      const all = [...browser.order(), ...(inHistory ? [inHistory] : [])].sort();
      assert.deepEqual(all, ["evidence-1-1", "evidence-1-2"]);
    }
    if (browser.dialog()?.open) browser.dialog().close();
    assert.deepEqual(browser.order(), ["evidence-1-1", "evidence-1-2"]);
  }));

test("Forward to a card that is gone by now opens nothing", () => {
  const browser = pageWith();
  browser.source.open(browser.marks[0]);
  browser.window.history.back();
  browser.cards[0].remove();
  browser.window.history.forward();
  assert.equal(shown(browser), null);
});

test("a card whose turn went away while it was shown does not come back", () => {
  const browser = pageWith();
  browser.source.open(browser.marks[0]);
  browser.document.getElementById("cards").replaceChildren();
  browser.dialog().close();
  assert.deepEqual(browser.order(), []);
});

test("a page that was loaded again while a card was shown goes back to its own entry", () => {
  const browser = new Browser();
  browser.window.history.pushState({ source: "#evidence-1-1" }, "");
  browser.run("source.js");
  assert.equal(browser.window.history.state, null);
});

test("the words that are marked come into sight where they are below the dialog", () => {
  const browser = pageWith();
  const mark = browser.make("mark");
  mark.rectangle = { left: 0, top: 900, width: 10, height: 20 };
  browser.cards[0].append(mark);
  browser.source.open(browser.marks[0]);
  assert.deepEqual(mark.scrolls, [{ block: "center" }]);
});
