// What may be recommended: chips of an attribute's categories, two sliders of a number.

import { debounced, el, notice } from "./dom.js";
import { values } from "./server.js";
import { change, state } from "./state.js";

const FEW = 14; // chips that are shown without being looked for

/** The rules of one attribute. */
export function choices(which, attribute) {
  return attribute.kind === "number" ? range(attribute) : categories(which, attribute);
}

function stateOf(condition) {
  return state.must.includes(condition) ? "must" : state.never.includes(condition) ? "never" : "";
}

function next(condition) {
  const without = (list) => list.filter((each) => each !== condition);
  const now = stateOf(condition);
  return {
    must: now === "" ? [...state.must, condition] : without(state.must),
    never: now === "must" ? [...state.never, condition] : without(state.never),
  };
}

function chip(name, [value, count]) {
  const condition = `${name}=${value}`;
  const now = stateOf(condition);
  const says = { must: "only these", never: "none of these", "": "no rule" }[now];
  return el("button", {
    type: "button", className: `chip ${now}`, "aria-label": `${name} ${value}: ${says}`, data: { key: `chip-${condition}` },
    onclick: () => change(next(condition)),
  }, value, count ? el("small", { "aria-hidden": "true" }, count.toLocaleString()) : "");
}

function categories(which, { name, values: every = [], distinct = 0 }) {
  const known = new Set(every.map(([value]) => value));
  const set = [...state.must, ...state.never].filter((condition) => condition.startsWith(`${name}=`)).map((condition) => condition.slice(name.length + 1));
  const box = el("div", { className: "chips" }, [...set.filter((value) => !known.has(value) || every.findIndex(([each]) => each === value) >= FEW).map((value) => [value, 0]), ...every.slice(0, FEW)].map((each) => chip(name, each)));
  const look = debounced(async (query) => {
    try {
      const found = await values(which, name, query);
      box.replaceChildren(...found.values.slice(0, FEW).map((each) => chip(name, each)));
    } catch (error) {
      notice(error.message, true);
    }
  }, 80);
  const filter = distinct > FEW && el("input", {
    className: "field", type: "search", placeholder: `${distinct.toLocaleString()} values: look for one`, "aria-label": `Look for a value of ${name}`, data: { key: `look-${name}` },
    oninput: (event) => look(event.target.value),
  });
  const most = el("select", {
    className: "field", "aria-label": `At most so many of one value of ${name}`, data: { key: `most-${name}` },
    onchange: (event) => {
      const atMost = { ...state.atMost };
      if (event.target.value) atMost[name] = Number(event.target.value);
      else delete atMost[name];
      change({ atMost });
    },
  }, ["", 1, 2, 3, 4, 5].map((number) => el("option", { value: String(number), selected: String(state.atMost[name] ?? "") === String(number) }, number ? `at most ${number} of each` : "any number of each")));
  return [el("fieldset", { className: "rule" },
    el("legend", {}, el("span", {}, name), el("span", { className: "hint" }, "once: only · twice: never")),
    el("div", {}, filter, filter && el("div", { className: "gap" }), box, el("div", { className: "gap" }), most))];
}

function bound(name, operator) {
  const found = state.must.find((condition) => condition.startsWith(`${name}${operator}`));
  return found === undefined ? null : Number(found.slice(name.length + 2));
}

function range({ name, range: ends }) {
  if (!ends) return [];
  const [low, high] = ends;
  const whole = Number.isInteger(low) && Number.isInteger(high);
  const step = whole ? 1 : (high - low) / 100;
  const now = { ">=": bound(name, ">=") ?? low, "<=": bound(name, "<=") ?? high };
  const text = (value) => (whole ? String(value) : value.toPrecision(4));
  const output = el("output", {}, `${text(now[">="])} to ${text(now["<="])}`);
  const side = (operator, label, end) => el("input", {
    type: "range", "aria-label": `${label} ${name}`, min: String(low), max: String(high), step: String(step), value: String(now[operator]), data: { key: `${operator}-${name}` },
    oninput: (event) => {
      now[operator] = Number(event.target.value);
      output.textContent = `${text(now[">="])} to ${text(now["<="])}`;
      const others = state.must.filter((condition) => !condition.startsWith(`${name}${operator}`));
      change({ must: now[operator] === end ? others : [...others, `${name}${operator}${now[operator]}`] });
    },
  });
  return [el("fieldset", { className: "rule" }, el("legend", {}, el("span", {}, name), output),
    el("div", { className: "between" }, side(">=", "Lowest", low), side("<=", "Highest", high)))];
}
