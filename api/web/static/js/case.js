// A case that is open: what happens to it, files that go up, the original beside the conditions.
import { ask, banner, element, fill, part, text, times } from "./net.js";
import { follow } from "./progress.js";
import { start } from "./upload.js";
import "./panel.js";

const page = document.getElementById("case");
export const base = `/cases/${page.dataset.case}`;

// A result changes what can be done with the case; the first one also where its files stand.
async function head(first) {
  const answer = await part(location.pathname, undefined, {});
  const fresh = new DOMParser().parseFromString(answer.html, "text/html");
  for (const name of [".case-head", "#submission"]) {
    const made = fresh.querySelector(name);
    if (!made) return;
    document.querySelector(name).replaceWith(made);
    times(made);
  }
  if (!first) return;
  page.dataset.assessment = fresh.getElementById("case").dataset.assessment;
  document.getElementById("upload")?.classList.remove("first");
  document.getElementById("result-holder").after(document.getElementById("files"));
}

// The result and the files come from the server again; what is open or focused stays so.
export async function refresh() {
  const holder = document.getElementById("result-holder");
  const open = [...holder.querySelectorAll(".criterion:has(details[open])")].map((one) => one.id);
  const only = document.getElementById("result").dataset.show;
  const answer = await part(`${base}?part=result&show=${only}`);
  if (!answer.ok) return;
  fill(holder, answer.html);
  if (holder.querySelector(".criterion")) await head(!page.dataset.assessment);
  for (const id of open) holder.querySelector(`#${CSS.escape(id)} details`)?.setAttribute("open", "");
}

export async function refreshFiles() {
  const answer = await part(`${base}/files`);
  if (answer.ok) fill(document.getElementById("files-holder"), answer.html);
}

// The conditions of one outcome alone; the address says so, for a colleague.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-filter]");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.getElementById("result").dataset.show = chip.dataset.filter;
  for (const one of document.querySelectorAll("[data-filter]")) one.removeAttribute("aria-current");
  chip.setAttribute("aria-current", "true");
  history.replaceState(null, "", chip.href.replace(/#.*/, ""));
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-inline]");
  if (!link) return;
  event.preventDefault();
  const holder = document.getElementById(link.dataset.inline);
  if (holder.childElementCount) { holder.replaceChildren(); return; }
  const answer = await part(link.href);
  if (answer.ok) fill(holder, answer.html); else location.assign(link.href);
});

// A file is taken out once somebody has said so twice, and comes back at a click.
document.getElementById("files-holder")?.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-remove]"), asked = document.getElementById("remove-dialog");
  if (!form || !asked) return;
  event.preventDefault();
  const name = form.dataset.remove;
  asked.querySelector("[data-name]").textContent = name;
  asked.querySelector("[data-yes]").onclick = async () => {
    asked.close();
    await ask(form.action, { method: "POST" });
    await refreshFiles();
    const undo = element("button", { type: "button", className: "button small" }, text("file_undo"));
    undo.addEventListener("click", async () => {
      try { await ask(form.action.replace(/remove$/, "restore"), { method: "POST" }); banner("removed", ""); await refreshFiles(); } catch (error) { banner("removed", error.message); }
    });
    banner("removed", text("file_removed", { name }), undo);
    undo.focus();
  };
  asked.showModal();
});

follow(base, refresh, refreshFiles);
if (document.getElementById("upload")) start(base, refreshFiles);
