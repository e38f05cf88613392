// Files on their way up, one after the other: what is interrupted goes on by itself, nothing has to be chosen twice.
import { Refused, again, ask, element, ended, expired, text, token } from "./net.js";

const WAITS = [1000, 2000, 4000, 8000, 15000];

export function start(base, refreshFiles) {
  const form = document.getElementById("upload");
  const list = document.getElementById("uploads");
  const queue = [];
  let working = false, stored = 0;

  function take(input) {
    add([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
    input.value = "";
  }
  for (const input of form.querySelectorAll("input[type=file]")) input.addEventListener("change", () => take(input));
  form.addEventListener("submit", (event) => { event.preventDefault(); document.getElementById("pick").click(); });

  // A file may be dropped anywhere on the page.
  let depth = 0;
  addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; form.classList.add("over"); } });
  addEventListener("dragleave", (event) => { if (carries(event)) { depth -= 1; if (depth <= 0) form.classList.remove("over"); } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove("over");
    add(await dropped(event.dataTransfer));
  });
  // Files that were chosen before this module had come.
  for (const input of form.querySelectorAll("input[type=file]")) if (input.files.length) queueMicrotask(() => take(input));
  addEventListener("beforeunload", (event) => { if (working) event.preventDefault(); });

  function add(files) {
    for (const one of files) {
      if (queue.some((other) => other.path === one.path && other.file.size === one.file.size && !other.ended)) continue;
      one.said = element("span", { className: "said" }, text("queued"));
      one.bar = element("progress", { max: 100, value: 0 });
      one.bar.setAttribute("aria-label", one.path);
      one.row = element("li", {}, element("span", { className: "name" }, one.path), one.said, one.bar);
      list.append(one.row);
      queue.push(one);
    }
    list.scrollIntoView({ block: "nearest" });
    run();
  }

  async function run() {
    if (working) return;
    working = true;
    for (let one = next(); one; one = next()) await send(one);
    working = false;
    if (stored) {
      stored = 0;
      await refreshFiles();
      try { await ask(`${base}/assess`, { method: "POST" }); } catch (error) { if (!(error instanceof Refused)) setTimeout(() => { stored = 1; run(); }, WAITS[1]); }
    }
  }

  const next = () => queue.find((one) => !one.ended && !one.paused);

  async function send(one) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await put(one);
        one.ended = true;
        one.bar.remove();
        const said = answer.files.map((file) => (answer.files.length > 1 ? `${file.name} ${file.said}` : file.said));
        one.said.textContent = said.join(" · ");
        const bad = answer.files.some((file) => file.added === "refused");
        one.row.classList.toggle("bad", bad);
        stored += answer.files.filter((file) => file.added === "stored" || file.added === "replaced").length;
        if (!bad && answer.files.every((file) => file.added === "stored")) { await refreshFiles(); one.row.remove(); }   // it stands in the list below
        return;
      } catch (error) {
        if (error instanceof Refused && ended(error) && await again()) continue;
        if (error instanceof Refused) { refused(one, error); return; }
        one.said.textContent = text("interrupted");
        await pause(WAITS[Math.min(attempt, WAITS.length - 1)]);
      }
    }
  }

  function refused(one, error) {
    one.paused = true;
    one.row.classList.add("bad");
    one.said.textContent = error.message || text("failed");
    const retry = element("button", { className: "button small", type: "button" }, text("retry"));
    retry.addEventListener("click", () => { retry.remove(); one.paused = false; one.row.classList.remove("bad"); run(); });
    one.row.append(retry);
  }

  function put(one) {
    return new Promise((resolve, reject) => {
      const body = new FormData();
      body.append("csrf", token());
      body.append("paths", one.path);
      body.append("files", one.file, one.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", `${base}/files`);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF-Token", token());
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        const percent = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
        one.bar.value = percent;
        one.said.textContent = text("sending", { percent });
      });
      request.addEventListener("load", () => {
        if (request.status >= 200 && request.status < 300 && request.response) resolve(request.response);
        else if (request.status >= 502 && request.status <= 504) reject(new Error("away"));
        else {
          const refused = new Refused(request.status, request.response);
          if (ended(refused)) expired();
          reject(refused);
        }
      });
      request.addEventListener("error", () => reject(new Error("lost")));
      request.addEventListener("abort", () => reject(new Error("lost")));
      request.send(body);
    });
  }
}

const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

// Until the time is over, or the network is back.
function pause(time) {
  return new Promise((resolve) => {
    const done = () => { removeEventListener("online", done); clearTimeout(timer); resolve(); };
    const timer = setTimeout(done, time);
    addEventListener("online", done);
  });
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  return (await Promise.all(entries.map((entry) => below(entry, "")))).flat();
}

async function below(entry, folder) {
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  if (entry.isFile) return new Promise((resolve) => { entry.file((file) => resolve([{ file, path }]), () => resolve([])); });
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => { reader.readEntries(resolve, () => resolve([])); });
    if (!some.length) break;
    found.push(...some);
  }
  return (await Promise.all(found.map((one) => below(one, path)))).flat();
}
