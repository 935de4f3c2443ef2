// The very request, for a terminal and for Python.

import { $, copy, el, icon } from "./dom.js";
import * as requests from "./requests.js";
import { about } from "./server.js";
import { state } from "./state.js";

const box = $("asked");
const KINDS = [["curl", requests.curl], ["Python", requests.python]];

function open(kind) {
  const which = { model: state.model, version: state.version };
  const [name, write] = KINDS[kind];
  const text = write(which, requests.recommendations(about(which)));
  const tabs = KINDS.map(([each], number) => el("button", {
    type: "button", role: "tab", className: "pill", id: `tab-${number}`, "aria-selected": String(number === kind), "aria-controls": "snippet",
    tabindex: number === kind ? "0" : "-1", onclick: () => { open(number); $(`tab-${number}`).focus(); },
    onkeydown: (event) => { if (event.key.startsWith("Arrow")) { open(1 - kind); $(`tab-${1 - kind}`).focus(); } },
  }, each));
  box.replaceChildren(
    el("header", {}, el("h2", { id: "asked-title" }, "The request"),
      el("button", { type: "button", className: "pill", onclick: () => copy(text, `${name} copied`) }, "Copy"),
      icon("close", "Close", () => box.close())),
    el("div", { className: "body" },
      el("div", { className: "tabs", role: "tablist", "aria-label": "Language" }, tabs),
      el("pre", { id: "snippet", role: "tabpanel", tabindex: "0", "aria-labelledby": `tab-${kind}` }, text)));
  if (!box.open) box.showModal();
}

$("request").addEventListener("click", () => open(0));
box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
