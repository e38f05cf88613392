// The worklist: how many are chosen, all of a page at once, and how cases go on that are assessed again.
import { ask } from "./net.js";

const EVERY = 2_000; // ms
const boxes = [...document.querySelectorAll('[name="cases"]')];
const all = document.querySelector("[data-all]");
const shown = document.querySelector("[data-chosen]");

function count() {
  const chosen = boxes.filter((one) => one.checked).length;
  if (shown) shown.textContent = chosen;
  for (const one of document.querySelectorAll(".bulk-bar button")) one.disabled = !chosen;
  if (all) { all.checked = chosen === boxes.length && chosen > 0; all.indeterminate = chosen > 0 && chosen < boxes.length; }
}

for (const one of boxes) one.addEventListener("change", count);
all?.addEventListener("change", () => { for (const one of boxes) one.checked = all.checked; count(); });
count();

const renewing = document.querySelector("#renewing progress")?.closest("#renewing");

async function look() {
  const since = renewing.dataset.since ? `?since=${encodeURIComponent(renewing.dataset.since)}` : "";
  const found = await (await ask(`/api/v1/review/assessments${since}`)).json();
  const open = found.waiting + found.running, bar = renewing.querySelector("progress");
  if (renewing.dataset.since) {
    bar.max = Math.max(1, open + found.done + found.failed);
    bar.value = found.done + found.failed;
  } else {
    bar.value = Math.max(bar.value, bar.max - open);
    found.done = bar.value;
  }
  renewing.querySelector("[data-said]").textContent = renewing.dataset.words.replace(/\{(\w+)\}/g, (_, key) => found[key]);
  renewing.querySelector("[data-look]").hidden = open > 0;
  if (open) setTimeout(again, EVERY);
}

const again = () => look().catch(() => setTimeout(again, 5 * EVERY));
if (renewing && renewing.querySelector("[data-look]").hidden) setTimeout(again, EVERY);
