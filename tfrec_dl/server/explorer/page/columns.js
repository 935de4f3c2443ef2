// The lists: one, or two side by side with what moved.

import { $, el, notice, redraw } from "./dom.js";
import { entries, explain, row } from "./list.js";
import * as requests from "./requests.js";
import { about, learn, models, predict } from "./server.js";
import { openSimilar } from "./similar.js";
import { change, onChange, rulesSet, state } from "./state.js";

const first = () => ({ model: state.model, version: state.version });
const second = () => ({ model: state.againstModel, version: state.againstVersion });
let lists = []; // of each column: which, found, milliseconds, mostReason, error
let asking;
let asked = "";

function chooser(which, set, name) {
  const model = el("select", { "aria-label": `Model ${name}`, data: { key: `model-${name}` }, onchange: (event) => {
    const chosen = models.find((each) => each.name === event.target.value);
    change(set(chosen.name, chosen.versions[0].number));
  } }, models.map((each) => el("option", { value: each.name, selected: each.name === which.model }, each.name)));
  const versions = models.find((each) => each.name === which.model)?.versions ?? [];
  const version = el("select", { "aria-label": `Version ${name}`, data: { key: `version-${name}` }, onchange: (event) => change(set(which.model, Number(event.target.value))) },
    versions.map((each) => el("option", { value: String(each.number), selected: each.number === which.version },
      `version ${each.number}${each.labels.length ? ` (${each.labels.join(", ")})` : ""}`)));
  return el("span", { className: "which" }, model, version);
}

function facts({ which, found, milliseconds }) {
  const count = about(which)?.items ?? 0;
  const after = state.history.length ? `after ${state.history.length} item${state.history.length > 1 ? "s" : ""}` : "no history: what is popular";
  const rules = rulesSet() ? `, ${rulesSet()} rule${rulesSet() > 1 ? "s" : ""}` : "";
  return `${found.length} of ${count.toLocaleString()} items, ${after}${rules} · ${milliseconds} ms`;
}

function movement(id, place, column) {
  if (lists.length < 2 || lists.some((list) => list.error)) return null;
  const there = lists[1 - column].found.findIndex((each) => each.id === id) + 1;
  if (column === 0) return there ? null : el("span", { className: "moved gone" }, "only here");
  if (!there) return el("span", { className: "moved new" }, "new");
  if (there === place) return el("span", { className: "moved" }, "same place");
  const [mark, word, kind] = there > place ? ["▲", "up", "up"] : ["▼", "down", "down"];
  return el("span", { className: `moved ${kind}` }, `${mark} ${Math.abs(there - place)}`, el("span", { className: "unseen" }, ` ${word}`));
}

function overlap() {
  const [one, other] = lists.map((list) => list.found.map(({ id }) => id));
  const both = one.filter((id) => other.includes(id)).length;
  const most = Math.max(one.length, other.length, 1);
  return el("p", { className: "overlap" }, el("span", {}, `${both} of ${most} in both, ${other.length - both} new`), el("i", { vars: { "--part": (100 * both) / most } }));
}

function column(list, number) {
  const { which, found, error } = list;
  const set = number ? (againstModel, againstVersion) => ({ againstModel, againstVersion }) : (model, version) => ({ model, version });
  const ruled = about(which)?.signatures.includes("recommend_with_rules");
  const canSimilar = about(which)?.signatures.includes("similar_items");
  const rows = found.map((entry, at) => row(which, entry, at + 1, {
    movement: movement(entry.id, at + 1, number), ruled, mostReason: list.mostReason,
    openSimilar: canSimilar ? (id) => openSimilar(which, id) : null,
  }));
  const head = el("header", {}, el("h2", {}, number ? "Beside it" : state.history.length ? "Recommended" : "Popular"),
    chooser(which, set, number ? "of the second list" : "of the list"),
    el("span", { className: "facts" }, error ? "" : facts(list)));
  const body = error || !rows.length
    ? el("p", { className: "empty" }, error || "The rules leave nothing. Take one away, or the last item.")
    : el("ol", { className: "list", "aria-label": `Recommendations of ${which.model}, version ${which.version}` }, rows);
  return el("section", { className: "column", "aria-label": number ? "Second list" : "First list" }, head, body);
}

/** Draws the lists; what has another place than before goes there where that is to be seen. */
function draw(moving) {
  const box = $("columns");
  const before = new Map([...box.querySelectorAll(".column")].flatMap((each, number) =>
    [...each.querySelectorAll(".row")].map((shown) => [`${number} ${shown.dataset.id}`, shown.getBoundingClientRect().top])));
  box.className = lists.length > 1 ? "columns two" : "columns";
  const both = lists.length > 1 && !lists.some((list) => list.error);
  redraw(box, [...(both ? [overlap()] : []), ...lists.map(column)], $("lists"));
  if (!moving || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  box.querySelectorAll(".column").forEach((each, number) => each.querySelectorAll(".row").forEach((shown) => {
    const was = before.get(`${number} ${shown.dataset.id}`);
    const by = was === undefined ? 0 : was - shown.getBoundingClientRect().top;
    if (by) shown.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 260, easing: "cubic-bezier(.2,.8,.2,1)" });
    else if (was === undefined && before.size) shown.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 260 });
  }));
}

async function recommend(which, signal) {
  const version = about(which);
  if (!version) return { which, found: [], milliseconds: 0, error: `${which.model} has no version ${which.version} any more.` };
  const start = performance.now();
  try {
    const found = entries(await predict(which, requests.recommendations(version), signal)).slice(0, requests.length(version));
    return { which, found, milliseconds: Math.round(performance.now() - start), mostReason: 1 };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { which, found: [], milliseconds: 0, error: error.message };
  }
}

async function reason(list, signal) {
  const ids = list.found.map(({ id }) => id);
  const history = [...state.history];
  const learning = learn(list.which, ids);
  if (history.length && ids.length && about(list.which).signatures.includes("explain")) {
    list.mostReason = explain(list.found, await predict(list.which, requests.explanation(ids), signal), history);
    await learn(list.which, history);
  }
  await learning;
}

async function refresh() {
  const { similar, ...now } = state;
  if (asked === JSON.stringify(now) || !state.model) return;
  asked = JSON.stringify(now);
  asking?.abort();
  const { signal } = (asking = new AbortController());
  try {
    const which = state.againstModel ? [first(), second()] : [first()];
    const found = await Promise.all(which.map((each) => recommend(each, signal)));
    if (signal.aborted) return;
    lists = found;
    draw(true);
    $("columns").dataset.shown = JSON.stringify(state.history); // the list is there; reasons follow
    await Promise.all(lists.map((list) => reason(list, signal)));
    if (signal.aborted) return;
    draw(false);
    $("columns").dataset.explained = JSON.stringify(state.history);
  } catch (error) {
    if (error.name !== "AbortError") notice(error.message, true);
  }
}

$("compare").addEventListener("click", () => {
  if (state.againstModel) return change({ againstModel: "", againstVersion: 0 });
  const every = models.flatMap((each) => each.versions.map((version) => [each.name, version.number]));
  const other = every.find(([model, version]) => model === state.model && version !== state.version)
    ?? every.find(([model]) => model !== state.model) ?? every[0];
  change({ againstModel: other[0], againstVersion: other[1] });
});
onChange(() => $("compare").setAttribute("aria-pressed", String(Boolean(state.againstModel))));
onChange(refresh);
