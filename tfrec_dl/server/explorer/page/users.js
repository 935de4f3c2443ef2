// Users of a table that the server was given: their histories, to begin with.

import { $, debounced, el, notice } from "./dom.js";
import { users } from "./server.js";
import { change } from "./state.js";

const input = $("user");
let found = [];

const look = debounced(async () => {
  try {
    ({ users: found } = await users(input.value));
    $("users").replaceChildren(...found.map(([id, length]) => el("option", { value: id }, `${length} items`)));
  } catch (error) {
    notice(error.message, true);
  }
}, 80);

async function load() {
  if (!input.value) return;
  try {
    const { history } = await users(input.value);
    if (history) change({ history });
    else notice(`No user ${input.value} in the table`, true);
  } catch (error) {
    notice(error.message, true);
  }
}

/** Shows the field where there are users. */
export async function offerUsers() {
  const { count } = await users("");
  $("user-field").hidden = !count;
  input.placeholder = `one of ${count.toLocaleString()} users`;
}

input.addEventListener("input", look);
input.addEventListener("focus", look);
input.addEventListener("change", load);
