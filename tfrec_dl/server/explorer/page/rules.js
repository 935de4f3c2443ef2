// A slider, a chip or a switch for every rule of a request.

import { choices } from "./choices.js";
import { $, el, icon, redraw } from "./dom.js";
import { about, item, learn, title } from "./server.js";
import { change, onChange, rulesSet, state, withoutRules } from "./state.js";

const which = () => ({ model: state.model, version: state.version });

const rule = (name, note, ...content) =>
  el("fieldset", { className: "rule" }, el("legend", {}, el("span", {}, name), el("span", { className: "hint" }, note)), el("div", {}, content));

function slider(label, key, { min, max, step, value, text, set }) {
  const output = el("output", {}, text(value));
  const input = el("input", {
    type: "range", "aria-label": label, min: String(min), max: String(max), step: String(step), value: String(value), data: { key },
    oninput: (event) => { output.textContent = text(Number(event.target.value)); set(Number(event.target.value)); },
  });
  return [input, output];
}

function length(version) {
  const [input, output] = slider("Length of the list", "k", {
    min: 1, max: Math.min(50, version.k_max), step: 1, value: Math.min(state.k, version.k_max), text: String, set: (k) => change({ k }),
  });
  return rule("Length", output, input);
}

function diversity() {
  const [input, output] = slider("Diversity", "diversity", {
    min: 0, max: 1, step: 0.05, value: state.diversity, text: (value) => value.toFixed(2), set: (value) => change({ diversity: value }),
  });
  return rule("Diversity", output, input, el("div", { className: "ends", "aria-hidden": "true" }, el("span", {}, "the best"), el("span", {}, "all kinds")));
}

function keepSeen() {
  const kinds = [["", "default"], ["no", "hide"], ["yes", "keep"]];
  return rule("Items of the history", "", el("div", { className: "segments" }, kinds.map(([value, text]) => el("label", {},
    el("input", { type: "radio", name: "keep-seen", value, checked: state.keepSeen === value, data: { key: `keep-${value}` }, onchange: () => change({ keepSeen: value }) }),
    el("span", {}, text)))));
}

function boosts(version) {
  const every = version.attributes.flatMap(({ name, values = [] }) => values.map(([value]) => `${name}=${value}`));
  const set = (place, weight) => change({ boosts: state.boosts.map((each, at) => (at === place ? [each[0], weight] : each)) });
  const rows = state.boosts.map(([condition, weight], place) => {
    const [input, output] = slider(`Boost of ${condition}`, `boost-${condition}`, {
      min: -3, max: 3, step: 0.1, value: weight, text: (value) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`, set: (value) => set(place, value),
    });
    return el("div", { className: "boost" }, el("span", {}, condition.replace(/^(\w+)=/, "$1: "), " ", output),
      icon("close", `No boost of ${condition}`, () => change({ boosts: state.boosts.filter((_, at) => at !== place) })), input);
  });
  const add = el("input", {
    className: "field", list: "conditions", placeholder: "genres=War, year>=2000 …", "aria-label": "Boost a condition", data: { key: "boost" },
    onchange: (event) => {
      const condition = event.target.value.trim();
      if (condition && !state.boosts.some(([each]) => each === condition)) change({ boosts: [...state.boosts, [condition, 1]] });
      event.target.value = "";
    },
  });
  const first = version.attributes[0]?.name;
  add.placeholder = first ? `${first}=…` : "";
  return rule("Boosts", "standard deviations", rows, add, el("datalist", { id: "conditions" }, every.map((value) => el("option", { value }))));
}

function taken(name, ids, remove) {
  if (!ids.length) return null;
  return rule(name, "", el("div", { className: "chips" }, ids.map((id) => el("button", {
    type: "button", className: "chip", "aria-label": `Take ${title(item(which(), id))} out of: ${name}`, data: { key: `${name}-${id}` }, onclick: () => change(remove(id)),
  }, title(item(which(), id)), id in state.pins && name === "Pinned" ? el("small", {}, `at ${state.pins[id]}`) : "", " ×"))));
}

function lowest() {
  return rule("Lowest score", "", el("input", {
    type: "number", step: "any", className: "field", "aria-label": "Lowest score", placeholder: "none", value: state.lowest === null ? "" : String(state.lowest), data: { key: "lowest" },
    onchange: (event) => change({ lowest: event.target.value === "" ? null : Number(event.target.value) }),
  }));
}

let drawn = "";
async function draw() {
  const named = [...Object.keys(state.pins), ...state.excluded];
  if (named.length && state.model) await learn(which(), named).catch(() => {});
  const version = about(which());
  const count = rulesSet();
  $("rules-count").hidden = !count;
  $("rules-count").textContent = `${count} set`;
  if (!version) return;
  // A slider that is being moved stays the one that it is.
  const { history, similar, againstModel, againstVersion, ...now } = state;
  const moving = document.activeElement?.type === "range" && $("rules").contains(document.activeElement);
  if (drawn === JSON.stringify(now) || moving) return;
  drawn = JSON.stringify(now);
  if (!version.signatures.includes("recommend_with_rules")) {
    return redraw($("rules"), [el("p", { className: "rule hint" }, "This export is of a version without rules: export it again.")]);
  }
  const pins = Object.keys(state.pins).sort((one, other) => state.pins[one] - state.pins[other]);
  redraw($("rules"), [
    length(version), diversity(), keepSeen(), ...version.attributes.flatMap((attribute) => choices(which(), attribute)),
    version.attributes.length ? boosts(version) : null,
    taken("Pinned", pins, (id) => ({ pins: Object.fromEntries(Object.entries(state.pins).filter(([other]) => other !== id)) })),
    taken("Never", state.excluded, (id) => ({ excluded: state.excluded.filter((other) => other !== id) })),
    lowest(),
    count ? el("button", { type: "button", className: "quiet", data: { key: "reset" }, onclick: () => change(withoutRules()) }, "Take all rules away") : null,
  ].filter(Boolean), $("rules-drawer").firstElementChild);
}

if (matchMedia("(max-width: 760px)").matches) $("rules-drawer").open = false;
onChange(draw);
