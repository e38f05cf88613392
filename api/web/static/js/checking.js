// 待核对: one key for each choice, then the next; both originals side by side.
import { openTwo } from "./panel.js";

const CHOICES = { 1: "first", 2: "second", 3: "fill", 4: "neither" };
let shown = "";

const all = (body) => [...body.querySelectorAll(".check")];

function go(one) {
  if (!one) return;
  one.focus({ preventScroll: true });
  one.scrollIntoView({ block: "nearest" });
}

// What both readers rest on, once for each fact that is come to.
export function begin(one) {
  if (shown === one.id) return;
  shown = one.id;
  for (const other of document.querySelectorAll(".check.now")) other.classList.remove("now");
  one.classList.add("now");
  const names = [...one.querySelectorAll(".side-of h5")].map((head) => head.firstChild.textContent.trim());
  if (one.dataset.first || one.dataset.second) openTwo(one.dataset.first, one.dataset.second, names);
}

// Where to go once `one` is decided, or back to it by its key.
export function next(body, one) {
  const keys = all(body).map((other) => other.dataset.check), at = keys.indexOf(one.dataset.check);
  return (back = "") => {
    const there = (key) => body.querySelector(`.check[data-check="${CSS.escape(key)}"]`);
    const later = [...keys.slice(at + 1), ...keys.slice(0, at)].map(there).find(Boolean);
    shown = "";
    const to = (back && there(back)) || later;
    if (to) go(to); else document.getElementById("check-head")?.scrollIntoView({ block: "nearest" });
  };
}

function take(one, name) {
  const choice = one.querySelector(`[data-choice="${name}"]`);
  if (!choice) return;
  if (choice.matches("form")) { choice.requestSubmit(choice.querySelector("button")); return; }
  choice.open = true;
  choice.querySelector("[data-value], button.primary")?.focus();   // of a value, or of a clause that is to be seen first
}

// Whether the key was meant for what is to be checked.
export function checking(body, event) {
  const one = event.target.closest?.(".check");
  if (event.key === "v") { go(all(body)[0]); return Boolean(all(body).length); }
  if (!one) return false;
  if (event.key === "Enter" && event.target === one) { shown = ""; begin(one); return true; }
  if (CHOICES[event.key]) { take(one, CHOICES[event.key]); return true; }
  const step = { j: 1, k: -1 }[event.key], at = all(body).indexOf(one);
  if (!step) return false;
  const to = all(body)[at + step];
  if (to) go(to);
  return Boolean(to);
}
