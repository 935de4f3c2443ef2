"use strict";
// What stands at a point is shown beside it; a lane of a chart answers in its whole width.
const tip = document.getElementById("tip");
function show(event) {
  const target = event.target.closest("[data-tip]");
  if (!target) { tip.hidden = true; return; }
  tip.textContent = "";
  target.dataset.tip.split("\n").forEach((line, place) => {
    const row = document.createElement(place ? "div" : "strong");
    row.textContent = line;
    tip.append(row);
  });
  tip.hidden = false;
  const mark = (target.querySelector(".mark") || target).getBoundingClientRect();
  const left = mark.left + mark.width / 2 - tip.offsetWidth / 2;
  const above = mark.top - tip.offsetHeight - 10;
  tip.style.left = Math.max(8, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = (above < 8 ? mark.bottom + 10 : above) + "px";
}
document.addEventListener("pointerover", show);
document.addEventListener("pointerdown", show);
document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true, capture: true });

// Tables are sorted by a click on a column's name; a second click turns the order around.
const key = (row, column) => {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numbers = [...table.tBodies[0].rows].some((row) => row.cells[column].dataset.value !== undefined);
      const before = head.getAttribute("aria-sort");
      const falls = before ? before === "ascending" : numbers;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].sort((a, b) => {
        const x = key(a, column), y = key(b, column);
        if (x === "" || y === "") return (x === "") - (y === "");
        const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
        return falls ? -order : order;
      });
      table.tBodies[0].append(...rows);
    });
  });
}

// Of several charts one is shown.
for (const choice of document.querySelectorAll(".choice")) {
  const buttons = [...choice.querySelectorAll(".chips button")], charts = [...choice.querySelectorAll(".chosen")];
  buttons.forEach((button, place) => button.addEventListener("click", () => {
    buttons.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
    charts.forEach((chart, other) => { chart.hidden = other !== place; });
  }));
}

// Light or dark as the system has it, until the button is pressed.
const theme = document.getElementById("theme");
const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
theme.hidden = false;
theme.textContent = isDark() ? "light" : "dark";
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  theme.textContent = isDark() ? "light" : "dark";
});

// The section that is read is marked in the contents; what is folded is printed too.
const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
const watch = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) {
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(entry.target.id).setAttribute("aria-current", "true");
  }
}, { rootMargin: "-10% 0px -80% 0px" });
for (const id of links.keys()) watch.observe(document.getElementById(id));
addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("details")) each.open = true; });
