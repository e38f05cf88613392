// Evidence of one's own: words selected in the viewer, found in the document by the server, put into the open form.
import { ask, element } from "./net.js";

export function listen(page, base, current) {
  const bar = document.getElementById("pick"), panel = document.getElementById("viewer-panel");
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection(), words = chosen.toString().trim();
    const inside = chosen.anchorNode && panel.contains(chosen.anchorNode) && chosen.anchorNode.parentElement.closest(".paper");
    const form = current()?.querySelector("form.decide:has([data-quote])");
    if (!inside || !words || !form) { if (!bar.contains(document.activeElement)) bar.hidden = true; return; }
    const button = element("button", { type: "button", className: "button small primary" }, page.dataset.wordUse);
    button.addEventListener("click", () => find(panel, page, base, words, form, bar));
    bar.replaceChildren(button, element("q", {}, words.slice(0, 60)));
    bar.hidden = false;
  });
}

async function find(panel, page, base, words, form, bar) {
  const file = panel.querySelector("[data-viewer]").dataset.base.split("/").pop();
  const answer = await ask(`${base}/places?${new URLSearchParams({ file_id: file, q: words })}`);
  const { hits } = await answer.json();
  if (hits.length === 1) { put(form, hits[0], bar); return; }
  if (!hits.length) { bar.replaceChildren(element("span", {}, page.dataset.wordNone)); return; }
  const list = element("ol", {}, ...hits.map((hit) => {
    const button = element("button", { type: "button", className: "button small" }, `…${hit.before}${hit.quote}${hit.after}…`);
    button.addEventListener("click", () => put(form, hit, bar));
    return element("li", {}, button);
  }));
  bar.replaceChildren(element("span", {}, page.dataset.wordWhich), list);
}

function put(form, hit, bar) {
  for (const name of ["document", "start", "end"]) form.elements[name].value = hit[name];
  const quote = form.elements.quote;
  quote.value = hit.quote;
  quote.addEventListener("input", () => { for (const name of ["document", "start", "end"]) form.elements[name].value = ""; }, { once: true });
  form.querySelector("details.more")?.setAttribute("open", "");
  (form.querySelector("[data-reason]").value ? quote : form.querySelector("[data-reason]")).focus();
  bar.hidden = true;
}
