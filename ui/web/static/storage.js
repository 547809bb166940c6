/* What this browser keeps of conversations, in its own storage and nowhere else, and what of them
   the server gets with the next question. Where the server keeps them: `server_storage.js`. */
"use strict";
window.pinciteStorage = (() => {
  const KEY = "pincite.conversations", CURRENT = "pincite.current";
  const MOST = 30, MOST_TURNS = 50, MOST_SAID = 8, MOST_LETTERS = 600;

  const conversations = () => { // the newest first
    try {
      const found = JSON.parse(localStorage.getItem(KEY));
      if (found?.version === 1 && Array.isArray(found.conversations)) return found.conversations;
    } catch { /* somebody else wrote there, or nobody may */ }
    return [];
  };

  const write = (some) =>
    localStorage.setItem(KEY, JSON.stringify({ version: 1, conversations: some }));

  // Gives what is to be said: nothing when all is kept. When not even the newest has room, the
  // others stay, and it as it was.
  const keep = (all) => {
    for (let most = Math.min(all.length, MOST); most; most -= 1) { // the oldest go first
      try {
        write(all.slice(0, most));
        const gone = Math.min(all.length, MOST) - most;
        return gone ? `This browser has no more room: ${counted(gone)} deleted.` : "";
      } catch { /* one fewer */ }
    }
    return "This conversation is not kept: this browser has no room for it. Save it, delete others, "
      + "or begin a new one.";
  };
  const counted = (gone) =>
    gone === 1 ? "the oldest conversation was" : `the ${gone} oldest conversations were`;

  const clear = () => {
    try {
      write([]);
    } catch { /* nobody may write there, and so nothing is there */ }
    return "";
  };

  const current = () => sessionStorage.getItem(CURRENT); // each tab has its own
  const choose = (id) => sessionStorage.setItem(CURRENT, id);
  const leave = () => sessionStorage.removeItem(CURRENT);

  const without = (id) => conversations().filter((conversation) => conversation.id !== id);
  const forget = (id) => {
    const rest = without(id);
    return rest.length ? keep(rest) : clear();
  };

  const bare = (all) => all.map(({ question, answer }) => ({ question, answer }));

  const own = () => { // the id of the current conversation, or of a new one
    const id = current() ?? crypto.randomUUID?.() ?? String(Date.now());
    choose(id);
    return id;
  };

  const newest = (all) => bare(all.slice(-MOST_TURNS));

  const keepTurns = (all) => { // as the current conversation, or as a new one
    const id = own();
    const changed = new Date().toISOString();
    return keep([{ id, changed, turns: newest(all) }, ...without(id)]);
  };

  // As the server's storage has it; here nothing has to be waited for.
  const load = () => "";
  const place = () => null; // the page says it
  const list = () => conversations().map(({ id, turns: [first] }) => ({ id, title: first?.question }));
  const turns = (id) => conversations().find((one) => one.id === id)?.turns ?? null;

  // A turn as the questions after it need it: what was asked, and the words that answered. Offsets
  // count code points, and so does Array.from.
  const said = ({ question, answer }) => {
    const quote = answer?.quotes?.[0];
    if (!quote) return [{ role: "user", text: question }];
    const spans = quote.answer ? [quote.answer] : quote.highlights;
    const letters = Array.from(quote.text);
    const words = spans.map(([start, end]) => letters.slice(start - quote.start, end - quote.start));
    const text = words.map((some) => some.join("")).join(" ") || quote.text;
    const cut = Array.from(text).slice(0, MOST_LETTERS).join("");
    return [{ role: "user", text: question }, { role: "assistant", text: cut }];
  };

  const history = (all) => JSON.stringify(all.slice(-MOST_SAID).flatMap(said));

  const files = { // a conversation as one: its name, its type, its text
    markdown: (all) =>
      ["conversation.md", "text/markdown", all.map((turn) => turn.markdown).join("\n\n")],
    json: (all) =>
      ["conversation.json", "application/json", JSON.stringify({ turns: bare(all) }, null, 2)],
  };

  return {
    current, choose, leave, own, newest, history, files,
    load, place, list, turns, keepTurns, forget, forgetAll: clear, conversations,
  };
})();
