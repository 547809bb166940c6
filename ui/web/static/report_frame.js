// A report's frame is as high as what is in it, and the buttons above it save it as a file.
"use strict";
const fit = (frame) => {
  const inner = frame.contentDocument?.documentElement;
  if (!inner) return;
  const measure = () => (frame.style.height = `${inner.ownerDocument.body.scrollHeight + 40}px`);
  new ResizeObserver(measure).observe(inner.ownerDocument.body);
  measure();
};
element.addEventListener("load", (event) => event.target.matches?.("iframe") && fit(event.target), true);

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-save]");
  if (!button) return;
  const { name, text, problem } = await server.saved({ ...button.dataset });
  if (problem) {
    button.textContent = problem;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
