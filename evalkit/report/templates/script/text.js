// A text cut at every border of what lies over it, and drawn piece by piece.
// Offsets are code points. What stands in the element is the text, to the character; control
// characters are pictures, and what would not be seen is named.

const LABELS = new Map();
let hiddenPattern = /(?!)/g;
const learn = (labels) => {
  for (const [character, label] of Object.entries(labels)) LABELS.set(character, label);
  const codes = [...LABELS.keys()].map((character) => `\\u{${character.codePointAt(0).toString(16)}}`);
  if (codes.length > 0) hiddenPattern = new RegExp(`[${codes.join("")}]`, "gu");
};
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const pictures = (text) => text.replace(CONTROLS, (character) => {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
});

/** A text that can be cut by code points. */
const points = (text) => {
  if (!/[\ud800-\udfff]/.test(text)) {
    return { length: text.length, slice: (a, b) => text.slice(a, b), pointAt: (unit) => unit };
  }
  const units = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) units.push(at);
  const place = new Map(units.map((unit, point) => [unit, point]));
  units.push(text.length);
  return { length: units.length - 1, slice: (a, b) => text.slice(units[a], units[b]), pointAt: (unit) => place.get(unit) };
};
const hiddenIn = (text, cut) => [...text.matchAll(hiddenPattern)].map((match) => {
  const start = cut.pointAt(match.index);
  return { start, end: start + 1, label: LABELS.get(match[0]) };
});
const lines = (text, cut) => {
  const found = [...text.matchAll(/[^\r\n]+/g)].map((match) => {
    const start = cut.pointAt(match.index);
    const after = match.index + match[0].length;
    return [start, after < text.length ? cut.pointAt(after) : cut.length];
  });
  return found.length > 0 ? found : [[0, 0]];
};
/** Which spans cover a position that only moves forward, outermost first. */
const sweep = (spans) => {
  const waiting = spans.filter((span) => span.start < span.end)
    .sort((a, b) => b.start - a.start || a.end - b.end);
  let open = [];
  return (position) => {
    while (waiting.length > 0 && waiting[waiting.length - 1].start <= position) open.push(waiting.pop());
    if (open.some((span) => span.end <= position)) open = open.filter((span) => span.end > position);
    return open;
  };
};

/**
 * Draws a text into an element.
 * @param layers marks: findings with start, end, number; tokens: start, end, level, shown;
 *   sentences: start, end, number; shades: start, end, kind ("run", "lcs", "del", ...), about.
 * @param key begins the ids of marks and sentences.
 */
const drawText = (place, text, { marks = [], tokens = [], sentences = [], shades = [] } = {}, key = "x") => {
  const cut = points(text);
  const clip = (span) => ({ ...span, start: Math.min(span.start, cut.length), end: Math.min(span.end, cut.length) });
  const layers = {
    marks: marks.map(clip), tokens: tokens.map(clip), sentences: sentences.map(clip),
    shades: shades.map(clip), hidden: hiddenIn(text, cut),
  };
  const borders = new Set(Object.values(layers).flatMap((spans) => spans.flatMap((span) => [span.start, span.end])));
  const sorted = [...borders].sort((a, b) => a - b);
  const at = Object.fromEntries(Object.entries(layers).map(([layer, spans]) => [layer, sweep(spans)]));
  const carets = new Map();
  const ends = new Map();
  const spans = lines(text, cut);
  for (const mark of layers.marks) {
    const inLine = spans.some(([start, end]) => mark.start < end && mark.end > start);
    if (mark.start >= mark.end || !inLine) {
      const line = spans.find(([, end]) => mark.start <= end) || spans[spans.length - 1];
      const where = Math.min(Math.max(mark.start, line[0]), line[1]);
      carets.set(where, [...(carets.get(where) || []), mark]);
    } else {
      const line = spans.filter(([start]) => start < mark.end).pop();
      const last = Math.min(mark.end, line[1]);
      ends.set(last, [...(ends.get(last) || []), mark]);
    }
  }
  const opened = new Set();
  let next = 0;
  place.append(pictures(cut.slice(0, spans[0][0])));
  spans.forEach(([start, end], line) => {
    const paragraph = h("p", { dir: "auto" });
    const cuts = [start];
    while (next < sorted.length && sorted[next] <= start) next += 1;
    while (next < sorted.length && sorted[next] < end) cuts.push(sorted[next++]);
    cuts.push(end);
    for (let i = 0; i + 1 < cuts.length; i += 1) {
      const [left, right] = [cuts[i], cuts[i + 1]];
      for (const mark of carets.get(left) || []) paragraph.append(...caret(mark, key));
      carets.delete(left);
      if (left < right) paragraph.append(...piece(cut.slice(left, right), layersAt(at, left), key, opened));
      for (const mark of ends.get(right) || []) paragraph.append(numberOf(mark, key));
    }
    for (const mark of carets.get(end) || []) paragraph.append(...caret(mark, key));
    carets.delete(end);
    place.append(paragraph, pictures(cut.slice(end, line + 1 < spans.length ? spans[line + 1][0] : cut.length)));
  });
  return place;
};
const layersAt = (at, position) => Object.fromEntries(Object.entries(at).map(([layer, find]) => [layer, [...find(position)]]));

