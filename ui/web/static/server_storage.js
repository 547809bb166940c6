/* What the server keeps of a person's conversations, where it does so in the browser's stead: the
   same calls as `storage.js`, which go to it. */
"use strict";
window.pinciteServerStorage = (() => {
  const storage = window.pinciteStorage;
  const PATH = "/conversations";
  const LONGEST_TITLE = 200;

  let entries = []; // { id, title }, the newest first
  let where = null; // what is said of where they are kept
  let sent = Promise.resolve(); // what was sent before; each call waits for it, so that the last one holds

  const call = async (method, path, body) => {
    const options = { method, cache: "no-store" };
    if (body) Object.assign(options,
      { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const given = await fetch(path, options);
    if (given.ok) return given.status === 204 ? null : given.json();
    const said = await given.json().catch(() => ({})); // not ours: a proxy's, or a login's
    const error = new Error(said.detail ?? `the server answered with ${given.status}`);
    error.status = given.status;
    throw error;
  };
  const inTurn = (...given) => {
    const answered = sent.then(() => call(...given));
    sent = answered.catch(() => {});
    return answered;
  };

  const why = (error) =>
    error.status ? error.message : "the server cannot be reached; look whether it still runs";

  const done = (answered, failed) => answered.then(() => "", (error) => `${failed}: ${why(error)}.`);

  const load = () => done(inTurn("GET", PATH).then((given) => {
    entries = given.conversations;
    where = `Kept on this server for ${given.person}.`;
  }), "The list of conversations is not here");

  const turns = async (id) => {
    await sent;
    try {
      return (await call("GET", `${PATH}/${id}`)).turns;
    } catch (error) {
      if (error.status === 404) return null;
      throw new Error(why(error), { cause: error });
    }
  };

  const without = (id) => entries.filter((entry) => entry.id !== id);

  const keepTurns = (all) => {
    const id = storage.own();
    const title = Array.from(all[0].question.trim()).slice(0, LONGEST_TITLE).join("");
    const known = entries.find((entry) => entry.id === id);
    entries = [known ?? { id, title }, ...without(id)];
    const body = { title: known?.title ?? title, turns: storage.newest(all) };
    return done(inTurn("PUT", `${PATH}/${id}`, body).catch((error) => {
      if (!known) entries = without(id);
      throw error;
    }), "This conversation is not kept");
  };

  const forget = (id) => {
    const before = entries;
    entries = without(id);
    return done(inTurn("DELETE", `${PATH}/${id}`).catch((error) => {
      if (error.status === 404) return; // it was deleted elsewhere
      entries = before;
      throw error;
    }), "The conversation is not deleted");
  };

  const forgetAll = () => {
    const before = entries;
    entries = [];
    return done(inTurn("DELETE", PATH).catch((error) => {
      entries = before;
      throw error;
    }), "The conversations are not deleted");
  };

  return { load, list: () => entries, place: () => where, turns, keepTurns, forget, forgetAll };
})();
