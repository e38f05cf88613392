// One case before a reviewer: subjects by key, decisions without leaving the page, and the others who are here.
import { Refused, ask, banner, element, fill, part, times } from "./net.js";
import { follow, open } from "./panel.js";
import { begin, checking, next as nextCheck } from "./checking.js";
import { missed, reading } from "./progress.js";
import { listen } from "./review_picking.js";

const page = document.getElementById("review");
const base = `/review/cases/${page.dataset.case}`;
const presence = `/api/v1${base}/presence`;
const body = document.getElementById("review-body");
const SIGN = 30_000; // ms between two signs of being here
let now = "";

const subjects = () => [...body.querySelectorAll(".subject")];
const current = () => body.querySelector(`.subject[data-subject="${CSS.escape(now)}"]`);

function choose(subject, focus = true) {
  if (!subject) return;
  for (const one of body.querySelectorAll(".subject.now")) one.classList.remove("now");
  subject.classList.add("now");
  if (focus) { subject.focus({ preventScroll: true }); subject.scrollIntoView({ block: "nearest" }); follow(first(subject)); }
  if (now === subject.dataset.subject) return;
  now = subject.dataset.subject;
  here();
}

function step(by) {
  const all = subjects(), at = all.indexOf(current());
  choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
}

function edit(subject, focus, act) {
  const more = subject.querySelector("details.more");
  if (!more) return;
  more.open = true;
  const form = subject.querySelector("form.decide");
  if (form && act) { form.dataset.act = act; form.pending = null; }
  const field = subject.querySelector(`[data-${focus}]`);
  field?.focus();
  field?.select?.();
}

const first = (subject) => (subject.querySelector(".unsettled a[data-open]") || subject.querySelector("a.first") || subject.querySelector(".piece a[data-open]"))?.href || "";
const evidence = (subject) => { const address = first(subject); if (address) open(address); };
const press = (subject, value) => (subject.querySelector(`button[name="act"][value="${value}"]`) || subject.querySelector(".which button"))?.[value === "confirm" && subject.querySelector(".which") ? "focus" : "click"]();

// A decision that needs a reason: chosen in the row by a number, and made with it; 0 for one of one's own.
function because(subject, button) {
  const field = subject.querySelector("[data-why]"), form = subject.querySelector("form.decide");
  if (!field || !button) return;
  if (field.value || form.elements.reason?.value.trim()) { form.requestSubmit(button); return; }
  form.querySelector(".whys")?.remove();
  form.pending = button;
  const choose = (value) => { field.value = value; form.requestSubmit(button); };
  const one = (key, words, act) => { const made = element("button", { type: "button", className: "button small" }, element("kbd", {}, String(key)), ` ${words}`); made.dataset.key = key; made.addEventListener("click", act); return made; };
  const list = element("div", { className: "whys" }, element("p", {}, page.dataset.wordWhy),
    ...[...field.options].slice(1, 10).map((option, place) => one(place + 1, option.text, () => choose(option.value))),
    one(0, page.dataset.wordOwn, () => { list.remove(); edit(subject, "reason"); }));
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", page.dataset.wordWhy);
  field.closest(".quick-line").after(list);
  list.querySelector("button").focus();
}
const settle = (subject, way) => {
  const button = subject?.querySelector(`.unsettled [data-way="${way}"]`);
  if (button && way === "2") because(subject, button); else button?.click();
};

function act(key) {
  const subject = current();
  const missing = subjects().find((one) => "absent" in one.dataset && (!subject || subjects().indexOf(one) > subjects().indexOf(subject))) || body.querySelector("[data-absent]");
  const acts = {
    j: () => step(1), k: () => step(-1), "?": () => document.getElementById("review-keys").showModal(),
    n: () => document.querySelector('#viewer-panel [data-step="next"]')?.click(), p: () => document.querySelector('#viewer-panel [data-step="before"]')?.click(),
    a: () => { const one = subject && "absent" in subject.dataset ? subject : missing; if (one) { choose(one); edit(one, "value", "add"); } },
    Enter: () => subject && evidence(subject), c: () => subject && press(subject, "confirm"),
    e: () => subject && edit(subject, "value", subject.classList.contains("judgement") ? "judge" : "absent" in subject.dataset ? "add" : "correct"),
    x: () => subject && because(subject, subject.querySelector('button[value="reject"]')),
    1: () => settle(subject, "1"), 2: () => settle(subject, "2"), 3: () => settle(subject, "3"),
  };
  return acts[key];
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, textarea, select");
  const whys = event.target.closest(".whys");
  if (whys && event.key === "Escape") { const subject = whys.closest(".subject"); whys.closest("form").pending = null; whys.remove(); subject.focus(); return; }
  if (whys && /^[0-9]$/.test(event.key)) { event.preventDefault(); whys.querySelector(`[data-key="${event.key}"]`)?.click(); return; }
  if (event.key === "Escape" && (typing || document.getElementById("side").contains(event.target)) && current()) {
    current().querySelector("details.more")?.removeAttribute("open");
    current().focus();
    return;
  }
  if (!typing && checking(body, event)) { event.preventDefault(); return; }
  if (typing || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
  const known = act(event.key);
  if (known) { known(); event.preventDefault(); }
});

