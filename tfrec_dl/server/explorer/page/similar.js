// What is like an item, in a dialog of its own.

import { cover } from "./covers.js";
import { $, el, icon, notice } from "./dom.js";
import { entries, row } from "./list.js";
import { similar } from "./requests.js";
import { item, learn, predict, subtitle, title } from "./server.js";
import { change, state } from "./state.js";

const box = $("similar");

export async function openSimilar(which, id) {
  change({ similar: id });
  try {
    const found = entries(await predict(which, similar(id))).slice(0, 12);
    await learn(which, [id, ...found.map((each) => each.id)]);
    const each = item(which, id);
    const choices = found.map((entry, at) => row(which, entry, at + 1, { actions: false, openSimilar: (next) => openSimilar(which, next) }));
    box.replaceChildren(
      el("header", {}, cover(each), el("h2", { id: "similar-title" }, `Similar to ${title(each)} `, el("span", { className: "more" }, subtitle(each))),
        icon("close", "Close", () => box.close())),
      el("div", { className: "body" }, found.length
        ? el("ol", { className: "list" }, choices)
        : el("p", { className: "empty" }, "The model knows nothing that is like it.")));
    for (const button of box.querySelectorAll(".title")) button.addEventListener("click", () => box.close());
    if (!box.open) box.showModal();
    box.scrollTop = 0;
  } catch (error) {
    notice(error.message, true);
  }
}

box.addEventListener("close", () => { if (state.similar) change({ similar: "" }); });
box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
