/* What this browser keeps of conversations, in its own storage and nowhere else, and what of them
   the server gets with the next question. */
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

  const keep = (all) => {
    const some = all.slice(0, MOST);
    for (; ; some.pop()) { // the oldest go first when the browser has no more room
      try {
        return localStorage.setItem(KEY, JSON.stringify({ version: 1, conversations: some }));
      } catch {
        if (!some.length) return;
      }
    }
  };

  const current = () => sessionStorage.getItem(CURRENT); // each tab has its own
  const choose = (id) => sessionStorage.setItem(CURRENT, id);
  const leave = () => sessionStorage.removeItem(CURRENT);

  const without = (id) => conversations().filter((conversation) => conversation.id !== id);
  const forget = (id) => keep(without(id));
  const forgetAll = () => keep([]);

  const bare = (turns) => turns.map(({ question, answer }) => ({ question, answer }));

  const keepTurns = (turns) => { // as the current conversation, or as a new one
    const id = current() ?? crypto.randomUUID?.() ?? String(Date.now());
    choose(id);
    const changed = new Date().toISOString();
    keep([{ id, changed, turns: bare(turns.slice(-MOST_TURNS)) }, ...without(id)]);
  };

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

  const history = (turns) => JSON.stringify(turns.slice(-MOST_SAID).flatMap(said));

  const files = { // a conversation as one: its name, its type, its text
    markdown: (turns) =>
      ["conversation.md", "text/markdown", turns.map((turn) => turn.markdown).join("\n\n")],
    json: (turns) =>
      ["conversation.json", "application/json", JSON.stringify({ turns: bare(turns) }, null, 2)],
  };

  return {
    conversations, current, choose, leave, forget, forgetAll, keepTurns, history, files,
  };
})();