body.addEventListener("click", (event) => {
  const button = event.target.closest('button[value="reject"], [data-way="2"], .move');
  const subject = button?.closest(".subject"), form = button?.closest("form.decide");
  if (!form || button.classList.contains("move") && form.elements.reason?.value.trim()) return;
  if (!form.querySelector("[data-why]")?.value && !form.elements.reason?.value.trim()) { event.preventDefault(); because(subject, button); }
});
body.addEventListener("focusin", (event) => { const one = event.target.closest(".check"); if (one) begin(one); });
body.addEventListener("focusin", (event) => choose(event.target.closest(".subject"), false));
body.addEventListener("click", (event) => choose(event.target.closest(".subject"), false));

// Enter in a field does what was begun by key, or corrects.
body.addEventListener("keydown", (event) => {
  const form = event.target.closest("form.decide");
  if (event.key !== "Enter" || !form || !event.target.matches("input")) return;
  event.preventDefault();
  const button = form.pending || form.querySelector(`button[value="${form.dataset.act}"]`) || form.querySelector("button.primary");
  form.requestSubmit(button);
});

body.addEventListener("submit", async (event) => {
  if (event.target.closest(".check")) { await check(event); return; }
  const form = event.target.closest("form.decide");
  if (!form) return;
  event.preventDefault();
  const subject = form.closest(".subject"), refused = subject.querySelector(".refused");
  refused.hidden = true;
  const data = new FormData(form, event.submitter);
  try {
    await ask(form.action, { method: "POST", body: new URLSearchParams(data) });
    form.dataset.sent = "1";
    await refresh(subject.dataset.subject);
    const made = current() || subject;
    choose(made);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused.replaceChildren(element("span", {}, error.message));
    if (error.code === "decided_meanwhile") await meanwhile(subject, form, refused, event.submitter);
    if (error.code === "reason_missing") { if (event.submitter?.value === "correct" || !subject.querySelector("[data-why]")) edit(subject, "reason", event.submitter?.value); else because(subject, event.submitter); }
    refused.hidden = false;
  }
});

// One of 待核对 is decided, and the next one is there.
async function check(event) {
  event.preventDefault();
  const one = event.target.closest(".check"), refused = one.querySelector(".refused");
  refused.hidden = true;
  const after = nextCheck(body, one);
  try {
    await ask(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter)) });
    one.remove();   // what was typed in it has been sent
    await refresh(one.dataset.check);
    after();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused.textContent = error.message;
    refused.hidden = false;
    if (error.code === "decided_meanwhile" || error.code === "clause_unseen") { await refresh(one.dataset.check); after(one.dataset.check); }
  }
}

// Somebody was first: their decision is shown; only who has seen it may go on with their own.
async function meanwhile(subject, form, refused, submitter) {
  const fresh = (await load()).querySelector(`#${CSS.escape(subject.id)}`);
  if (!fresh) return;
  subject.querySelector(".values, .marks").replaceWith(fresh.querySelector(".values, .marks"));
  const told = fresh.querySelector(".history li");
  if (told) refused.append(element("blockquote", {}, told.textContent));
  const again = element("button", { type: "button", className: "button small" }, page.dataset.wordAgain);
  again.addEventListener("click", () => { form.elements.version.value = fresh.dataset.version; form.requestSubmit(submitter); });
  refused.append(again);
}

