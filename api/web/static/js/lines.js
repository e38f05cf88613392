// A file in a text field: a line that is named beside it is found in it.
const field = document.getElementById("content");

function show(number) {
  const lines = field.value.split("\n");
  if (!(number >= 1 && number <= lines.length)) return;
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + lines[number - 1].length);
  const measure = field.cloneNode();   // long lines are wrapped: what stands above is measured, not counted
  Object.assign(measure.style, { position: "absolute", visibility: "hidden", height: "0", minHeight: "0", width: `${field.offsetWidth}px` });
  measure.removeAttribute("id");
  measure.removeAttribute("name");
  measure.value = field.value.slice(0, start);
  field.after(measure);
  field.scrollTop = Math.max(0, measure.scrollHeight - field.clientHeight / 2);
  measure.remove();
  field.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  show(Number(link.dataset.line));
});
const asked = /^#line-(\d+)$/.exec(location.hash);
if (asked) show(Number(asked[1]));
