// Sends files that are dropped or chosen to the server, one after the other, and says how far it is;
// then the server reads them and goes on saying it.
"use strict";
const zone = element.querySelector(".drop");
const chosen = zone.querySelector("input[type=file]");
const report = element.querySelector(".sending");
const limits = zone.dataset;

const line = (list, name) => {
  const item = list.appendChild(document.createElement("li"));
  const called = item.appendChild(document.createElement("span"));
  const fate = item.appendChild(document.createElement("span"));
  called.className = "name";
  called.dir = "auto";
  called.textContent = name;
  fate.className = "fate waiting";
  fate.textContent = "Waiting";
  return fate;
};

// A name that nobody else has: the server keeps files by what is in them and by their names.
const alias = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

const sent = (file, say) =>
  new Promise((resolve) => {
    const form = new FormData();
    form.append("files", file, alias());
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => say(event.loaded / event.total);
    request.onloadend = () => {
      try {
        resolve(request.status === 200 ? JSON.parse(request.responseText)[0] : "");
      } catch {
        resolve("");
      }
    };
    request.open("POST", new URL("gradio_api/upload", document.baseURI));
    request.send(form);
  });

const refuse = (sentence) => {
  const said = document.createElement("p");
  said.className = "failed";
  said.role = "alert";
  said.textContent = sentence;
  report.replaceChildren(said);
};

let queue = Promise.resolve();
const send = async (files) => {
  if (!files.length) return;
  if (files.length > Number(limits.files)) return refuse(limits.tooMany);
  const fitting = files.filter(({ file }) => file.size <= Number(limits.largest));
  const bytes = fitting.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > Number(limits.bytes)) return refuse(limits.tooLarge);
  const tags = zone.elements.tags.value;
  const list = document.createElement("ul");
  report.replaceChildren(list);
  const fates = files.map(({ name }) => line(list, name));
  const arrived = [];
  for (const [number, { name, file }] of files.entries()) {
    let path = "";
    if (file.size <= Number(limits.largest)) {
      const fate = fates[number];
      const say = (share) => (fate.textContent = `Sending, ${Math.round(100 * share)} %`);
      path = await sent(file, say);
      fate.textContent = path ? "Sent" : "Not sent";
    }
    arrived.push({ name, size: file.size, path });
  }
  report.replaceChildren();
  trigger("upload", { files: arrived, tags });
};
const enqueue = (files) => (queue = queue.then(() => send(files)));

// A folder gives its files, with their paths in it as their names.
const within = async (entry, path) => {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    return file ? [{ name: path + entry.name, file }] : [];
  }
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return files;
    for (const inner of some) {
      if (!inner.name.startsWith(".")) files.push(...(await within(inner, `${path}${entry.name}/`)));
    }
  }
};

zone.addEventListener("submit", (event) => event.preventDefault());
chosen.addEventListener("change", () => {
  enqueue(Array.from(chosen.files, (file) => ({ name: file.name, file })));
  chosen.value = "";
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  });
}
zone.addEventListener("drop", async (event) => {
  // Both at once: after the event there is nothing more to be had from the items.
  const dropped = Array.from(event.dataTransfer.items, (item) => [
    item.webkitGetAsEntry?.(),
    item.getAsFile(),
  ]);
  const found = await Promise.all(
    dropped.map(([entry, file]) => (entry ? within(entry, "") : file ? [{ name: file.name, file }] : [])),
  );
  enqueue(found.flat());
});
