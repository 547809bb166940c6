import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "./browser.mjs";

const pageWith = (shownFor = "ab", ...guide) => {
  const browser = new Browser();
  browser.questions = browser.add("div#library-questions");
  browser.shown = browser.make("div.asked", { "data-document": shownFor }, ...guide);
  browser.add("div#library-document", {}, browser.make("div.guide", {}, browser.shown));
  browser.come = (id, text) =>
    browser.questions.replaceChildren(browser.make("div.asked", { "data-document": id }, text));
  const watch = (_, told) => { browser.told = told; };
  browser.call("guide.js", { element: browser.questions, watch });
  browser.guide = () => browser.document.querySelector("#library-document .guide").textContent;
  return browser;
};

test("the questions are put into the guide of their document when they come", () => {
  const browser = pageWith("ab", "Looking…");
  browser.come("ab", "What is it?");
  browser.told();
  assert.equal(browser.guide(), "What is it?");
});

test("the questions of another document stay out of it, and so does nothing at all", () => {
  const browser = pageWith("ab", "Looking…");
  browser.told();
  browser.come("cd", "What is it?");
  browser.told();
  assert.equal(browser.guide(), "Looking…");
});

test("a guide that is drawn after its questions came gets them, unless it has some already", () => {
  const browser = pageWith("ab", "Typed by somebody");
  browser.come("ab", "What is it?");
  browser.window.pinciteGuideDrawn();
  assert.equal(browser.guide(), "Typed by somebody");
  browser.shown.append(browser.make("p.waiting"));
  browser.window.pinciteGuideDrawn();
  assert.equal(browser.guide(), "What is it?");
});

test("the same questions can be put in again, after the guide was drawn anew", () => {
  const browser = pageWith("ab", "Looking…");
  browser.come("ab", "What is it?");
  browser.told();
  browser.document.querySelector("#library-document .asked").replaceChildren(browser.make("p.waiting"));
  browser.window.pinciteGuideDrawn();
  assert.equal(browser.guide(), "What is it?");
});
