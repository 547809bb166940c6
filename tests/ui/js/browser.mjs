// A stand-in for a browser's window, and how our scripts are run in it: the very files that are served.
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { Document, Element, FakeEvent } from "./dom.mjs";

const STATIC = new URL("../../../ui/web/static/", import.meta.url);
export const sourceOf = (name) => readFileSync(new URL(name, STATIC), "utf-8");

class Storage {
  #kept = new Map();
  room = Infinity; // letters
  getItem(name) { return this.#kept.get(name) ?? null; }
  setItem(name, text) {
    if (text.length > this.room) throw new Error("QuotaExceededError");
    this.#kept.set(name, text);
  }
  removeItem(name) { this.#kept.delete(name); }
}

class History { // each entry has an address, as in a browser
  constructor(window, address) {
    this.window = window;
    this.entries = [{ state: null, address: new URL(address) }];
    this.at = 0;
  }
  get state() { return this.entries[this.at].state; }
  get address() { return this.entries[this.at].address; }
  #url(path) { return path === undefined || path === "" ? this.address : new URL(path, this.address); }
  pushState(state, _, path) {
    this.entries.splice(this.at + 1, Infinity, { state, address: this.#url(path) });
    this.at += 1;
  }
  replaceState(state, _, path) { this.entries[this.at] = { state, address: this.#url(path) }; }
  go(steps) {
    if (!this.entries[this.at + steps]) return;
    this.at += steps;
    this.window.dispatch("popstate", { state: this.state });
  }
  back() { this.go(-1); }
  forward() { this.go(1); }
}

export class Browser {
  constructor(address = "http://127.0.0.1:7860/ask", width = 1440) {
    const listeners = [];
    const clock = this.clock = { now: 1_000_000, timers: [], number: 0 };
    const document = this.document = new Document();
    const history = new History(this, address);
    const after = (what, ms = 0) => {
      clock.number += 1;
      clock.timers.push({ id: clock.number, at: clock.now + ms, what });
      return clock.number;
    };
    this.listeners = listeners;
    this.replacements = []; // addresses that the page was replaced with
    this.requests = []; // that were sent
    this.answers = () => { throw new TypeError("Failed to fetch"); };
    this.copied = []; // to the clipboard
    this.downloads = [];
    this.observers = { mutation: [], near: [] };
    const browser = this;
    document.createElement = (name) => {
      const made = new Element(name, document);
      if (name === "a") made.addEventListener("click", () => {
        if (made.download) browser.downloads.push([made.download, made.href]);
      });
      return made;
    };
    this.window = {
      document, history,
      innerWidth: width, innerHeight: 900,
      localStorage: new Storage(), sessionStorage: new Storage(),
      addEventListener: (type, listener) => listeners.push({ type, listener }),
      setTimeout: after,
      clearTimeout: (id) => { clock.timers = clock.timers.filter((one) => one.id !== id); },
      requestAnimationFrame: (what) => after(what, 16),
      Date: class extends Date {
        constructor(...given) { super(...(given.length ? given : [clock.now])); }
        static now() { return clock.now; }
      },
      Event: FakeEvent,
      Blob, URLSearchParams,
      FormData: Map,
      URL: class extends URL {
        static createObjectURL(blob) { return `blob:${blob.type}`; }
        static revokeObjectURL() {}
      },
      crypto: webcrypto,
      navigator: { clipboard: { writeText: async (text) => browser.copied.push(text) } },
      matchMedia: (query) => browser.media(query),
      fetch: async (path, options) => {
        browser.requests.push([path, options]);
        return browser.answers(path, options);
      },
      location: {
        get href() { return history.address.href; },
        get pathname() { return history.address.pathname; },
        get search() { return history.address.search; },
        get hash() { return history.address.hash; },
        get origin() { return history.address.origin; },
        toString() { return history.address.href; },
        replace: (to) => {
          browser.replacements.push(String(to));
          history.replaceState(null, "", String(to));
        },
      },
      IntersectionObserver: class {
        constructor(told) { browser.observers.near.push(this); this.told = told; this.watched = new Set(); }
        observe(element) { this.watched.add(element); }
        unobserve(element) { this.watched.delete(element); }
      },
      MutationObserver: class {
        constructor(told) { browser.observers.mutation.push(told); }
        observe() {}
      },
      ResizeObserver: class {
        constructor(told) { this.told = told; }
        observe(element) { element.resized = this.told; }
      },
    };
    this.window.window = this.window;
    this.prefers = { dark: false, calm: false };
    this.mediaListeners = [];
  }

  media(query) {
    const browser = this;
    return {
      get matches() {
        const [, most] = /max-width: (\d+)px/.exec(query) ?? [];
        if (most) return browser.window.innerWidth <= Number(most);
        if (query.includes("dark")) return browser.prefers.dark;
        if (query.includes("reduced-motion")) return browser.prefers.calm;
        return true;
      },
      addEventListener: (_, listener) => this.mediaListeners.push(listener),
    };
  }

  dispatch(type, fields = {}) {
    for (const one of this.listeners) if (one.type === type) one.listener({ type, ...fields });
  }

  run(...names) { // as scripts of the page
    for (const name of names) this.call(name, {});
    return this.window;
  }

  call(name, given) { // as Gradio runs the script of an element: with what it gives to it
    const script = compileFunction(sourceOf(name), Object.keys(given), {
      contextExtensions: [this.window],
      filename: new URL(name, STATIC).href,
    });
    script(...Object.values(given));
  }

  // Lets `ms` pass: the timers that fall due run in their order.
  async pass(ms) {
    const end = this.clock.now + ms;
    await settled();
    for (;;) {
      const due = this.clock.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id);
      if (!due.length) break;
      this.clock.timers = this.clock.timers.filter((one) => one !== due[0]);
      this.clock.now = Math.max(this.clock.now, due[0].at);
      due[0].what();
      await settled();
    }
    this.clock.now = end;
  }

  // add("ul#kept.menu", { "data-x": 1 }, "text", child …) stands in the body, or in `into`.
  make(description, attributes = {}, ...children) {
    const [, name, id, classes] = /^([\w-]+)(#[\w-]+)?((?:\.[\w-]+)*)$/.exec(description);
    const made = this.document.createElement(name);
    if (id) made.id = id.slice(1);
    if (classes) made.className = classes.slice(1).replaceAll(".", " ");
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    made.append(...children);
    return made;
  }
  add(...given) {
    const made = this.make(...given);
    this.document.body.append(made);
    return made;
  }
  send(target, type, fields = {}) {
    const event = new FakeEvent(type, { bubbles: true, ...fields });
    target.dispatchEvent(event);
    return event;
  }
}

// After everything that was promised and can be kept by now.
export const settled = () => new Promise((resolve) => setImmediate(resolve));
