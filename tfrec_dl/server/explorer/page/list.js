// One row of a list: the item, why it is there, what can be done with it.

import { cover } from "./covers.js";
import { el, icon } from "./dom.js";
import { item, subtitle, title } from "./server.js";
import { change, choose, state, toggled } from "./state.js";

const REASONS = 2;
const SHORT = 14; // letters of a name that is shown whole
const LEAST = 0.08; // of the largest reason in the list: what is smaller explains nothing

const number = (value) => value.toLocaleString(undefined, { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });

function reasons(which, because, most) {
  if (!because) return [];
  const width = (value) => Math.max(8, Math.min(100, (100 * Math.abs(value)) / most));
  const chips = (items) => items.slice(0, REASONS).map(({ id, value }) => {
    const name = title(item(which, id));
    return el("span", { className: `reason${value < 0 ? " against" : ""}${name.length > SHORT ? " long" : ""}`, title: `${name}: ${value < 0 ? "" : "+"}${number(value)}` },
      el("i", { vars: { "--part": width(value) } }), el("span", {}, name));
  });
  const shared = because.shared.slice(0, 1).map(({ text, value }) =>
    el("span", { className: "reason shared", title: `${text}: +${number(value)}` }, el("span", {}, `more ${text.slice(text.indexOf("=") + 1)}`)));
  const speaking = because.items.filter(({ value }) => Math.abs(value) > LEAST * most);
  const [pro, contra] = [speaking.filter(({ value }) => value > 0), speaking.filter(({ value }) => value < 0).reverse()];
  if (pro.length) return ["because you chose ", ...chips(pro), ...shared];
  return contra.length ? ["although you chose ", ...chips(contra.slice(0, 1))] : [];
}

function tags(each) {
  const wanted = new Set(state.must);
  const shown = new Set(Object.values(each.shown));
  return Object.entries(each.attributes).flatMap(([name, value]) => {
    const all = Array.isArray(value) ? value : value === null ? [] : [String(value)];
    return all.filter((text) => !shown.has(text)).slice(0, 5)
      .map((text) => el("span", { className: wanted.has(`${name}=${text}`) ? "tag wanted" : "tag" }, text));
  });
}

function pinned(id, place) {
  const pins = { ...state.pins };
  if (id in pins) delete pins[id];
  else {
    for (const other of Object.keys(pins)) if (pins[other] === place) delete pins[other];
    pins[id] = place;
  }
  return { pins };
}

/**
 * A row.
 *
 * which: model and version. entry: id, score, part of the best score, because. place: from 1. movement: how it moved
 * against the other list, if there is one. openSimilar: shows what is like it. ruled: whether rules can be asked for.
 */
export function row(which, entry, place, { movement = null, openSimilar = null, ruled = true, mostReason = 1, actions = true } = {}) {
  const each = item(which, entry.id);
  const name = title(each);
  const acts = el("span", { className: "acts" },
    openSimilar && icon("similar", `Similar to ${name}`, () => openSimilar(entry.id), { data: { key: `similar-${entry.id}` } }),
    ruled && actions && icon("pin", entry.id in state.pins ? `Unpin ${name}` : `Pin ${name} at place ${place}`, () => change(pinned(entry.id, place)),
      { "aria-pressed": String(entry.id in state.pins), data: { key: `pin-${entry.id}` } }),
    actions && icon("never", `Never ${name}`, () => change({ excluded: toggled(state.excluded, entry.id) }), { data: { key: `never-${entry.id}` } }));
  return el("li", { className: entry.id in state.pins && actions ? "row pinned" : "row", data: { id: entry.id } },
    el("span", { className: "place" }, el("span", { className: "unseen" }, "Place "), String(place)),
    cover(each),
    el("div", { className: "main" },
      el("button", { type: "button", className: "title", title: "Add to the history", data: { key: `title-${entry.id}` }, onclick: () => choose(entry.id) },
        el("span", { className: "unseen" }, "Choose "), el("span", { className: "name" }, name), el("span", { className: "more" }, subtitle(each))),
      el("div", { className: "tags" }, tags(each)),
      actions && el("div", { className: "why" }, reasons(which, entry.because, mostReason))),
    el("div", { className: "side" },
      el("span", { className: "score", title: `score ${entry.score}` }, el("i", { vars: { "--part": entry.part } }), number(entry.score)),
      movement, acts));
}

/** Entries of an answer, empty places left out; bars go from the lowest score of the list to its highest. */
export function entries(answer) {
  const found = answer.item_ids.map((id, place) => ({ id, score: answer.scores[place], because: null })).filter(({ id }) => id);
  const scores = found.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  for (const each of found) each.part = high > low ? 12 + (88 * (each.score - low)) / (high - low) : 100;
  return found;
}

/** What an answer of `explain` says of each entry. */
export function explain(found, answer, history) {
  found.forEach((entry, place) => {
    const values = new Map();
    history.forEach((id, at) => values.set(id, (values.get(id) ?? 0) + answer.contributions[place][at]));
    const items = [...values].map(([id, value]) => ({ id, value })).filter(({ value }) => value);
    items.sort((one, other) => other.value - one.value);
    const shared = (answer.in_common?.[place] ?? []).map((text, at) => ({ text, value: answer.in_common_contributions[place][at] }))
      .filter(({ text, value }) => text && value > 0);
    entry.because = { items, shared };
  });
  return Math.max(...found.flatMap((entry) => entry.because.items.map(({ value }) => Math.abs(value))), 1e-9);
}
