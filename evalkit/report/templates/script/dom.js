// Elements, and numbers as the module numbers writes them.

/** An element; attributes by name, `on` for listeners; strings become text and nothing else. */
const h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(9).filter((child) => child || child === 0));
  return element;
};
const name = (text) => h("bdi", {}, text);
const soft = (...children) => h("span", { class: "soft" }, ...children);
const heard = (text) => h("span", { class: "sr" }, text);

const DASH = "–";
const DECIMALS = {
  "0-100": 1, "%": 1, "0-1": 3, "errors per 100 words": 2, "edits per 100 reference words": 1,
  ratio: 2, words: 1, "standard errors": 2,
};
const decimals = (value, unit) => {
  if (unit in DECIMALS) return DECIMALS[unit];
  const size = Math.abs(value);
  if (size === 0 || size >= 1000) return 0;
  return size < 1 ? Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(size)))) : 2;
};
const known = (value) => value !== null && value !== undefined;
const score = (value, unit) => {
  if (!known(value)) return DASH;
  const places = decimals(value, unit);
  const written = (Number(value.toFixed(places)) + 0).toLocaleString("en-US", {
    minimumFractionDigits: places, maximumFractionDigits: places,
  });
  return written.replace("-", "−");
};
const difference = (value, unit) => {
  const written = score(value, unit);
  return value > 0 && /[1-9]/.test(written) ? `+${written}` : written;
};
const interval = (low, high, unit) => (known(low) && known(high) ? `[${score(low, unit)}, ${score(high, unit)}]` : "");
const count = (number) => number.toLocaleString("en-US");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const ARROWS = new Map([[true, ["↑", "higher is better"]], [false, ["↓", "lower is better"]]]);
const fieldHead = (field) => {
  const [arrow, words] = ARROWS.get(field.up) || ["", ""];
  return [name(field.label), arrow && h("span", { "aria-hidden": "true" }, `\u202f${arrow}`), arrow && heard(`, ${words}`)];
};
const chips = (fields, values) => {
  const shown = fields.filter((field) => field.at in values);
  return shown.length > 0 && h("dl", { class: "chips" }, shown.map((field) =>
    h("div", {}, h("dt", {}, fieldHead(field)), h("dd", {}, score(values[field.at], field.unit)))));
};

/** A labelled choice; `options` are [value, text]. */
const choice = (label, options, value, act, id) =>
  h("label", { class: "choice" }, h("span", {}, label),
    h("select", { id, on: { change: (event) => act(event.target.value) } }, options.map(([key, text]) =>
      h("option", { value: key, selected: String(key) === String(value) }, text))));
/** A row of buttons of which one is pressed. */
const switches = (label, options, value, act) =>
  h("div", { class: "switch", role: "group", "aria-label": label }, options.map(([key, text]) =>
    h("button", { type: "button", "aria-pressed": String(key === value), "data-key": key, on: { click: () => act(key) } }, text)));
const region = (label, ...children) => h("div", { class: "box", role: "region", "aria-label": label, tabindex: "0" }, ...children);
/** Puts the focus back on what has the same id, after a part was drawn again. */
const redraw = (place, ...children) => {
  const { id } = document.activeElement || {};
  const at = id && document.activeElement.selectionStart;
  place.replaceChildren(...children.flat(9).filter(Boolean));
  const again = id && place.querySelector(`#${CSS.escape(id)}`);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (typeof at === "number" && again.setSelectionRange) again.setSelectionRange(at, at);
};
