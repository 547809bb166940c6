import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser, settled } from "./browser.mjs";

const pageWith = (saved) => {
  const browser = new Browser();
  browser.element = browser.add("div#evaluate-report");
  browser.asked = [];
  const server = { saved: async (asked) => (browser.asked.push(asked), saved) };
  browser.call("report_frame.js", { element: browser.element, server });
  return browser;
};
const withIn = (browser, ...given) => {
  const made = browser.make(...given);
  browser.element.append(made);
  return made;
};

test("a report's frame is as high as what is in it, also when that grows", () => {
  const browser = pageWith();
  const frame = withIn(browser, "iframe");
  const body = { scrollHeight: 500 };
  frame.contentDocument = { documentElement: { ownerDocument: { body } } };
  browser.send(frame, "load");
  assert.equal(frame.style.height, "540px");
  body.scrollHeight = 900;
  body.resized();
  assert.equal(frame.style.height, "940px");
});

test("a picture that loads is not taken for a frame", () => {
  const browser = pageWith();
  const picture = withIn(browser, "img");
  browser.send(picture, "load");
  assert.equal(picture.style.height, undefined);
});

test("a report is saved under the name that the server gives it", async () => {
  const browser = pageWith({ name: "report.json", text: "{}" });
  withIn(browser, "button", { "data-save": "json", "data-number": "3" }).click();
  await settled();
  assert.deepEqual(browser.asked, [{ save: "json", number: "3" }]);
  assert.deepEqual(browser.downloads.map(([name]) => name), ["report.json"]);
});

test("a report that cannot be saved says why on its button, and no file comes", async () => {
  const browser = pageWith({ problem: "That run is gone." });
  const button = withIn(browser, "button", { "data-save": "json" });
  button.click();
  await settled();
  assert.equal(button.textContent, "That run is gone.");
  assert.deepEqual(browser.downloads, []);
});
