import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "./browser.mjs";
import { Chat } from "./chat.mjs";

const ON_SERVER = { "data-keeps": "server" };

class Server { // keeps conversations as ours does
  constructor(...ids) {
    this.kept = new Map(ids.map((id) =>
      [id, { id, title: `title of ${id}`, turns: [{ question: `${id}?`, answer: { quotes: [] } }] }]));
    this.refusal = null; // [status, detail] for what would change something
    this.waiting = null; // what a PUT waits for
    this.calls = [];
  }
  answers() {
    return async (path, { method, body } = {}) => {
      const id = path.split("/")[2];
      this.calls.push(`${method} ${path}`);
      if (method === "HEAD") return { ok: true };
      if (method !== "GET" && this.refusal) return this.given(...this.refusal);
      if (method === "PUT") {
        await this.waiting;
        const { title, turns } = JSON.parse(body);
        this.kept.delete(id);
        this.kept.set(id, { id, title, turns });
        return this.given(200, this.kept.get(id));
      }
      if (id && !this.kept.has(id)) return this.given(404, { detail: "there is none" });
      if (method === "DELETE") {
        if (id) this.kept.delete(id);
        else this.kept.clear();
        return this.given(204);
      }
      if (id) return this.given(200, this.kept.get(id));
      const conversations = [...this.kept.values()].map(({ id: one, title }) => ({ id: one, title }));
      return this.given(200, { person: "Ada <b>", conversations: conversations.reverse() });
    };
  }
  given(status, value) {
    const json = async () => {
      if (value === undefined) throw new SyntaxError("no JSON");
      return value;
    };
    return { ok: status < 300, status, json };
  }
}

const chatWith = async (server, given = {}) => {
  const chat = new Chat({ bar: ON_SERVER, ...given });
  chat.answers = server.answers();
  await chat.start();
  return chat;
};
const wait = async () => { for (let turn = 0; turn < 5; turn += 1) await settled(); };
const titles = (chat) =>
  chat.document.querySelectorAll("#kept .title").map(({ textContent }) => textContent);

test("the list is the server's, and the page says for whom it keeps them, as text", async () => {
  const chat = await chatWith(new Server("a", "b"));
  await wait();
  assert.deepEqual(titles(chat), ["title of b", "title of a"]);
  const where = chat.document.getElementById("kept-where");
  assert.equal(where.textContent, "Kept on this server for Ada <b>.");
});

test("what is answered is kept on the server and nothing of it in the browser", async () => {
  const server = new Server();
  const chat = await chatWith(server);
  chat.answer("first?");
  chat.answer("second?");
  await wait();
  const [[, { title, turns }]] = server.kept;
  assert.equal(title, "first?");
  assert.deepEqual(turns.map(({ question }) => question), ["first?", "second?"]);
  assert.deepEqual(Object.keys(turns[0]), ["question", "answer"]);
  assert.equal(chat.window.localStorage.getItem("pincite.conversations"), null);
  assert.deepEqual(titles(chat), ["first?"]);
});

test("answers that come while another is being kept are sent after it", async () => {
  const server = new Server();
  const chat = await chatWith(server);
  await wait();
  let go;
  server.waiting = new Promise((resolve) => { go = resolve; });
  chat.answer("first?");
  chat.answer("second?");
  await wait();
  assert.equal(server.calls.filter((call) => call.startsWith("PUT")).length, 1);
  go();
  await wait();
  const [[, { turns }]] = server.kept;
  assert.equal(turns.length, 2);
});

test("a page that is loaded again opens its conversation from the server, drawn anew", async () => {
  const server = new Server("a");
  const chat = await chatWith(server, { current: "a" });
  await wait();
  assert.equal(chat.redrawn.length, 1);
  chat.answer("more?");
  await wait();
  assert.deepEqual(server.kept.get("a").turns.map(({ question }) => question), ["a?", "more?"]);
  assert.equal(server.kept.get("a").title, "title of a");
});

test("a conversation that is somebody else's or gone leads to the empty page", async () => {
  const chat = await chatWith(new Server(), { current: "theirs" });
  await wait();
  assert.equal(chat.turns.length, 0);
  assert.equal(chat.window.sessionStorage.getItem("pincite.current"), null);
});

test("the server's sentence is shown when it does not keep a conversation, and it is not listed", async () => {
  const server = new Server();
  const chat = await chatWith(server);
  server.refusal = [422, { detail: "the conversation has 1.9 MiB; begin a new conversation" }];
  chat.answer("first?");
  await wait();
  assert.equal(chat.notKept,
    "This conversation is not kept: the conversation has 1.9 MiB; begin a new conversation.");
  assert.deepEqual(titles(chat), []);
  server.refusal = null;
  chat.answer("second?");
  await wait();
  assert.equal(chat.notKept, "");
  assert.deepEqual(titles(chat), ["first?"]);
});

test("a server that is gone, or a proxy that answers in its stead, is said too", async () => {
  const server = new Server();
  const chat = await chatWith(server);
  server.refusal = [502];
  chat.answer("first?");
  await wait();
  assert.match(chat.notKept, /the server answered with 502\.$/);
  chat.answers = () => { throw new TypeError("Failed to fetch"); };
  chat.answer("second?");
  await wait();
  assert.match(chat.notKept, /the server cannot be reached/);
});

test("one that is deleted is gone from the server, and comes back to the list if it could not be", async () => {
  const server = new Server("a", "b");
  const chat = await chatWith(server, { current: "a" });
  await wait();
  chat.document.querySelector("#kept [data-remove=a]").click();
  assert.equal(chat.turns.length, 0);
  await wait();
  assert.deepEqual([...server.kept.keys()], ["b"]);
  server.refusal = [500, { detail: "something failed" }];
  chat.document.querySelector("#kept [data-remove=b]").click();
  assert.deepEqual(titles(chat), []);
  await wait();
  assert.deepEqual(titles(chat), ["title of b"]);
  assert.match(chat.notKept, /is not deleted: something failed\.$/);
  chat.document.querySelector("[data-do=purge]").click();
  await wait();
  assert.deepEqual(titles(chat), ["title of b"]);
  server.refusal = null;
  chat.document.querySelector("[data-do=purge]").click();
  await wait();
  assert.equal(server.kept.size, 0);
});

test("one that another browser deleted before is gone without a word", async () => {
  const server = new Server("a");
  const chat = await chatWith(server);
  await wait();
  server.kept.clear();
  chat.document.querySelector("#kept [data-remove=a]").click();
  await wait();
  assert.deepEqual([titles(chat), chat.notKept], [[], ""]);
});

test("opening the menu asks for the list anew, and a failure of that is said", async () => {
  const server = new Server();
  const chat = await chatWith(server);
  await wait();
  server.kept.set("new", { id: "new", title: "from elsewhere", turns: [] });
  const menu = chat.document.querySelector("#bar details");
  const summary = chat.make("summary", {}, "Conversations");
  menu.prepend(summary);
  summary.click();
  await wait();
  assert.deepEqual(titles(chat), ["from elsewhere"]);
  chat.answers = () => { throw new TypeError("Failed to fetch"); };
  summary.click();
  await wait();
  assert.match(chat.notKept, /^The list of conversations is not here: the server cannot be reached/);
});
