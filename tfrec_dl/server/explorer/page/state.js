// All that the page shows follows from this, and it is what the address says.

const EMPTY = {
  model: "", version: 0, againstModel: "", againstVersion: 0, history: [], k: 10, diversity: 0, must: [], never: [],
  boosts: [], atMost: {}, keepSeen: "", pins: {}, excluded: [], lowest: null, similar: "",
};

export const state = structuredClone(EMPTY);
const listeners = [];

export const onChange = (listener) => listeners.push(listener);

export function change(changes) {
  Object.assign(state, changes);
  history.replaceState(null, "", toHash());
  for (const listener of listeners) listener(state);
}

export const withoutRules = () => ({
  ...Object.fromEntries(RULES.map((name) => [name, structuredClone(EMPTY[name])])),
});
const RULES = ["k", "diversity", "must", "never", "boosts", "atMost", "keepSeen", "pins", "excluded", "lowest"];

export const rulesSet = () =>
  RULES.filter((name) => JSON.stringify(state[name]) !== JSON.stringify(EMPTY[name])).length;

/** Adds an item to the history, where it is the newest. */
export const choose = (id) => change({ history: [...state.history, id] });

/** Toggles an item of a list. */
export const toggled = (list, value) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);

export function toHash() {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (JSON.stringify(value) === JSON.stringify(EMPTY[name])) continue;
    set.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return `#${set}`;
}

/** What an address says; what it does not say, or says wrongly, is as at first. */
export function fromHash(hash) {
  const found = structuredClone(EMPTY);
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!(name in EMPTY)) continue;
    try {
      const value = typeof EMPTY[name] === "string" ? text : JSON.parse(text);
      const same = Array.isArray(value) === Array.isArray(EMPTY[name]) && typeof value === typeof EMPTY[name];
      if (same || (name === "lowest" && typeof value === "number")) found[name] = value;
    } catch { /* as at first */ }
  }
  return found;
}
