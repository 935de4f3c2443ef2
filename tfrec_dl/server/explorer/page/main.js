// Begins: the models there are, the state that the address names, light or dark.

import "./asked.js";
import "./columns.js";
import "./history.js";
import "./rules.js";
import "./search.js";
import { $, copy, notice } from "./dom.js";
import { draw } from "./icons.js";
import { about, loadModels } from "./server.js";
import { openSimilar } from "./similar.js";
import { change, fromHash, state } from "./state.js";
import { offerUsers } from "./users.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

function theme() {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? (dark.matches ? "dark" : "light");
}

$("theme").addEventListener("click", () => {
  localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  theme();
});
dark.addEventListener("change", theme);
$("link").addEventListener("click", () => copy(location.href, "Link copied: it holds everything"));
theme();
draw(document);

async function begin() {
  const models = await loadModels();
  if (!models.length) return notice("Nothing that recommends is served here.", true);
  const said = fromHash(location.hash);
  const model = models.find((each) => each.name === said.model) ?? models[0];
  said.model = model.name;
  if (!about(said)) said.version = model.versions[0].number;
  if (said.againstModel && !about({ model: said.againstModel, version: said.againstVersion })) {
    Object.assign(said, { againstModel: "", againstVersion: 0 });
  }
  change(said);
  if (state.similar) openSimilar({ model: state.model, version: state.version }, state.similar);
}

offerUsers().catch((error) => notice(error.message, true));
addEventListener("hashchange", () => begin().catch((error) => notice(error.message, true)));
begin().catch((error) => notice(error.message, true));
