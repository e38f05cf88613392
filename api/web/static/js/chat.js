// Questions answered sentence by sentence. Without this module the form posts and the page comes back.
import { Refused, again, element, ended, expired, fill, part, text, times, token } from "./net.js";

const form = document.getElementById("ask");
const turns = document.getElementById("turns");
const field = form.elements.question;
let busy = false;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const example = event.submitter?.dataset.example !== undefined ? event.submitter.value : "";
  const question = (example || field.value).trim();
  if (question && !busy) send(question, !example);
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// A word on an answer is sent without leaving the page.
turns.addEventListener("submit", async (event) => {
  const rating = event.target.closest("form.rate");
  if (!rating) return;
  event.preventDefault();
  const body = new URLSearchParams({ up: event.submitter?.value ?? "1", csrf: token() });
  const answer = await fetch(rating.action, { method: "POST", body, credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": token() } }).catch(() => null);
  if (answer?.ok) rating.replaceChildren(element("span", { className: "faint", role: "status" }, rating.dataset.thanks));
  else if (answer) expired();
});

async function send(question, typed, renewed = false) {
  busy = true;
  turns.querySelector(".chat-empty")?.remove();
  const answer = element("div", { className: "answer waiting" }, text("answering"));
  const turn = element("article", { className: "turn" }, element("p", { className: "question" }, question), answer);
  turns.append(turn);
  turns.scrollTop = turns.scrollHeight;
  const body = new URLSearchParams({ question, conversation: form.elements.conversation.value, csrf: token() });
  try {
    const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin",
      headers: { Accept: "text/event-stream, application/json", "X-CSRF-Token": token() } });
    if (!response.ok) {
      const refused = new Refused(response.status, await response.json().catch(() => null));
      if (ended(refused)) expired();
      throw refused;
    }
    let finished = false;
    for await (const { kind, data } of events(response.body)) {
      if (kind === "step") {
        if (answer.classList.contains("waiting")) answer.replaceChildren(`${data.text}…`);
      } else if (kind === "text") {
        if (answer.classList.contains("waiting")) { answer.classList.remove("waiting"); answer.replaceChildren(); }
        answer.append(element("p", {}, data.text));
      } else if (kind === "turn") {
        const holder = element("div");
        fill(holder, data.html);
        turn.replaceWith(...holder.childNodes);
        form.elements.conversation.value = data.conversation;
        finished = true;
      } else if (kind === "failure") {
        throw Object.assign(new Error(data.message), { shown: true });
      }
    }
    if (!finished) throw new Error(text("stream_broken"));
    if (typed) { field.value = ""; sessionStorage.removeItem(`guohe:${field.dataset.keep}`); }
    times(turns);
    await listed();
  } catch (error) {
    if (error instanceof Refused && ended(error) && !renewed && await again()) {
      turn.remove();
      await send(question, typed, true);
      return;
    }
    broken(turn, question, error.shown || error instanceof Refused ? error.message : text("stream_broken"));
    if (!field.value) field.value = question;
  }
  busy = false;
  turns.scrollTop = turns.scrollHeight;
}

// What was asked stands in the list beside the page too.
async function listed() {
  const list = document.querySelector("[data-history]");
  if (!list || document.getElementById("q").value) return;
  const answer = await part(`/ask?conversation=${encodeURIComponent(form.elements.conversation.value)}`, undefined, {}).catch(() => null);
  const made = answer?.ok && new DOMParser().parseFromString(answer.html, "text/html").querySelector("[data-history]");
  if (made) { list.replaceWith(made); times(made); }
}

function broken(turn, question, message) {
  const retry = element("button", { className: "button small", type: "button" }, text("retry"));
  retry.addEventListener("click", () => { turn.remove(); send(question, true); });
  turn.querySelector(".answer").replaceChildren(element("div", { className: "notice bad", role: "alert" },
    element("span", {}, message), retry));
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const kind = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (kind && data) yield { kind, data: JSON.parse(data) };
    }
  }
}
