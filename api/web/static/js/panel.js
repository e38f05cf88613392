// The original beside the conditions, on screens that are wide enough; elsewhere links go to the viewer's own page.
import { fill, part, text } from "./net.js";
import { start, stop } from "./viewer.js";

const WIDE = matchMedia("(min-width: 70rem)");
const side = document.getElementById("side");
const panel = document.getElementById("viewer-panel");
const tabs = side.querySelector(".tabs");
const WAIT = 1500; // ms between two looks at what is being made
const FOLLOW = 150; // ms that something is chosen before its original is opened
const bare = [...panel.childNodes];
let going = null, opener = null;

// On a phone the case and the chat are two views; links to a part of the page lead to the view that holds it.
const whole = side.parentElement, views = whole.querySelector(".phone-views");
function view(name) {
  whole.dataset.view = name;
  for (const button of views.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === name));
}
if (views) {
  views.hidden = false;
  view(location.hash === "#chat" ? "chat" : "case");
  views.addEventListener("click", (event) => { const button = event.target.closest("[data-show]"); if (button) { view(button.dataset.show); scrollTo(0, 0); } });
  document.addEventListener("click", (event) => { const link = event.target.closest('a[href^="#"]'); if (link) view(link.hash === "#chat" ? "chat" : "case"); });
}

tabs.hidden = false;
tabs.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tab]");
  if (button) choose(button.dataset.tab);
});

function choose(name) {
  if (!WIDE.matches) { panel.hidden = true; document.getElementById("chat").hidden = false; return; }
  for (const button of tabs.querySelectorAll("[data-tab]")) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  for (const one of side.querySelectorAll("[data-panel]")) one.hidden = one.dataset.panel !== name;
}
WIDE.addEventListener("change", () => choose(tabs.querySelector('[aria-pressed="true"]').dataset.tab));

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[data-open], #viewer-panel a[data-step], #viewer-panel a[data-hit], #viewer-panel a[data-view], #viewer-panel .part-list a");
  if (!link || !WIDE.matches || link.target === "_blank") return;
  event.preventDefault();
  if (!panel.contains(link)) opener = link;
  open(link.href);
});

panel.addEventListener("submit", (event) => {
  const form = event.target.closest("form.find");
  if (!form) return;
  event.preventDefault();
  open(`${form.action}?${new URLSearchParams(new FormData(form))}`, "#find");
});

// Two places of the original side by side: what each of two readers rests on.
export async function openTwo(first, second, names) {
  if (!WIDE.matches) return;
  going?.abort();
  going = new AbortController();
  const { signal } = going;
  choose("viewer");
  panel.setAttribute("aria-busy", "true");
  try {
    const halves = await Promise.all([first, second].map(async (address, place) => {
      const half = document.createElement("section");
      half.className = "half";
      half.setAttribute("aria-label", names[place]);
      const head = Object.assign(document.createElement("h2"), { textContent: names[place] });
      if (!address) { half.append(head, Object.assign(document.createElement("p"), { className: "faint", textContent: text("found_nothing") })); return [half, ""]; }
      const url = new URL(address, location.href);
      const answer = await part(url.pathname + url.search, signal);
      fill(half, answer.html);
      for (const one of half.querySelectorAll(".tools, .thumbs, .part-list, .hits")) one.remove();
      for (const one of half.querySelectorAll("[id]:not(#here)")) if (!one.id.startsWith("page-")) one.removeAttribute("id");
      half.prepend(head);
      return [half, url.hash];
    }));
    stop(panel);
    const pair = document.createElement("div");
    pair.className = "pair";
    pair.append(...halves.map(([half]) => half));
    panel.replaceChildren(pair);
    for (const [half, hash] of halves) if (half.querySelector("[data-viewer]")) start(half, hash);
  } catch (error) {
    if (error.name === "AbortError") return;
    panel.replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent: text("problem") }));
  }
  panel.removeAttribute("aria-busy");
}

// The original beside what is chosen, without taking the keys away from it and without a step of the history for each.
let following = 0;
export function follow(address) {
  clearTimeout(following);
  if (!address || !WIDE.matches || panel.hidden) return;
  following = setTimeout(() => open(address, "", { quiet: true }), FOLLOW);
}

export async function open(address, focus = "", { quiet = false, back = false } = {}) {
  clearTimeout(following);
  const state = { panel: new URL(address, location.href).href };
  if (!back && history.state?.panel !== state.panel) history[quiet && history.state?.panel ? "replaceState" : "pushState"](state, "");
  going?.abort();
  going = new AbortController();
  choose("viewer");
  panel.classList.add("busy");
  panel.setAttribute("aria-busy", "true");
  try {
    const url = new URL(address, location.href);
    const answer = await part(url.pathname + url.search, going.signal);
    stop(panel);
    fill(panel, answer.html);
    start(panel, url.hash);
    again(panel.querySelector("[data-wait]"), address);
    marked(url.searchParams.get("evidence"));
    if (focus) panel.querySelector(focus)?.focus();
    else if (!quiet && !back) panel.querySelector(".sheets, .clause-page")?.focus({ preventScroll: true });
  } catch (error) {
    if (error.name === "AbortError") return;
    panel.replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent: text("problem") }));
  }
  panel.classList.remove("busy");
  panel.removeAttribute("aria-busy");
}

// Pages that are still being made are asked for again, while they are what is looked at.
function again(waits, address) {
  if (waits) setTimeout(() => { if (waits.isConnected) open(address, "", { quiet: true, back: true }); }, WAIT);
}

// Back leads to what stood beside the page before.
addEventListener("popstate", (event) => {
  if (!WIDE.matches) return;
  if (event.state?.panel) { open(event.state.panel, "", { back: true }); return; }
  going?.abort();
  stop(panel);
  panel.replaceChildren(...bare);
  marked("");
});
if (WIDE.matches && history.state?.panel) open(history.state.panel, "", { back: true });

function marked(name) {
  for (const one of document.querySelectorAll(".criterion.open-now")) one.classList.remove("open-now");
  if (name) document.getElementById(`c-${name}`)?.classList.add("open-now");
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.contains(document.activeElement) && opener?.isConnected) opener.focus();
});
