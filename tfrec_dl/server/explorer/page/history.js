// The history: what was chosen, oldest first, and something to begin with.

import { cover } from "./covers.js";
import { $, el, icon, notice, redraw } from "./dom.js";
import { similar } from "./requests.js";
import { about, item, learn, predict, remember, search, subtitle, title } from "./server.js";
import { change, choose, onChange, state } from "./state.js";

const which = () => ({ model: state.model, version: state.version });

function moved(place, by) {
  const history = [...state.history];
  const [taken] = history.splice(place, 1);
  history.splice(place + by, 0, taken);
  return { history };
}

function entry(id, place) {
  const each = item(which(), id);
  const last = state.history.length - 1;
  return el("li", {}, cover(each, "small"), el("span", { className: "name" }, title(each), el("small", {}, subtitle(each))),
    el("span", { className: "moves" },
      icon("up", `Earlier: ${title(each)}`, () => change(moved(place, -1)), { disabled: place === 0, data: { key: `earlier-${place - 1}` } }),
      icon("down", `Later: ${title(each)}`, () => change(moved(place, 1)), { disabled: place === last, data: { key: `later-${place + 1}` } }),
      icon("close", `Remove ${title(each)}`, () => change({ history: state.history.filter((_, other) => other !== place) }), { data: { key: `remove-${place}` } })));
}

async function draw() {
  const ids = [...state.history];
  $("clear").hidden = !ids.length;
  $("start").hidden = ids.length > 0;
  await learn(which(), ids).catch((error) => notice(error.message, true));
  if (JSON.stringify(ids) === JSON.stringify(state.history)) redraw($("history"), ids.map(entry), $("query"));
}

let offered = "";
async function offer() {
  const now = JSON.stringify(which());
  if (offered === now || !state.model) return;
  offered = now;
  try {
    const { items } = await search(which(), "", 9);
    remember(which(), items);
    $("popular").replaceChildren(...items.map((each) => el("button", { type: "button", className: "tile", onclick: () => choose(each.id) },
      cover(each), el("b", {}, title(each)))));
  } catch (error) {
    notice(error.message, true);
  }
}

/** A history that hangs together: an item that many know, and some that are like it. */
async function surprise() {
  try {
    const { items } = await search(which(), "", 200);
    remember(which(), items);
    const first = items[Math.floor(Math.random() * items.length)].id;
    let more = [];
    if (about(which())?.signatures.includes("similar_items")) {
      const row = await predict(which(), similar(first));
      more = row.item_ids.filter(Boolean).slice(0, 8).sort(() => Math.random() - 0.5).slice(0, 3);
    }
    change({ history: [...more, first] });
  } catch (error) {
    notice(error.message, true);
  }
}

$("clear").addEventListener("click", () => { change({ history: [] }); $("query").focus(); });
$("surprise").addEventListener("click", surprise);
onChange(draw);
onChange(offer);
