import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const pageWith = (width = 1440, size = { width: 300, height: 200 }) => {
  const browser = new Browser("http://127.0.0.1:7860/ask", width);
  browser.link = browser.add("a.cite", { href: "#evidence-1-1" }, "1");
  browser.quote = browser.make("mark", {}, "the very words");
  browser.card = browser.make("article#evidence-1-1.card", {},
    browser.make("header", {}, "A title"), browser.make("p.link"),
    browser.make("div.source", {}, browser.quote));
  browser.fold = browser.add("details", {}, browser.card);
  browser.opened = [];
  browser.window.pinciteSource = {
    isNarrow: () => width < 900, open: (link) => browser.opened.push(link),
  };
  const make = browser.document.createElement;
  browser.document.createElement = (name) =>
    Object.assign(make(name), { rectangle: { left: 0, top: 0, ...size } });
  browser.run("citations.js");
  browser.preview = () => browser.document.getElementById("preview");
  browser.point = (at) => browser.send(at, "mouseover");
  return browser;
};

test("a mark that is pointed at shows its title and its passage, and nothing else of the card", () => {
  const browser = pageWith();
  browser.point(browser.link);
  assert.equal(browser.preview().textContent, "A titlethe very words");
  assert.equal(browser.preview().role, "tooltip");
  assert.equal(browser.link.getAttribute("aria-describedby"), "preview");
});

test("the preview stays while it is pointed at, and goes when something else is", () => {
  const browser = pageWith();
  browser.point(browser.link);
  browser.point(browser.preview().children[0]);
  assert.ok(browser.preview());
  browser.point(browser.document.body);
  assert.equal(browser.preview(), null);
  assert.equal(browser.link.hasAttribute("aria-describedby"), false);
});

test("a preview is inside the window and covers no part of its mark, where there is room for that", () =>
  forAll(({ whole }) => {
    const size = { width: whole(50, 300), height: whole(20, 350) };
    const browser = pageWith(whole(360, 2000), size);
    const { innerWidth, innerHeight } = browser.window;
    const mark = { left: whole(0, innerWidth - 20), top: whole(0, innerHeight - 20), width: 20, height: 20 };
    browser.link.rectangle = mark;
    browser.point(browser.link);
    const [left, top] = ["left", "top"].map((side) => parseFloat(browser.preview().style[side]));
    assert.ok(left >= 8 && left + size.width + 8 <= innerWidth, `left ${left}`);
    assert.ok(top >= 8 && top + size.height <= innerHeight, `top ${top}`);
    assert.ok(top >= mark.top + 20 || top + size.height <= mark.top, "covers its mark");
  }));

for (const [what, act] of Object.entries({
  Escape: (browser) => browser.send(browser.document.body, "keydown", { key: "Escape" }),
  "scrolling the page": (browser) => browser.send(browser.document.body, "scroll"),
  "closing a dialog": (browser) => browser.add("dialog").close(),
  "moving the focus on": (browser) => browser.add("button").focus(),
}))
  test(`${what} takes the preview away`, () => {
    const browser = pageWith();
    browser.link.focus();
    assert.ok(browser.preview());
    act(browser);
    assert.equal(browser.preview(), null);
  });

test("scrolling in the preview leaves it there", () => {
  const browser = pageWith();
  browser.point(browser.link);
  browser.send(browser.preview(), "scroll");
  assert.ok(browser.preview());
});

test("a mark that is followed unfolds its card, brings it into sight and gives it the focus", () => {
  const browser = pageWith();
  const event = browser.send(browser.link, "click");
  assert.ok(event.defaultPrevented);
  assert.equal(browser.fold.open, true);
  assert.deepEqual(browser.card.scrolls, [{ block: "start", behavior: "smooth" }]);
  assert.equal(browser.document.activeElement, browser.card);
  assert.ok(browser.card.classList.contains("chosen"));
});

test("of a card that is higher than the window its marked words come into sight", () => {
  const browser = pageWith();
  browser.card.rectangle = { left: 0, top: 0, width: 300, height: 5000 };
  browser.prefers.calm = true;
  browser.link.click();
  assert.deepEqual(browser.card.scrolls, []);
  assert.deepEqual(browser.quote.scrolls, [{ block: "center", behavior: "auto" }]);
});

test("one card is chosen at a time", () => {
  const browser = pageWith();
  browser.add("article#evidence-1-2.card");
  const other = browser.add("a.cite", { href: "#evidence-1-2" });
  browser.link.click();
  other.click();
  assert.deepEqual(browser.document.querySelectorAll(".chosen").map(({ id }) => id), ["evidence-1-2"]);
});

test("on a phone a mark opens its card over the answer", () => {
  const browser = pageWith(360);
  browser.link.click();
  assert.deepEqual(browser.opened, [browser.link]);
  assert.deepEqual(browser.card.scrolls, []);
});

test("a mark without a card is left to the browser", () => {
  const browser = pageWith();
  browser.card.remove();
  assert.equal(browser.send(browser.link, "click").defaultPrevented, false);
  browser.point(browser.link);
  assert.equal(browser.preview(), null);
});
