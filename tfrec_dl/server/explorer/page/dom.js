// Elements, made from texts that are never read as HTML.

import { drawing } from "./icons.js";

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, each] of Object.entries(value)) made.style.setProperty(key, each);
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const $ = (id) => document.getElementById(id);

/** A button that shows an icon, and says what it does to those who do not see it. */
export function icon(name, label, onclick, more = {}) {
  return el("button", { type: "button", className: "icon", "aria-label": label, title: label, onclick, ...more }, drawing(name));
}

/** Draws anew, and puts the focus back to what has the same key. */
export function redraw(container, children, instead = null) {
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key ?? "" : null;
  container.replaceChildren(...children);
  if (key === null) return;
  const again = [...container.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
  (again ?? instead)?.focus({ preventScroll: true });
}

export function debounced(act, milliseconds) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
}

let hide;
export function notice(text, bad = false) {
  const box = $("notice");
  box.textContent = text;
  box.className = bad ? "notice seen bad" : "notice seen";
  clearTimeout(hide);
  hide = setTimeout(() => box.classList.remove("seen"), bad ? 6000 : 2200);
}

export async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  notice(done);
}
