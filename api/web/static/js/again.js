// Signing in again where one is: the page and all that was typed in it stay, and what was asked for goes on.
import { banner, element, text, token } from "./net.js";

let asked = null;

// Whether whoever uses this page is signed in (again). One dialog, however many wait for it.
export function renew() {
  asked ??= known().catch(() => null).then((who) => Boolean(who) || shown()).finally(() => { asked = null; });
  return asked;
}

// Who the server takes the browser for; null for nobody.
export async function known() {
  const answer = await fetch("/api/v1/session", { credentials: "same-origin", headers: { Accept: "application/json" } });
  return answer.ok ? taken(await answer.json()) : null;
}

// The page's token becomes the new session's. Somebody else's session is not for this page: it is loaded anew.
function taken(who) {
  if (!who.user) return null;
  const person = document.body.dataset.person;
  if (person && who.user.id !== person) { location.reload(); return null; }
  if (who.csrf !== token()) {
    document.querySelector('meta[name="csrf"]').content = who.csrf;
    for (const one of document.querySelectorAll('input[name="csrf"]')) one.value = who.csrf;
    document.dispatchEvent(new Event("guohe:again"));
  }
  banner("expired", "");
  return who.user;
}

function shown() {
  const email = element("input", { type: "email", id: "again-email", autocomplete: "username", required: true, value: document.body.dataset.email || "" });
  const password = element("input", { type: "password", id: "again-password", autocomplete: "current-password", required: true });
  const refused = element("p", { className: "notice bad", hidden: true, role: "alert" });
  const later = element("button", { type: "button", className: "button" }, text("again_later"));
  const form = element("form", { className: "stack" },
    element("label", { htmlFor: "again-email" }, text("again_email")), email,
    element("label", { htmlFor: "again-password" }, text("again_password")), password,
    element("div", { className: "actions" }, element("button", { className: "button primary" }, text("sign_in")), later));
  const elsewhere = element("a", { href: "/login", target: "_blank", rel: "noopener" }, text("again_elsewhere"));
  const back = element("button", { type: "button", className: "button small" }, text("again_done"));
  const dialog = element("dialog", { id: "again" },
    element("h2", { id: "again-head" }, text("again_head")), element("p", {}, text("again_text")), refused, form,
    element("p", { className: "hint" }, elsewhere, " ", back));
  dialog.setAttribute("aria-labelledby", "again-head");
  const say = (words) => { refused.textContent = words; refused.hidden = false; };
  return new Promise((resolve) => {
    let done = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      refused.hidden = true;
      try {
        const answer = await fetch("/api/v1/session", { method: "POST", credentials: "same-origin",
          headers: { "Content-Type": "application/json", Accept: "application/json" },
          body: JSON.stringify({ email: email.value, password: password.value }) });
        const said = await answer.json();
        if (answer.ok) { done = Boolean(taken(said)); dialog.close(); return; }
        say((document.documentElement.lang === "en" ? said.error?.message_en : said.error?.message) || text("problem"));
      } catch { say(text("offline")); }
      password.select();
    });
    back.addEventListener("click", async () => {
      if (await known().catch(() => null)) { done = true; dialog.close(); } else say(text("again_not_yet"));
    });
    later.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); resolve(done); });
    document.body.append(dialog);
    dialog.showModal();
    (email.value ? password : email).focus();
  });
}

// A form that is sent the plain way: only once its sender is known, so that no page comes in its place.
document.addEventListener("submit", async (event) => {
  const form = event.target, way = (event.submitter?.getAttribute("formmethod") || form.method).toLowerCase();
  if (event.defaultPrevented || way !== "post" || !document.body.dataset.person) return;
  if (form.dataset.known || new URL(form.action).pathname === "/logout") { delete form.dataset.known; return; }
  event.preventDefault();
  if (form.dataset.asking) return;
  form.dataset.asking = "1";
  try {
    if (await known() || await renew()) { form.dataset.known = "1"; form.requestSubmit(event.submitter); }
  } catch { banner("net", text("offline")); }
  delete form.dataset.asking;
});
