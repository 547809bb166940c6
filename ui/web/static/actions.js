// Sends what is clicked, chosen or submitted in this element to the server, and puts the focus where
// a person goes on when the answer has been drawn. What it can do stands in the HTML: data-verb.
"use strict";
const asked = (window.pinciteAsked ??= { verb: "", at: 0 });
const FRESH_MS = 10000;
const TYPING_MS = 150;

const send = (kind, data, fields = {}) => {
  if (kind === "submit") Object.assign(asked, { verb: data.verb, at: Date.now() });
  trigger(kind, { ...data, ...fields });
};
const fieldsOf = (form) => Object.fromEntries(new FormData(form));

// Two requests can arrive in another order than they were sent in. So each filter says when it was
// sent: the server leaves out an older one, and the list tells which one it was drawn for.
let filtered = 0;
const filter = (form) => {
  filtered = Math.max(filtered + 1, Date.now());
  send("input", form.dataset, { ...fieldsOf(form), at: filtered });
};
const buttonOf = (event) => event.target.closest("button[data-verb]:enabled");

// When the page is redrawn between press and release, the button that was pressed is gone, or says
// something else by then, and the browser makes no click of it, or another one. So what counts is
// what the button said when it was pressed, if the pointer is released where it stood.
let pressed = null;
element.addEventListener("pointerdown", (event) => {
  const button = event.button === 0 && buttonOf(event);
  pressed = button && { data: { ...button.dataset }, place: button.getBoundingClientRect() };
});
const release = ({ clientX: x, clientY: y }) => {
  const { data, place } = pressed || {};
  if (!(place?.left <= x && x < place.right && place.top <= y && y < place.bottom)) return false;
  pressed = null;
  send("submit", data);
  return true;
};
element.addEventListener("click", (event) => {
  const button = buttonOf(event);
  if (!release(event) && button) send("submit", button.dataset);
});
document.addEventListener("mouseup", (event) => {
  const was = pressed;
  setTimeout(() => { // after its click, if there is one
    if (pressed !== was) return;
    release(event);
    pressed = null;
  });
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.verb === "filter") return filter(form);
  send("submit", form.dataset, fieldsOf(form));
  if (form.dataset.verb === "tag") form.reset();
});

let waiting;
element.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-verb=filter]");
  if (!form) return;
  clearTimeout(waiting);
  const typed = event.target.type === "search";
  waiting = setTimeout(() => filter(form), typed ? TYPING_MS : 0);
});

// What is chosen meanwhile is not undone by a list that was drawn without knowing of it.
const isBehind = ({ dataset: { at } }) =>
  Number(at ?? Infinity) < filtered && Date.now() - filtered < FRESH_MS;

const settle = () => {
  for (const choice of element.querySelectorAll("select[data-value]")) {
    if (!choice.form || !isBehind(choice.form)) choice.value = choice.dataset.value;
  }
  window.pinciteGuideDrawn?.();
  const aim = asked.verb && element.querySelector(`[data-after~="${asked.verb}"]`);
  if (!aim || Date.now() - asked.at > FRESH_MS) return;
  asked.verb = "";
  aim.focus({ preventScroll: true });
  aim.scrollIntoView({ block: "nearest" });
};

// Two answers can arrive in another order than they were drawn in. Each has a number in front.
let newest = { number: 0, value: "" };
const keepNewest = () => {
  const number = Number(/^<!--(\d+)-->/.exec(props.value ?? "")?.[1] ?? 0);
  if (number < newest.number) props.value = newest.value;
  else newest = { number, value: props.value };
};
settle();
watch("value", () => {
  keepNewest();
  settle();
});
