// Follows a case by its events: the state of each file, facts as they come in, the result when it is there.
import { Refused, banner, element, part, text } from "./net.js";

const FACTS_SHOWN = 60;

export function follow(base, refresh, refreshFiles) {
  const facts = new Map();
  let source, lost = false, timer = 0;

  function connect() {
    source = new EventSource(`${base}/events`);
    source.addEventListener("open", () => { if (lost) { lost = false; banner("stream", text("back")); setTimeout(() => banner("stream", ""), 3000); } });
    source.addEventListener("error", () => {
      if (!lost && navigator.onLine) banner("stream", text("lost"));
      lost = true;
      if (source.readyState === EventSource.CLOSED) { clearTimeout(timer); timer = setTimeout(again, 4000); }
    });
    const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
    on("snapshot", (data) => { for (const file of data.files) show(file); if (data.job) job(data.job, false); missed(data.reading, refresh); });
    on("file", (data) => { if (!show(data)) soon(); });
    on("file_removed", (data) => row(data.id)?.remove());
    on("facts", (data) => { for (const [key, fact] of Object.entries(data.facts)) facts.set(key, fact); found(); });
    on("job", (data) => job(data, true));
    on("reading", (data) => reading(data, refresh));
    on("assessment", () => { facts.clear(); refresh(); refreshFiles(); });
    on("deleted", () => { source.close(); banner("deleted", text("deleted")); });
  }

  // The stream was refused, not cut: the session may be over, or the case gone. Then nothing is tried any more.
  async function again() {
    try {
      const answer = await part(`${base}/files`);
      if (answer.status === 404) banner("stream", text("deleted"));
      if (answer.ok) connect();
      else if (answer.status >= 500) timer = setTimeout(again, 4000);
    } catch (error) {
      if (!(error instanceof Refused)) timer = setTimeout(again, 4000);
    }
  }

  // Several new files come as several events; the list is fetched once for all.
  let waiting = 0;
  function soon() { clearTimeout(waiting); waiting = setTimeout(refreshFiles, 150); }

  function job(data, live) {
    const holder = document.getElementById("live");
    const working = data.state === "queued" || data.state === "running";
    if (!live && !working) return;
    holder.hidden = !working;
    const steps = data.state === "queued" ? text("step_queued") : text(`step_${data.step}`);
    const read = data.total && data.step === "reading" ? ` ${text("files_read", { done: data.done, total: data.total })}` : "";
    document.getElementById("live-step").textContent = working ? steps + read : data.state === "done" ? text("step_done") : "";
    document.getElementById("working")?.remove();
    if (working) document.querySelector("#result > .empty")?.remove();
    if (data.state === "failed") refresh();
  }

  function found() {
    const list = document.getElementById("live-facts");
    document.getElementById("live").hidden = false;
    const english = document.documentElement.lang === "en";
    list.replaceChildren(...[...facts.values()].slice(0, FACTS_SHOWN).map((fact) =>
      element("li", {}, element("span", {}, (english && fact.label_en) || fact.label), element("b", { className: "num" }, figure(fact)))));
  }

  connect();
  addEventListener("online", () => { if (source.readyState === EventSource.CLOSED) { clearTimeout(timer); again(); } });
  addEventListener("focus", () => { if (source.readyState === EventSource.CLOSED) { clearTimeout(timer); again(); } });
}

function figure(fact) {
  if (fact.unit === "yes/no") return fact.low === 1 ? text("yes") : fact.high === 0 ? text("no") : "?";
  const [low, high] = [fact.low, fact.high].map((number) => number?.toLocaleString());
  const said = fact.high === null ? text("at_least", { low }) : low === high ? low : text("between", { low, high });
  return fact.unit === "CNY" ? text("yuan", { sum: said }) : said;
}

// What happened to a second reading between the page and its stream.
export function missed(data, refresh) {
  const shown = document.getElementById("second")?.dataset.standing;
  const going = (state) => state === "queued" || state === "running";
  if (data && shown && shown !== data.state && (going(shown) || going(data.state))) refresh();
}

// A second reading: how far it is; where it begins or ends the page is asked anew.
export function reading(data, refresh) {
  const shown = document.querySelector("[data-second-progress]");
  if (data.state === "running" && data.done && shown) shown.textContent = data.total ? `${data.done}/${data.total}` : "";
  else if (data.state !== "done") refresh();
}

const row = (id) => document.querySelector(`[data-file="${CSS.escape(id)}"]`);

// Whether the file has a row; then it says the state.
function show(file) {
  const shown = row(file.id);
  if (!shown) return false;
  const paged = (file.state === "reading" || file.state === "ocr") && file.pages && file.page;
  shown.className = `file ${file.state}`;
  shown.querySelector("[data-state]").textContent = paged ? text(`${file.state}_page`, file) : text(file.state);
  const bar = shown.querySelector("[data-progress]");
  bar.hidden = !(file.state === "reading" || file.state === "ocr");
  bar.max = file.pages || 1;
  bar.value = file.page || 0;
  if (file.notices) {
    const english = document.documentElement.lang === "en";
    shown.querySelector("[data-notices]").replaceChildren(...file.notices.map((one) => element("li", {}, english ? one.text_en : one.text)));
  }
  return true;
}
