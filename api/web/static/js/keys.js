// The keyboard: pages, evidence, zoom, search. Never while something is being typed.
import { turn, zoomBy } from "./viewer.js";

const dialog = document.getElementById("keys-dialog");

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  if (event.key === "?") { dialog.showModal(); event.preventDefault(); return; }
  const viewer = [...document.querySelectorAll("[data-viewer]")].find((one) => one.offsetParent !== null);
  if (!viewer) return;
  const acts = {
    j: () => turn(viewer, 1), k: () => turn(viewer, -1),
    n: () => step(viewer, "next"), p: () => step(viewer, "before"),
    "+": () => zoomBy(viewer, 1), "=": () => zoomBy(viewer, 1), "-": () => zoomBy(viewer, -1),
    "/": () => viewer.querySelector("#find")?.focus(),
  };
  if (acts[event.key]) { acts[event.key](); event.preventDefault(); }
});

// Through the evidence; where none is walked through, through what a search found.
function step(viewer, name) {
  const link = viewer.querySelector(`[data-step="${name}"]`);
  if (link) { link.click(); return; }
  const hits = [...viewer.querySelectorAll("[data-hit]")];
  const at = hits.findIndex((one) => one.getAttribute("aria-current"));
  hits[name === "next" ? at + 1 : Math.max(0, at - 1)]?.click();
}
