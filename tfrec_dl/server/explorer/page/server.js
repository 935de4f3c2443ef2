// Asks the server: predictions as any client of TF Serving would, and what is known of models and items.

async function post(path, body, signal) {
  const answer = await fetch(path, { method: "POST", body: JSON.stringify(body), signal });
  const found = JSON.parse((await answer.text()).replaceAll(/\b(NaN|-?Infinity)\b(?=\s*[,\]}])/g, "null"));
  if (!answer.ok) throw new Error(found.error ?? `${answer.status}`);
  return found;
}

export const path = (model, version) => `/v1/models/${encodeURIComponent(model)}/versions/${version}:predict`;

/** The only row of a prediction. */
export async function predict({ model, version }, request, signal) {
  const { predictions } = await post(path(model, version), request, signal);
  return predictions[0];
}

export let models = [];

export async function loadModels() {
  const found = (await post("/explorer/models", {})).models;
  models = found.map((each) => ({ ...each, versions: each.versions.filter((version) => version.items) }))
    .filter((each) => each.versions.length);
  return models;
}

/** What the server says of a version; undefined where it serves none such. */
export const about = ({ model, version }) =>
  models.find((each) => each.name === model)?.versions.find((each) => each.number === version);

export const search = (which, query, most, signal) => post("/explorer/search", { ...which, query, most }, signal);
export const values = (which, attribute, query) => post("/explorer/values", { ...which, attribute, query });

const known = new Map();
const key = ({ model, version }, id) => JSON.stringify([model, version, id]);

/** What is known of an item so far. */
export const item = (which, id) => known.get(key(which, id)) ?? { id, shown: {}, attributes: {} };

export function remember(which, items) {
  for (const each of items) known.set(key(which, each.id), each);
}

/** Learns of items what is not known yet. */
export async function learn(which, ids) {
  const missing = [...new Set(ids)].filter((id) => id && !known.has(key(which, id)));
  if (!missing.length) return;
  const found = await post("/explorer/items", { ...which, ids: missing.slice(0, 500) });
  remember(which, [...missing.map((id) => ({ id, shown: {}, attributes: {} })), ...found.items]);
}

/** Users whose ids begin with a text, how many there are, and the history of the one with just this id. */
export const users = (query) => post("/explorer/users", { query });

/** An item's title: the first text that its export shows of it, or its id. */
export const title = (each) => Object.values(each.shown)[0] || each.id;

/** What else is shown of it. */
export const subtitle = (each) => Object.values(each.shown).slice(1).filter(Boolean).join(" · ");
