// The worklist: how many are chosen, and all of a page at once.
const boxes = [...document.querySelectorAll('[name="cases"]')];
const all = document.querySelector("[data-all]");
const shown = document.querySelector("[data-chosen]");

function count() {
  const chosen = boxes.filter((one) => one.checked).length;
  if (shown) shown.textContent = chosen;
  if (all) { all.checked = chosen === boxes.length && chosen > 0; all.indeterminate = chosen > 0 && chosen < boxes.length; }
}

for (const one of boxes) one.addEventListener("change", count);
all?.addEventListener("change", () => { for (const one of boxes) one.checked = all.checked; count(); });
count();
