// The search: typing asks the server, arrows and Enter choose.

import { $, debounced, el, notice } from "./dom.js";
import { cover } from "./covers.js";
import { remember, search, subtitle, title } from "./server.js";
import { choose, state } from "./state.js";

const input = $("query");
const found = $("found");
let options = []; // what each choice does
let marked = -1;
let asking;

const which = () => ({ model: state.model, version: state.version });

function show(children) {
  found.replaceChildren(...children);
  found.hidden = false;
  input.setAttribute("aria-expanded", "true");
  mark(options.length ? 0 : -1);
}

function hide() {
  found.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(place) {
  marked = place;
  for (const [number, option] of [...found.children].entries()) {
    option.setAttribute("aria-selected", String(number === marked));
    if (number === marked) option.scrollIntoView({ block: "nearest" });
  }
  if (marked >= 0) input.setAttribute("aria-activedescendant", `option-${marked}`);
}

function option(content, act) {
  const place = options.push(act) - 1;
  return el("li", {
    role: "option", id: `option-${place}`, "aria-selected": "false",
    onmousemove: () => mark(place),
    onmousedown: (event) => { event.preventDefault(); act(); },
  }, content);
}

const ask = debounced(async () => {
  asking?.abort();
  asking = new AbortController();
  const query = input.value;
  try {
    const { items, values } = await search(which(), query, 20, asking.signal);
    remember(which(), items);
    options = [];
    const of = query.includes("=") ? [] : values;
    const shown = [
      ...items.slice(0, 8).map(row),
      ...of.map(({ attribute, value, count }) => option(
        [el("span", {}, `${attribute}: `, el("span", { className: "value" }, value), el("small", {}, `${count.toLocaleString()} items: list them`))],
        () => { input.value = `${attribute}=${value}`; ask(); },
      )),
      ...items.slice(8).map(row),
    ];
    show(shown.length ? shown : [el("li", { className: "nothing", role: "option", "aria-disabled": "true" }, `Nothing found for “${query}”`)]);
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message, true);
  }
}, 40);

function row(item) {
  const tags = Object.values(item.attributes).filter(Array.isArray).flat().slice(0, 3).join(", ");
  return option([cover(item, "small"), el("span", {}, el("b", {}, title(item)),
    el("small", {}, [subtitle(item), tags].filter(Boolean).join(" · ") || item.id))], () => {
    choose(item.id);
    input.select();
    hide();
  });
}

input.addEventListener("input", ask);
input.addEventListener("focus", () => { if (input.value) ask(); });
input.addEventListener("blur", hide);
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (found.hidden) ask();
    else if (options.length) mark((marked + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length);
  } else if (event.key === "Enter" && !found.hidden && options[marked]) {
    event.preventDefault();
    options[marked]();
  } else if (event.key === "Escape") {
    if (found.hidden) input.value = "";
    hide();
  }
});

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, select, textarea, dialog");
  if (event.key === "/" && !writes) {
    event.preventDefault();
    input.focus();
  }
});
