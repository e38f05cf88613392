// The viewer's quick ways: to the place, zoom without loading, the page one is on, more parts while scrolling.
import { fill, part, text } from "./net.js";

const ZOOMS = [50, 75, 100, 125, 150, 200, 300];
const FINE = 125;
const SETTLED = 120; // ms without scrolling
const AHEAD = 600; // pixels around what is in sight
const watched = new WeakMap();

export function start(within, hash = location.hash) {
  const viewer = within.querySelector("[data-viewer]");
  if (!viewer) {
    if (hash) within.querySelector(`#${CSS.escape(hash.slice(1))}`)?.scrollIntoView({ block: "center" });
    return;
  }
  const sheets = viewer.querySelector(".sheets");
  for (const one of viewer.querySelectorAll(".only-js")) one.hidden = false;
  zoomTo(viewer, Number(localStorage.getItem("guohe:zoom") || viewer.dataset.zoom));
  toPlace(viewer, sheets, hash);
  if (viewer.dataset.pictured) watchPages(viewer, sheets);
  viewer.addEventListener("click", (event) => click(event, viewer, sheets));
}

export function stop(within) {
  for (const viewer of within.querySelectorAll("[data-viewer]")) watched.get(viewer)?.disconnect();
}

// Scrolls its own area only, never the page around it.
function toPlace(viewer, sheets, hash) {
  const target = viewer.querySelector("#here") || (hash && viewer.querySelector(`#${CSS.escape(hash.slice(1))}`)) ||
    (viewer.dataset.pictured && viewer.dataset.number !== "1" ? viewer.querySelector(`#page-${viewer.dataset.number}`) : null);
  if (target) centre(sheets, target);
  viewer.querySelector(".thumbs [aria-current]")?.scrollIntoView({ block: "nearest" });
}

function centre(sheets, target) {
  const scrolls = sheets.scrollHeight > sheets.clientHeight + 4;
  if (!scrolls) { target.scrollIntoView({ block: "center" }); return; }
  const outer = sheets.getBoundingClientRect(), inner = target.getBoundingClientRect();
  const tall = inner.height > outer.height;
  sheets.scrollTop += inner.top - outer.top - (tall ? 8 : (outer.height - inner.height) / 3);
  if (sheets.scrollWidth > sheets.clientWidth) sheets.scrollLeft += inner.left - outer.left - outer.width / 4;
}

function click(event, viewer, sheets) {
  const page = event.target.closest("a[data-page]");
  if (page) { event.preventDefault(); toPage(viewer, Number(page.dataset.page)); return; }
  const zoom = event.target.closest("[data-zoom-by]");
  if (zoom) { event.preventDefault(); zoomBy(viewer, Number(zoom.dataset.zoomBy)); return; }
  const more = event.target.closest("[data-load-part]");
  if (more) { event.preventDefault(); morePart(more, sheets); return; }
  if (event.target.closest("[data-copy-address]")) copy(viewer, event.target.closest("button"));
}

export function zoomBy(viewer, step) {
  const at = ZOOMS.indexOf(Number(viewer.dataset.zoom));
  zoomTo(viewer, ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + step))]);
}

function zoomTo(viewer, zoom) {
  if (!viewer.dataset.pictured || !ZOOMS.includes(zoom)) return;
  const sheets = viewer.querySelector(".sheets");
  const share = (sheets.scrollTop + sheets.clientHeight / 3) / Math.max(1, sheets.scrollHeight);
  viewer.dataset.zoom = sheets.dataset.zoom = zoom;
  const shown = viewer.querySelector("[data-zoom-shown]");
  if (shown) shown.textContent = `${zoom}%`;
  localStorage.setItem("guohe:zoom", zoom);
  sheets.scrollTop = share * sheets.scrollHeight - sheets.clientHeight / 3;
  if (zoom >= FINE) sharpen(sheets);
}

// The finer picture of the pages that are in sight.
function sharpen(sheets) {
  const outer = sheets.getBoundingClientRect();
  for (const image of sheets.querySelectorAll("img[data-sharp]")) {
    const box = image.getBoundingClientRect();
    if (box.bottom > outer.top - 200 && box.top < outer.bottom + 200) {
      image.src = image.dataset.sharp;
      image.removeAttribute("data-sharp");
      image.removeAttribute("data-whole");
    }
  }
}

