// Covers of items that have no pictures: a colour of the first category, a shade of the item, its initials.

import { el } from "./dom.js";
import { title } from "./server.js";

function hash(text) {
  let found = 2166136261;
  for (const letter of text) found = Math.imul(found ^ letter.codePointAt(0), 16777619);
  return found >>> 0;
}

function category(item) {
  for (const value of Object.values(item.attributes)) if (Array.isArray(value) && value.length) return value[0];
  return item.id;
}

export function cover(item, size = "") {
  const base = (hash(category(item)) % 24) * 15;
  const own = hash(item.id);
  const words = title(item).replace(/^(the|a|an)\s+/i, "").split(/[\s:,.&-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("") || "?";
  return el("span", {
    className: `cover ${size}`, "aria-hidden": "true",
    vars: { "--hue": base + (own % 24) - 12, "--hue-2": base + 35 + (own % 50) },
  }, initials);
}
