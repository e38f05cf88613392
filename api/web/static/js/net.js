// What the modules share: texts, requests that carry the page's token, banners.

const said = JSON.parse(document.body.dataset.texts || "{}");

export function text(name, values = {}) {
  return (said[name] || name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export const token = () => document.querySelector('meta[name="csrf"]')?.content || "";

export class Refused extends Error {
  constructor(status, body) {
    const error = body?.error || {};
    super((document.documentElement.lang === "en" ? error.message_en : error.message) || text("problem"));
    this.status = status;
    this.code = error.code || "";
  }
}

// Whether the session behind this page is over: the server says so, or its cookie is gone.
export const ended = (refused) => refused.status === 401 || refused.code === "csrf";

// `quiet`: nobody waits for it, so an ended session is said and not asked about.
export async function ask(address, { quiet = false, ...options } = {}) {
  const headers = { "X-CSRF-Token": token(), Accept: "application/json", ...options.headers };
  const answer = await fetch(address, { ...options, headers, credentials: "same-origin" });
  if (answer.ok) return answer;
  let body = null;
  try { body = await answer.json(); } catch { /* not ours: a proxy's page */ }
  const refused = new Refused(answer.status, body);
  if (!ended(refused)) throw refused;
  if (!quiet && await again()) return ask(address, { quiet: true, ...options });
  expired();
  throw refused;
}

// Whether whoever uses this page has signed in again, without leaving it.
export const again = async () => (await import("./again.js")).renew();

// A page's inner part, as the server renders it for a page that is open already.
export async function part(address, signal, asked = { "X-Part": "1" }) {
  const wanted = new URL(address, location.href), chosen = new URLSearchParams(location.search).get("lang");
  if (chosen && !wanted.searchParams.has("lang")) wanted.searchParams.set("lang", chosen);   // of this page alone
  const answer = await fetch(wanted, { headers: { ...asked, Accept: "text/html" }, credentials: "same-origin", signal });
  if (answer.redirected && new URL(answer.url).pathname === "/login") { expired(); throw new Refused(401, null); }
  const html = await answer.text();
  if (!answer.ok && answer.status === 401) expired();
  return { ok: answer.ok, status: answer.status, html };
}

export function fill(holder, html) {
  const made = new DOMParser().parseFromString(html, "text/html");
  holder.replaceChildren(...made.body.childNodes);
  times(holder);
}

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// One banner for each name; an empty text takes it away.
export function banner(name, message, ...more) {
  const holder = document.getElementById("banners");
  holder.querySelector(`[data-banner="${name}"]`)?.remove();
  if (!message) return;
  const shown = element("div", { className: "notice" }, element("span", {}, message), ...more);
  shown.dataset.banner = name;
  holder.append(shown);
}

export function expired() {
  const button = element("button", { type: "button", className: "button small" }, text("sign_in"));
  button.addEventListener("click", again);
  banner("expired", text("expired"), button);
}

// Times in the reader's own zone, in choices as well; to the second where that matters.
export function times(within = document) {
  const [form, exact] = ["short", "medium"].map((timeStyle) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle }));
  for (const one of within.querySelectorAll("time[datetime]")) one.textContent = ("exact" in one.dataset ? exact : form).format(new Date(one.dateTime));
  for (const one of within.querySelectorAll("option[data-moment]")) one.textContent = one.dataset.said + form.format(new Date(one.dataset.moment));
}
