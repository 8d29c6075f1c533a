// What pages gain with JavaScript: buttons that copy, Ctrl-K or / for the search, and one's place in sight. All else works without.
"use strict";

function offerCopies(root) {
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 1500);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (!((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing))) return;
  const field = document.getElementById("find");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// On a narrow screen places are one line that scrolls: where one is, is in sight.
const here = document.querySelector(".places a[aria-current]");
const places = here?.closest(".places");
if (places) {
  const [at, from] = [here, places].map((one) => one.getBoundingClientRect());
  places.scrollLeft += at.left - from.left - (from.width - at.width) / 2;
}

document.addEventListener("htmx:load", (event) => offerCopies(event.target));
offerCopies(document);