// Its applicant took it back or handed it in again, or a colleague returned it: the head says how it stands now.
async function head() {
  const answer = await part(base, undefined, {});
  if (!answer.ok) return;
  const made = new DOMParser().parseFromString(answer.html, "text/html").querySelector(".case-head");
  const old = document.querySelector(".case-head");
  if (!made || old.contains(document.activeElement)) return;
  old.replaceWith(made);
  times(made);
}

async function load() {
  const all = new URLSearchParams(location.search).get("all");
  const answer = await part(`${base}?part=review${all ? `&all=${encodeURIComponent(all)}` : ""}`);
  const made = document.createElement("div");
  if (answer.ok) fill(made, answer.html);
  return made;
}

const dirty = (form) => form && !form.dataset.sent && [...form.elements].some((one) =>
  one.type !== "hidden" && "value" in one && one.matches("input, textarea") && (one.type === "checkbox" ? one.checked !== one.defaultChecked : one.value !== one.defaultValue));

// Everything as it is now; what somebody is typing stays, with a word that the subject has changed.
export async function refresh(done = "") {
  const made = await load();
  if (!made.childElementCount) return;
  const focused = document.activeElement;
  const at = focused?.closest?.(".subject")?.dataset.subject, checked = focused?.closest?.(".check");
  for (const old of subjects()) {
    const fresh = made.querySelector(`#${CSS.escape(old.id)}`);
    if (!fresh) continue;
    const form = old.querySelector("form.decide"), mine = old.dataset.subject;
    if (mine !== done && (dirty(form) || form?.contains(document.activeElement))) {
      if (!dirty(form)) { form.elements.version.value = old.dataset.version = fresh.dataset.version; }
      if (fresh.dataset.version !== old.dataset.version) { const refused = old.querySelector(".refused"); refused.textContent = page.dataset.wordChanged; refused.hidden = false; }
      old.querySelector(".subject-line").replaceWith(fresh.querySelector(".subject-line"));
      fresh.replaceWith(old);
    } else if (mine !== done && old.querySelector("details.more")?.open) {
      fresh.querySelector("details.more")?.setAttribute("open", "");
    }
  }
  for (const old of body.querySelectorAll(".check")) {   // what is being filled in stays, while it may still be sent
    const fresh = made.querySelector(`#${CSS.escape(old.id)}`);
    const form = old.querySelector('[data-choice="fill"] form');
    if (fresh && form && dirty(form) && form.elements.version.value === fresh.querySelector('input[name="version"]')?.value) fresh.replaceWith(old);
  }
  body.replaceChildren(...made.childNodes);
  times(body);
  if (now) current()?.classList.add("now");
  if (checked && !at) {
    if (focused.isConnected) focused.focus({ preventScroll: true });
    else body.querySelector(`#${CSS.escape(checked.id)}`)?.focus({ preventScroll: true });
  } else if (at && focused.isConnected) focused.focus({ preventScroll: true });
  else if (at) body.querySelector(`.subject[data-subject="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
}

// Who else is here ------------------------------------------------------------------------------------------------------

async function here() {
  if (document.hidden) return;
  try {
    const answer = await ask(presence, { method: "PUT", body: JSON.stringify({ subject: now }), headers: { "Content-Type": "application/json" }, quiet: true });
    show((await answer.json()).here);
  } catch { /* said again in half a minute */ }
}

function show(others) {
  const names = others.map((one) => one.person.name).join("、");
  document.getElementById("here").textContent = names ? page.dataset.wordHere + names : "";
}

let waiting = 0;
const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => refresh(), 150); };
const source = new EventSource(`/cases/${page.dataset.case}/events`);
source.addEventListener("review", (event) => { soon(); if (JSON.parse(event.data).status) head(); });
source.addEventListener("deleted", () => { source.close(); banner("deleted", page.dataset.wordGone); });
source.addEventListener("assessment", soon);
source.addEventListener("snapshot", (event) => missed(JSON.parse(event.data).reading, soon));
source.addEventListener("reading", (event) => reading(JSON.parse(event.data), soon));
source.addEventListener("presence", async () => { const answer = await fetch(presence, { credentials: "same-origin" }); if (answer.ok) show((await answer.json()).here); });
here();
setInterval(here, SIGN);
addEventListener("visibilitychange", here);
addEventListener("pagehide", () => { fetch(presence, { method: "DELETE", keepalive: true, credentials: "same-origin", headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content } }); });
listen(page, base, current);
if (location.hash.startsWith("#s-")) choose(document.getElementById(location.hash.slice(1)));
