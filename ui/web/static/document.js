/* The colours of the window, and the place that the address names after its #. The server does not
   get what is after it, so it is asked again with the place in the query. */
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = () => document.documentElement.classList.toggle("dark", dark.matches);
  dark.addEventListener("change", colour);
  colour();

  const follow = () => {
    if (!location.pathname.startsWith("/documents/") || location.hash.length < 2) return;
    const address = new URL(location), place = location.hash.slice(1);
    if (address.searchParams.get("span") === place) return;
    address.searchParams.delete("part");
    address.searchParams.set("span", place);
    location.replace(address);
  };
  addEventListener("hashchange", follow);
  follow();
})();
