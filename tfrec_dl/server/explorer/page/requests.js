// The very requests: what is sent, and how a program would send it.

import { path } from "./server.js";
import { state } from "./state.js";

const LOWEST = -3.4e38; // no bound; JSON has no NaN
const some = (list) => (list.length ? list : [""]);

/** A request for recommendations, of the signature that the version has. */
export function recommendations(version) {
  if (!version.signatures.includes("recommend_with_rules")) {
    return { signature_name: "recommend_excluding", instances: [{ history: some(state.history), exclude: some(state.excluded) }] };
  }
  return {
    signature_name: "recommend_with_rules",
    instances: [{
      history: some(state.history),
      exclude: some(state.excluded),
      only: [""],
      must: some(state.must),
      must_not: some(state.never),
      boost: some(state.boosts.map(([condition]) => condition)),
      boost_weights: state.boosts.length ? state.boosts.map(([, weight]) => weight) : [0],
      diversity: state.diversity,
      at_most: some(Object.entries(state.atMost).map(([name, most]) => `${name}=${most}`)),
      pin: some(Object.entries(state.pins).filter(([, place]) => place <= length(version)).map(([id, place]) => `${id}@${place}`)),
      keep_seen: state.keepSeen,
      min_score: state.lowest ?? LOWEST,
      k: length(version),
    }],
  };
}

/** How long a list can be. */
export const length = (version) => Math.min(state.k, version.k_max);

export const explanation = (ids) => ({
  signature_name: "explain", instances: [{ history: some(state.history), item_ids: ids }],
});

export const similar = (id) => ({ signature_name: "similar_items", instances: [id] });

export function curl(which, request) {
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  return `curl -s ${location.origin}${path(which.model, which.version)} -d '${body}'`;
}

export function python(which, request) {
  return `import requests

answer = requests.post(
    ${JSON.stringify(location.origin + path(which.model, which.version))},
    json=${literal(request, 1)},
)
answer.raise_for_status()
row = answer.json()["predictions"][0]
print([item for item in row["item_ids"] if item])
`;
}

/** A value as Python writes it. */
function literal(value, depth) {
  const space = "    ".repeat(depth);
  if (Array.isArray(value) && value.some((each) => typeof each === "object")) {
    return `[\n${value.map((each) => `${space}    ${literal(each, depth + 1)},\n`).join("")}${space}]`;
  }
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, depth)).join(", ")}]`;
  if (typeof value === "object") {
    const lines = Object.entries(value).map(([name, each]) => `${space}    ${JSON.stringify(name)}: ${literal(each, depth + 1)},\n`);
    return `{\n${lines.join("")}${space}}`;
  }
  return JSON.stringify(value);
}
