// The chat's page, as far as its scripts look for it, and a server that answers when it is told to.
import { Browser, settled } from "./browser.mjs";

export const turnOf = (number, question, fields = {}) => ({
  number, question, question_html: `<p>${number}</p>`, reply: "<p>reply</p>", evidence: "<p>card</p>",
  answer: { quotes: [] }, markdown: `**${question}**`, ...fields,
});

export class Chat extends Browser {
  constructor({ address, kept, current, width, bar = {} } = {}) {
    super(address, width);
    const menu = this.make("details", {}, this.make("p#kept-where"), this.make("ul#kept"),
      ...["markdown", "json", "purge"].map((deed) =>
        this.make("button", { "data-do": deed, "data-needs": deed === "purge" ? "kept" : "turns" })));
    this.add("p#announcer");
    const fresh = this.make("button", { "data-do": "fresh", "data-needs": "turns" });
    this.add("div#bar", {}, this.make("div", bar, fresh, menu));
    this.add("p#not-kept");
    this.add("div#desk", {}, this.make("div#turns"), this.make("div#cards"));
    this.box = this.make("textarea");
    this.add("div#question-box", {}, this.box);
    this.button = this.add("button#ask");
    this.asks = 0;
    this.button.addEventListener("click", () => { this.asks += 1; });
    if (kept) this.keep(kept);
    if (current) this.window.sessionStorage.setItem("pincite.current", current);
    this.run("storage.js", "server_storage.js", "turns.js", "feedback.js", "conversation.js",
      "addresses.js");
    this.pincite = this.window.pincite;
    this.redrawn = []; // what the server was asked to draw anew
    this.redraw = async (handedIn) => {
      const [first, turns] = JSON.parse(handedIn);
      this.redrawn.push(turns);
      return JSON.stringify(turns.map(({ question }, index) => turnOf(first + index, question)));
    };
  }
  async start() {
    this.pincite.start({ redraw: (handedIn) => this.redraw(handedIn) });
    await settled();
    await settled();
    return this;
  }
  keep(conversations) {
    const text = JSON.stringify({ version: 1, conversations });
    this.window.localStorage.setItem("pincite.conversations", text);
  }
  get kept() {
    return JSON.parse(this.window.localStorage.getItem("pincite.conversations"))?.conversations ?? [];
  }
  begin(question) { // as Gradio does when somebody asks
    return this.pincite.begin(question, []);
  }
  receive(turn) { this.pincite.receive(JSON.stringify(turn)); }
  answer(question, fields) { // asked and answered at once; gives what was sent
    const sent = this.begin(question);
    this.receive(turnOf(sent[2], question, fields));
    return sent;
  }
  get turns() { return this.document.getElementById("turns").children; }
  get notKept() { return this.document.getElementById("not-kept").textContent; }
  said(number) { return this.document.getElementById(`turn-${number}`)?.textContent; }
  press(key) { return this.send(this.box, "keydown", { key }); }
}