// Pages that are only passed show their thumbnail; the whole picture comes where one stays.
function previewFirst(viewer, sheets) {
  for (const image of sheets.querySelectorAll("img[loading=lazy]")) {
    const thumb = viewer.querySelector(`.thumbs [data-page="${image.closest(".sheet").dataset.page}"] img`);
    if (image.complete || !thumb) continue;
    image.dataset.whole = image.src;
    image.src = thumb.src;
  }
  let timer = 0;
  const settle = () => { clearTimeout(timer); timer = setTimeout(() => whole(viewer, sheets), SETTLED); };
  sheets.addEventListener("scroll", settle, { passive: true });
  addEventListener("scroll", settle, { passive: true });
  settle();
}

function whole(viewer, sheets) {
  if (Number(viewer.dataset.zoom) >= FINE) { sharpen(sheets); return; }
  for (const image of sheets.querySelectorAll("img[data-whole]")) {
    const box = image.getBoundingClientRect();
    if (box.bottom > -AHEAD && box.top < innerHeight + AHEAD) {
      image.loading = "eager";
      image.src = image.dataset.whole;
      image.removeAttribute("data-whole");
    }
  }
}

function watchPages(viewer, sheets) {
  previewFirst(viewer, sheets);
  const seen = new Map();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen.set(entry.target, entry.intersectionRect.height);
    const [most] = [...seen].sort((a, b) => b[1] - a[1])[0] || [];
    if (most) current(viewer, Number(most.dataset.page));
    if (Number(viewer.dataset.zoom) >= FINE) sharpen(sheets);
  }, { root: sheets.scrollHeight > sheets.clientHeight + 4 ? sheets : null, threshold: [0, 0.25, 0.5, 0.75, 1] });
  for (const sheet of sheets.querySelectorAll(".sheet")) observer.observe(sheet);
  watched.set(viewer, observer);
}

function current(viewer, number) {
  if (viewer.dataset.number === String(number)) return;
  viewer.dataset.number = number;
  viewer.querySelector(".thumbs [aria-current]")?.removeAttribute("aria-current");
  const thumb = viewer.querySelector(`.thumbs [data-page="${number}"]`);
  thumb?.setAttribute("aria-current", "true");
  const strip = thumb?.parentElement;
  if (strip && (thumb.offsetTop < strip.scrollTop || thumb.offsetTop + thumb.offsetHeight > strip.scrollTop + strip.clientHeight)) {
    strip.scrollTop = thumb.offsetTop - strip.clientHeight / 2;
  }
}

export function toPage(viewer, number) {
  const sheet = viewer.querySelector(`#page-${number}`);
  const sheets = viewer.querySelector(".sheets");
  if (!sheet) return;
  if (sheets.scrollHeight > sheets.clientHeight + 4) sheets.scrollTop += sheet.getBoundingClientRect().top - sheets.getBoundingClientRect().top - 8;
  else sheet.scrollIntoView();
  current(viewer, number);
}

export function turn(viewer, step) {
  const number = Number(viewer.dataset.number) + step;
  if (viewer.dataset.pictured) toPage(viewer, Math.max(1, Math.min(Number(viewer.dataset.count), number)));
  else viewer.querySelector(`.part-list [data-part="${number}"]`)?.click();
}

// The next or the previous stretch of a long document, put where its link stands.
async function morePart(link, sheets) {
  const answer = await part(link.href);
  if (!answer.ok) { location.assign(link.href); return; }
  const holder = document.createElement("div");
  fill(holder, answer.html);
  const paper = holder.querySelector(".paper");
  const backward = link.rel === "prev";
  paper.querySelector(backward ? "[rel=next]" : "[rel=prev]")?.closest("p").remove();
  const height = sheets.scrollHeight;
  link.closest("p").replaceWith(...paper.childNodes);
  if (backward) sheets.scrollTop += sheets.scrollHeight - height;
}

async function copy(viewer, button) {
  const own = viewer.querySelector('a[target="_blank"]');
  await navigator.clipboard.writeText(new URL(own ? own.href : location.href, location.href).href);
  const label = button.querySelector(".label");
  const before = label.textContent;
  label.textContent = text("copied");
  setTimeout(() => { label.textContent = before; }, 2000);
}
