/* The pages of a PDF or a picture that a quote stands on, drawn when they come near the window. */
"use strict";
(() => {
  const make = (name, className) => {
    const made = document.createElement(name);
    made.className = className;
    return made;
  };

  const sheet = (address, number, { width, height }, boxes) => {
    const figure = make("figure", "sheet");
    figure.style.aspectRatio = `${width} / ${height}`;
    const picture = make("img", "");
    picture.src = `${address}/pages/${number}`;
    picture.alt = `Page ${number}, with the quote marked`;
    figure.append(picture);
    for (const box of boxes) {
      const mark = make("span", "box");
      for (const [side, value] of [["left", box.left], ["top", box.top],
                                   ["width", box.right - box.left],
                                   ["height", box.bottom - box.top]])
        mark.style[side] = `${100 * value}%`;
      figure.append(mark);
    }
    return figure;
  };

  const fill = async (place) => {
    const { document: id, start, end } = place.dataset;
    const address = `/api/v1/documents/${id}`;
    try {
      const answer = await fetch(`${address}/boxes?start=${start}&end=${end}`);
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.detail);
      const pages = Object.entries(found.pages);
      place.replaceChildren(...pages.map(([number, size]) =>
        sheet(address, number, size, found.boxes.filter((box) => box.page === Number(number)))));
    } catch (error) {
      const why = make("p", "place");
      why.textContent = `The page is not shown: ${error.message}`;
      place.replaceChildren(why);
    }
  };

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      fill(target);
    }
  }, { rootMargin: "50%" });

  new MutationObserver(() => {
    for (const place of document.querySelectorAll(".sheets:not([data-seen])")) {
      place.dataset.seen = "";
      near.observe(place);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
