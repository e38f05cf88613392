// What every page has; the rest comes where a page needs it.
import { banner, text, times } from "./net.js";

times();
document.querySelectorAll(".only-js").forEach((one) => { one.hidden = false; });

addEventListener("offline", () => banner("net", text("offline")));
addEventListener("online", () => {
  banner("net", text("online"));
  setTimeout(() => banner("net", ""), 4000);
});
if (!navigator.onLine) banner("net", text("offline"));

// The theme changes at once; the address behind the switch is what keeps it.
document.querySelector("[data-theme-switch]")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const link = event.currentTarget;
  const chosen = new URL(link.href).searchParams.get("theme");
  const next = { auto: "dark", dark: "light", light: "auto" }[chosen];
  document.documentElement.dataset.theme = chosen;
  const use = link.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#theme-${chosen}`));
  link.title = text(`theme_${chosen}`);
  link.querySelector(".sr").textContent = link.title;
  const address = link.href;
  const onward = new URL(address);
  onward.searchParams.set("theme", next);
  link.href = onward;
  await fetch(address, { redirect: "manual", credentials: "same-origin" }).catch(() => {});
});

// What is typed stays through a reload, a crash, an expired session, until it has been sent.
for (const kept of document.querySelectorAll("[data-keep]")) {
  const key = `guohe:${kept.dataset.keep}`;
  const fields = kept.matches("form") ? [...kept.elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "submit") : [kept];
  const old = JSON.parse(sessionStorage.getItem(key) || "{}");
  const refused = document.querySelector("[role=alert], #suggestion");
  for (const field of fields) {
    if (!(field.name in old) || refused) continue;
    if (field.type === "radio") field.checked = field.value === old[field.name];
    else if (!field.value || field.type === "date") field.value = old[field.name];
  }
  kept.addEventListener("input", () => {
    const now = {};
    for (const field of fields) if (field.type !== "radio" || field.checked) now[field.name] = field.value;
    sessionStorage.setItem(key, JSON.stringify(now));
  });
  (kept.form || kept).addEventListener("submit", () => { if (navigator.onLine) sessionStorage.removeItem(key); });
}

for (const opener of document.querySelectorAll("[data-dialog]")) {
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog).showModal();
  });
}
for (const closer of document.querySelectorAll("[data-close]")) closer.addEventListener("click", () => closer.closest("dialog").close());

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.textContent = text("copied");
  });
}

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
});

// All at once, so that what comes later works without the network too.
await Promise.all([
  import("./again.js"),
  document.getElementById("ask") && import("./chat.js"),
  document.querySelector("[data-viewer]") && import("./viewer.js").then((module) => module.start(document)),
  document.getElementById("case") && import("./case.js"),
  document.getElementById("review") && import("./review.js"),
  document.getElementById("content") && import("./lines.js"),
  document.getElementById("worklist") && import("./review_list.js"),
  document.getElementById("keys-dialog") && import("./keys.js"),
]);
document.documentElement.dataset.ready = "";
