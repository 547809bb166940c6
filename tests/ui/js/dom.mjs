// As much of a browser's document as our scripts touch: elements, selectors, events that bubble.
// What a script uses that is not here fails; add it then.
// HTML is not parsed; what is set as innerHTML is kept as it was set.

const camel = (name) => name.slice(5).replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const kebab = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const PART = // of a selector: a state, an id, a class, an attribute or a tag
  /:not\(([^)]+)\)|:([\w-]+)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:([~^]?)=["']?([^"'\]]*)["']?)?\]|([a-z][\w-]*)/gy;

const STATES = {
  enabled: (element) => !element.disabled,
  "focus-visible": (element) => element.ownerDocument.activeElement === element,
};

const fits = (element, simple, scope) => {
  const parts = [...simple.matchAll(PART)];
  if (parts.map(([part]) => part).join("") !== simple)
    throw new Error(`the stand-in cannot read the selector ${simple}`);
  for (const [, not, state, id, name, attribute, operator, value, tag] of parts) {
    if (not && element.matches(not)) return false;
    if (state === "scope" ? element !== scope : state && !STATES[state](element)) return false;
    if (id && element.id !== id) return false;
    if (name && !element.classList.contains(name)) return false;
    if (tag && element.localName !== tag) return false;
    if (!attribute) continue;
    const is = element.getAttribute(attribute);
    if (is === null) return false;
    if (value === undefined) continue;
    const equal = operator === "~" ? is.split(/\s+/).includes(value)
      : operator === "^" ? is.startsWith(value) : is === value;
    if (!equal) return false;
  }
  return true;
};

const matchesOne = (element, steps, scope) => {
  const rest = [...steps];
  const [simple, combinator] = [rest.pop(), rest.pop()];
  if (!(element instanceof Element) || !fits(element, simple, scope)) return false;
  if (!combinator) return true;
  if (combinator === ">") return matchesOne(element.parentNode, rest, scope);
  for (let above = element.parentNode; above; above = above.parentNode)
    if (matchesOne(above, rest, scope)) return true;
  return false;
};

const stepsOf = (selector) => // of each alternative: simple, combinator, simple …
  selector.split(/,(?![^(]*\))/).map((one) =>
    one.trim().replace(/\s*>\s*/g, "\0>\0").replace(/\s+(?![^[]*\])/g, "\0 \0").split("\0"));

