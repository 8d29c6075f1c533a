// An open page stays true: what the server tells is asked for again, and what changed is put in its place.
// Only what is marked data-live is touched, never a form, and never more often than a twentieth of the time.
"use strict";

const place = document.getElementById("time");
const told = document.getElementById("told");
const REST = 20, LEAST_MS = 1000, MOST_MS = 15000, QUIET_MS = 8000, PATIENCE_MS = 6000, SOON_MS = 1000, LATE_MS = 30000;
let source = null, last = Number(place.dataset.stand), waits = null, running = false, wanted = false, rests = 0;
let heard = [], speaks = null, again = SOON_MS;

function say(state) {
  const shown = place.querySelector("[data-state]");
  shown.hidden = false;
  shown.className = state === "live" ? "state good" : "state off";
  shown.textContent = state === "live" ? place.dataset.wordLive : place.dataset.wordLost;
}

function stand(entry) {
  last = Math.max(last, entry);
  document.getElementById("stand").textContent = entry.toLocaleString(document.documentElement.lang);
}

function listen() {
  if (source || document.hidden || place.dataset.over) return;
  const address = new URL(place.dataset.stream, location.href);
  address.searchParams.set("after", last);
  source = new EventSource(address);
  source.addEventListener("entry", (event) => {
    const entry = JSON.parse(event.data);
    heard.push(entry.said);
    last = Math.max(last, entry.entry);
    wish();
  });
  source.addEventListener("stand", (event) => { say("live"); again = SOON_MS; if (!wanted && !running) stand(Number(event.data)); });
  source.addEventListener("away", () => say("lost"));
  source.addEventListener("ended", end);
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) { setTimeout(doubt, PATIENCE_MS); return; }
    say("lost");
    hush();
    setTimeout(listen, again);
    again = Math.min(LATE_MS, 2 * again);
  };
}

// A browser connects again by itself, which is not worth a word unless it takes long.
function doubt() {
  if (source && source.readyState !== EventSource.OPEN) say("lost");
}

function hush() {
  if (source) source.close();
  source = null;
}

function end() {
  place.dataset.over = "yes";
  hush();
  say("lost");
}

function wish() {
  wanted = true;
  if (!waits && !running) waits = setTimeout(refresh, Math.max(0, rests - performance.now()));
}

async function refresh() {
  waits = null;
  running = true;
  wanted = false;
  const began = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { "Live-Refresh": "1" }, redirect: "error" });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    else if (answer.status < 500) end();
  } catch { say("lost"); }
  running = false;
  rests = performance.now() + Math.min(MOST_MS, Math.max(LEAST_MS, REST * (performance.now() - began)));
  if (wanted) wish();
}

function show(page) {
  const focus = document.activeElement;
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const old = document.getElementById(fresh.id);
    if (old && !isBusy(old)) { offerCopies(fresh); renew(old, fresh); }
  }
  if (focus && focus !== document.activeElement) {
    const same = focus.isConnected ? focus : [...document.links].find((one) => one.href === focus.href);
    if (same) same.focus({ preventScroll: true });
  }
  stand(Number(page.getElementById("time").dataset.stand));
  speak();
}

// Somebody types here, has unfolded something, or selects text to copy it.
function isBusy(region) {
  const chosen = document.getSelection();
  const selects = chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode);
  return selects || region.querySelector("details[open], textarea, select, input:not([type=hidden])");
}

function renew(old, fresh) {
  old.removeAttribute("data-fresh");
  if (old.isEqualNode(fresh) || old.matches("form")) return;
  const shells = old.cloneNode(false).isEqualNode(fresh.cloneNode(false));
  if (!shells || hasText(old) || hasText(fresh) || !old.children.length || !fresh.children.length) {
    old.replaceWith(fresh);
    mark(fresh);
    return;
  }
  const left = [...old.children];
  [...fresh.children].forEach((one, at) => {
    const same = left.find((known) => known.isEqualNode(one)) || left.find((known) => keyOf(known) === keyOf(one));
    if (same) {
      left.splice(left.indexOf(same), 1);
      if (old.children[at] !== same) old.insertBefore(same, old.children[at] || null);
      renew(same, one);
    } else {
      old.insertBefore(one, old.children[at] || null);
      mark(one);
    }
  });
  for (const gone of left) gone.remove();
}

function hasText(node) {
  return [...node.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
}

function keyOf(node) {
  const link = node.matches("tr, li, section") && node.querySelector("a[href]");
  return `${node.tagName} ${node.id || node.dataset.key || (link ? link.getAttribute("href") : "")}`;
}

function mark(node) {
  (node.closest("tr, li, dd") || node).setAttribute("data-fresh", "");
}

function speak() {
  if (speaks || !heard.length) return;
  const more = heard.length > 1 ? ` ${place.dataset.more.replace("{count}", heard.length - 1)}` : "";
  told.textContent = heard[heard.length - 1] + more;
  heard = [];
  speaks = setTimeout(() => { speaks = null; speak(); }, QUIET_MS);
}

document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
window.addEventListener("pagehide", hush);
window.addEventListener("pageshow", listen);
listen();