const piece = (text, { marks, tokens, sentences, shades, hidden }, key, opened) => {
  let inner = hidden.length > 0
    ? h("span", { class: "hid", "data-c": hidden[0].label }, name(pictures(text)))
    : document.createTextNode(pictures(text));
  for (const mark of [...marks].reverse()) inner = h("span", { class: `m s${mark.y} ${mark.g || ""}` }, inner);
  const token = tokens[tokens.length - 1];
  if (token && token.level > 0) inner = h("span", { class: `h${token.level}` }, inner);
  if (marks.length > 0 || token) {
    inner = h("span", { "data-tip": "", "data-m": marks.map((mark) => mark.number).join(" ") }, inner);
    tips.set(inner, () => [...marks.map(findingCard), token && h("p", { class: "soft" }, token.shown)]);
  }
  for (const shade of shades) {
    const tag = { del: "del", ins: "ins" }[shade.kind] || "mark";
    inner = h(tag, { class: `k-${shade.kind}`, "data-tip": shade.about ? "" : null }, inner);
    if (shade.about) tips.set(inner, () => [h("p", {}, shade.about)]);
  }
  const sentence = sentences[0];
  if (sentence) {
    const first = !opened.has(sentence.number);
    opened.add(sentence.number);
    inner = h("span", { class: `sent ${sentence.kind || ""}`, "data-s": sentence.number, id: first ? `${key}-s${sentence.number}` : null }, inner);
  }
  return [inner];
};
const caret = (mark, key) => [h("span", { class: `m caret s${mark.y}` }), numberOf(mark, key)];
const numberOf = (mark, key) => {
  const button = h("button", {
    type: "button", class: `n s${mark.y}`, id: `${key}-t${mark.number}`, "data-n": mark.number, "data-tip": "",
    "data-m": mark.number, "aria-label": `Finding ${mark.number}: ${mark.c || "unnamed"}, ${mark.w}`,
    on: { click: () => visit(`${key}-f${mark.number}`) },
  });
  tips.set(button, () => [findingCard(mark)]);
  return button;
};
/** Scrolls to an element, gives it the focus, and lights it up. */
const visit = (id) => {
  const goal = document.getElementById(id);
  if (!goal) return;
  for (let at = goal; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  document.querySelectorAll(".lit").forEach((other) => other.classList.remove("lit"));
  goal.classList.add("lit");
  if (!goal.matches("button, a, [tabindex]")) goal.tabIndex = -1;
  goal.focus({ preventScroll: true });
  goal.scrollIntoView({ block: goal.offsetHeight < innerHeight / 2 ? "center" : "start" });
};
const LONG = 3000;
/** A text of a list: its beginning, with a button for the rest where it is very long. */
const prose = (text, layers, key, language) => {
  const place = h("div", { class: "prose", lang: language || null });
  if (text.length === 0) return h("p", { class: "empty" }, "No text.");
  if (text.length <= LONG) return drawText(place, text, layers, key);
  drawText(place, text.slice(0, LONG), layers, key);
  const rest = h("button", { type: "button", class: "quiet", on: { click: () => {
    place.replaceChildren();
    drawText(place, text, layers, key);
    rest.remove();
  } } }, `Show all ${count(text.length)} characters`);
  return h("div", {}, place, rest);
};
