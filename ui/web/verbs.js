// Sends what is clicked, chosen or submitted in this element to the server, and puts the focus where
// a person goes on when the answer has been drawn. What it can do stands in the HTML: data-verb.
const asked = (window.pinciteAsked ??= { verb: "", at: 0 });
const FRESH_MS = 10000;
const TYPING_MS = 150;

const send = (kind, source, fields = {}) => {
  if (kind === "submit") Object.assign(asked, { verb: source.dataset.verb, at: Date.now() });
  trigger(kind, { ...source.dataset, ...fields });
};
const fieldsOf = (form) => Object.fromEntries(new FormData(form));

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-verb]");
  if (button) send("submit", button);
});

element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const typing = form.dataset.verb === "filter";
  send(typing ? "input" : "submit", form, fieldsOf(form));
  if (form.dataset.verb === "tag") form.reset();
});

let waiting;
element.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-verb=filter]");
  if (!form) return;
  clearTimeout(waiting);
  const typed = event.target.type === "search";
  waiting = setTimeout(() => send("input", form, fieldsOf(form)), typed ? TYPING_MS : 0);
});

const settle = () => {
  for (const choice of element.querySelectorAll("select[data-value]")) {
    choice.value = choice.dataset.value;
  }
  const aim = asked.verb && element.querySelector(`[data-after~="${asked.verb}"]`);
  if (!aim || Date.now() - asked.at > FRESH_MS) return;
  asked.verb = "";
  aim.focus({ preventScroll: true });
  aim.scrollIntoView({ block: "nearest" });
};
settle();
watch("value", settle);