class Target {
  #listeners = [];
  addEventListener(type, listener, capture = false) {
    this.#listeners.push({ type, listener, capture });
  }
  hear(event, capture) {
    for (const one of [...this.#listeners])
      if (one.type === event.type && one.capture === capture) one.listener.call(this, event);
  }
  dispatchEvent(event) {
    event.target ??= this;
    const path = [];
    for (let at = this; at; at = at.parentNode) path.push(at);
    for (const at of path.toReversed?.() ?? [...path].reverse()) at.hear(event, true);
    for (const at of event.bubbles ? path : [this]) at.hear(event, false);
    return !event.defaultPrevented;
  }
}

export class FakeEvent {
  constructor(type, { bubbles = false, ...fields } = {}) {
    Object.assign(this, { type, bubbles, defaultPrevented: false }, fields);
  }
  preventDefault() { this.defaultPrevented = true; }
}

class Node extends Target {
  parentNode = null;
  childNodes = [];
  get isConnected() { return this === this.ownerDocument || (this.parentNode?.isConnected ?? false); }
  get parentElement() { return this.parentNode; }
  get firstChild() { return this.childNodes[0] ?? null; }
  get textContent() { return this.childNodes.map((child) => child.textContent).join(""); }
  set textContent(text) { this.replaceChildren(...(text === "" ? [] : [text])); }
  #around(offset) {
    const all = this.parentNode?.childNodes ?? [];
    return all.slice(all.indexOf(this) + 1).filter((node) => node instanceof Element)[offset] ?? null;
  }
  get nextElementSibling() { return this.#around(0); }
  remove() {
    if (!this.parentNode) return;
    const all = this.parentNode.childNodes;
    all.splice(all.indexOf(this), 1);
    this.parentNode = null;
  }
  insertAt(index, nodes) {
    let at = index;
    for (const one of nodes) {
      const node = typeof one === "string" ? new Text(one, this.ownerDocument) : one;
      node.remove();
      this.childNodes.splice(at, 0, node);
      node.parentNode = this;
      at += 1;
    }
  }
  append(...nodes) { for (const node of nodes) this.insertAt(this.childNodes.length, [node]); }
  appendChild(node) { this.append(node); return node; }
  prepend(...nodes) { this.insertAt(0, nodes); }
  before(...nodes) { this.parentNode.insertAt(this.parentNode.childNodes.indexOf(this), nodes); }
  after(...nodes) {
    for (const node of nodes) node.remove?.();
    this.parentNode.insertAt(this.parentNode.childNodes.indexOf(this) + 1, nodes);
  }
  replaceWith(...nodes) { this.before(...nodes); this.remove(); }
  replaceChildren(...nodes) {
    for (const child of [...this.childNodes]) child.remove();
    this.append(...nodes);
  }
  contains(node) {
    for (let at = node; at; at = at.parentNode) if (at === this) return true;
    return false;
  }
  first(wanted) { // of the elements within, in the order of the document
    for (const child of this.childNodes) {
      if (!(child instanceof Element)) continue;
      const found = wanted(child) ? child : child.first(wanted);
      if (found) return found;
    }
    return null;
  }
  within() {
    const all = [];
    this.first((element) => { all.push(element); });
    return all;
  }
  querySelectorAll(selector) {
    const choices = stepsOf(selector);
    return this.within().filter((one) => choices.some((steps) => matchesOne(one, steps, this)));
  }
  querySelector(selector) {
    const choices = stepsOf(selector);
    return this.first((one) => choices.some((steps) => matchesOne(one, steps, this)));
  }
}

class Text extends Node {
  constructor(text, owner) { super(); this.text = text; this.ownerDocument = owner; }
  get textContent() { return this.text; }
}

export class Element extends Node {
  style = {};
  rectangle = { left: 0, top: 0, width: 0, height: 0 };
  scrolls = []; // how it was asked to come into view
  #attributes = new Map();
  #value;
  constructor(localName, owner) {
    super();
    this.localName = localName;
    this.ownerDocument = owner;
    const attributes = this.#attributes;
    this.dataset = new Proxy({}, {
      get: (_, name) => typeof name === "string" ? attributes.get(kebab(name)) : undefined,
      set: (_, name, value) => (attributes.set(kebab(name), String(value)), true),
      has: (_, name) => attributes.has(kebab(name)),
      ownKeys: () => [...attributes.keys()].filter((name) => name.startsWith("data-")).map(camel),
      getOwnPropertyDescriptor: (_, name) =>
        attributes.has(kebab(name))
          ? { value: attributes.get(kebab(name)), enumerable: true, configurable: true } : undefined,
    });
    const names = () => this.className.split(/\s+/).filter(Boolean);
    const put = (set) => { this.className = [...set].join(" "); };
    this.classList = {
      contains: (name) => names().includes(name),
      add: (name) => put(new Set([...names(), name])),
      remove: (name) => put(names().filter((one) => one !== name)),
      toggle: (name, on) => (on ? this.classList.add(name) : this.classList.remove(name)),
    };
  }
  getAttribute(name) { return this.#attributes.get(name) ?? null; }
  setAttribute(name, value) { this.#attributes.set(name, String(value)); }
  removeAttribute(name) { this.#attributes.delete(name); }
  hasAttribute(name) { return this.#attributes.has(name); }
  toggleAttribute(name, on) { if (on) this.setAttribute(name, ""); else this.removeAttribute(name); }
  get value() { return this.#value ?? this.getAttribute("value") ?? ""; }
  set value(text) { this.#value = text; }
  get children() { return this.childNodes.filter((child) => child instanceof Element); }
  get lastElementChild() { return this.children.at(-1) ?? null; }
  get offsetHeight() { return this.rectangle.height; }
  get clientHeight() { return this.rectangle.height; }
  get form() { return this.closest("form"); }
  get hash() { return this.getAttribute("href") ?? ""; }
  getBoundingClientRect() {
    const { left, top, width, height } = this.rectangle;
    return { left, top, width, height, right: left + width, bottom: top + height };
  }
  matches(selector) { return stepsOf(selector).some((steps) => matchesOne(this, steps, null)); }
  closest(selector) {
    for (let at = this; at instanceof Element; at = at.parentNode) if (at.matches(selector)) return at;
    return null;
  }
  click() { return this.dispatchEvent(new FakeEvent("click", { bubbles: true, button: 0 })); }
  focus() {
    this.ownerDocument.activeElement = this;
    this.dispatchEvent(new FakeEvent("focusin", { bubbles: true }));
  }
  select() { this.selected = true; }
  reset() { this.wasReset = true; }
  scrollIntoView(how) { this.scrolls.push(how); }
  cloneNode() {
    const copy = new Element(this.localName, this.ownerDocument);
    for (const [name, value] of this.#attributes) copy.setAttribute(name, value);
    copy.append(...this.childNodes.map((child) =>
      child instanceof Text ? child.textContent : child.cloneNode(true)));
    return copy;
  }
  showModal() { this.open = true; }
  close() {
    this.open = false;
    this.dispatchEvent(new FakeEvent("close"));
  }
}
for (const [property, attribute] of [["className", "class"], ...["id", "href", "type", "role", "name"]
  .map((same) => [same, same])])
  Object.defineProperty(Element.prototype, property, {
    get() { return this.getAttribute(attribute) ?? ""; },
    set(value) { this.setAttribute(attribute, value); },
  });

export class Document extends Node {
  constructor() {
    super();
    this.ownerDocument = this;
    this.documentElement = new Element("html", this);
    this.body = new Element("body", this);
    this.documentElement.append(this.body);
    this.append(this.documentElement);
    this.activeElement = this.body;
  }
  createElement(name) { return new Element(name, this); }
  createComment(text) { return new Text(text, this); }
  getElementById(id) { return this.first((element) => element.id === id); }
}
