import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser, settled } from "./browser.mjs";
import { forAll } from "./properties.mjs";

const LIMITS = { "data-files": 5, "data-largest": 100, "data-bytes": 250,
                 "data-too-many": "Too many files.", "data-too-large": "Too much at once." };

const pageWith = ({ tags = "", upload = (number) => [200, `["/tmp/${number}"]`] } = {}) => {
  const browser = new Browser("http://127.0.0.1:7860/library");
  browser.document.baseURI = "http://127.0.0.1:7860/";
  browser.chosen = browser.make("input", { type: "file" });
  browser.zone = browser.make("form.drop", LIMITS, browser.chosen);
  browser.zone.elements = { tags: { value: tags } };
  browser.sending = browser.make("div.sending");
  const element = browser.add("div#library-drop", {}, browser.zone, browser.sending);
  browser.uploads = []; // what Gradio is told
  browser.posted = []; // what is sent: [address, name in the form]
  browser.says = []; // how far it is
  browser.window.FormData = class { append(_, file, alias) { this.sent = { file, alias }; } };
  browser.window.XMLHttpRequest = class {
    upload = {};
    open(_, address) { this.address = String(address); }
    async send({ sent }) {
      browser.posted.push({ address: this.address, ...sent });
      await settled();
      this.upload.onprogress({ loaded: sent.file.size / 2, total: sent.file.size });
      browser.says.push(browser.sending.textContent);
      [this.status, this.responseText] = upload(browser.posted.length);
      this.onloadend();
    }
  };
  browser.call("drop.js", { element, trigger: (kind, data) => browser.uploads.push([kind, data]) });
  browser.choose = async (...files) => {
    browser.chosen.files = files;
    browser.send(browser.chosen, "change");
    await browser.settle();
  };
  browser.settle = async () => { for (let turn = 0; turn < 40; turn += 1) await settled(); };
  browser.drop = async (...items) => {
    const event = browser.send(browser.zone, "drop", { dataTransfer: { items } });
    await browser.settle();
    return event;
  };
  browser.arrived = () => browser.uploads.map(([, { files }]) => files);
  return browser;
};
const fileOf = (name, size = 10) => ({ name, size });
const entryOf = (file) => ({ isFile: true, name: file.name, file: (give) => give(file) });
const folder = (name, ...entries) => ({
  name,
  createReader: () => {
    const left = [...entries];
    return { readEntries: (give) => give(left.splice(0, 2)) }; // a browser gives them by and by
  },
});
const itemOf = (entry, file = null) => ({ webkitGetAsEntry: () => entry, getAsFile: () => file });

test("files are sent one after the other, and the server is told of them with their tags", async () => {
  const browser = pageWith({ tags: "law, 2024" });
  await browser.choose(fileOf("a.pdf"), fileOf("ü <b>.txt", 20));
  for (const { address } of browser.posted)
    assert.equal(address, "http://127.0.0.1:7860/gradio_api/upload");
  assert.deepEqual(browser.uploads, [["upload", {
    files: [{ name: "a.pdf", size: 10, path: "/tmp/1" }, { name: "ü <b>.txt", size: 20, path: "/tmp/2" }],
    tags: "law, 2024",
  }]]);
  assert.deepEqual(browser.says, ["a.pdfSending, 50 %ü <b>.txtWaiting", "a.pdfSentü <b>.txtSending, 50 %"]);
  assert.equal(browser.sending.children.length, 0);
});

test("no two files are sent under the same name", async () => {
  const browser = pageWith();
  await browser.choose(...Array.from({ length: 5 }, () => fileOf("same.txt")));
  assert.equal(new Set(browser.posted.map(({ alias }) => alias)).size, 5);
  for (const { alias } of browser.posted) assert.match(alias, /^[0-9a-f]{32}$/);
});

test("every file is reported, in order; none that is too large is sent, and none of what is too much", () =>
  forAll(async ({ list, whole }) => {
    const browser = pageWith();
    const files = list(7, () => fileOf(`f${whole(0, 99)}`, whole(0, 130)));
    await browser.choose(...files);
    const fitting = files.filter(({ size }) => size <= 100);
    const bytes = fitting.reduce((sum, { size }) => sum + size, 0);
    const refused = files.length > 5 ? "Too many files." : bytes > 250 ? "Too much at once." : "";
    assert.equal(browser.sending.textContent, refused);
    assert.deepEqual(browser.posted.map(({ file }) => file), refused ? [] : fitting);
    const [arrived = []] = browser.arrived();
    assert.deepEqual(arrived.map(({ name, size }) => ({ name, size })), refused ? [] : files);
    assert.ok(arrived.every(({ size, path }) => (size <= 100) === (path !== "")));
  }, 60));

const BAD = { refuses: [413, ""], "does not understand": [200, "<html>"], "is gone before": [0, ""] };
for (const [what, answer] of Object.entries(BAD))
  test(`a file that the server ${what} has no path, and the others still come`, async () => {
    const browser = pageWith({ upload: (number) => (number === 1 ? answer : [200, '["/tmp/x"]']) });
    await browser.choose(fileOf("a"), fileOf("b"));
    assert.deepEqual(browser.arrived()[0].map(({ path }) => path), ["", "/tmp/x"]);
    assert.match(browser.says[1], /^aNot sent/);
  });

test("what is dropped while files are being sent is sent after them", async () => {
  const browser = pageWith();
  const first = browser.choose(fileOf("a"), fileOf("b"));
  await Promise.all([first, browser.choose(fileOf("c"))]);
  assert.deepEqual(browser.arrived().map((files) => files.map(({ name }) => name)), [["a", "b"], ["c"]]);
});

test("a folder gives its files under their paths, without the hidden ones", async () => {
  const browser = pageWith();
  const [a, b, c] = ["a.txt", "b.txt", "c.txt"].map((name) => fileOf(name));
  const tree = folder("top", entryOf(fileOf(".DS_Store")), entryOf(a),
    folder("deep", entryOf(b)), folder(".git", entryOf(c)));
  await browser.drop(itemOf(tree), itemOf(entryOf(c)));
  assert.deepEqual(browser.arrived()[0].map(({ name }) => name), ["top/a.txt", "top/deep/b.txt", "c.txt"]);
});

test("a file of a folder that cannot be read keeps no other one back", async () => {
  const browser = pageWith();
  const broken = { isFile: true, name: "x", file: (give, fail) => fail(new Error("gone")) };
  await browser.drop(itemOf(folder("top", broken, entryOf(fileOf("a")))));
  assert.deepEqual(browser.arrived()[0].map(({ name }) => name), ["top/a"]);
});

test("a browser that knows no folders drops files, and text that is dropped is no file", async () => {
  const browser = pageWith();
  const event = await browser.drop({ getAsFile: () => fileOf("a") }, { getAsFile: () => null });
  assert.ok(event.defaultPrevented);
  assert.deepEqual(browser.arrived()[0].map(({ name }) => name), ["a"]);
});

test("the same file can be chosen twice, and choosing none sends nothing", async () => {
  const browser = pageWith();
  await browser.choose(fileOf("a"));
  assert.equal(browser.chosen.value, "");
  await browser.choose();
  assert.equal(browser.uploads.length, 1);
});

test("the zone shows that files are over it, until they leave or are let go of", async () => {
  const browser = pageWith();
  const over = () => browser.zone.classList.contains("over");
  const states = [];
  for (const kind of ["dragenter", "dragover", "dragleave", "dragenter"]) {
    browser.send(browser.zone, kind);
    states.push(over());
  }
  await browser.drop();
  assert.deepEqual([...states, over()], [true, true, false, true, false]);
});
