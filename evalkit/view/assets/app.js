"use strict";
// The viewer's front end. Every text goes into the page as text, never as markup.

const SIZE = 50;
const LONGEST_DIFF = 400; // words; longer texts are shown without a diff
const STATE = ["run", "table", "system", "versus", "field", "order", "low", "high", "document", "search", "page", "open"];
const waiting = new Map(); // for the scripts of a static export, by name

globalThis.evalkitData = (name, data) => waiting.get(name)?.(data);

const byId = (id) => document.getElementById(id);
const isStatic = () => Boolean(globalThis.evalkitRuns); // an exported folder brings them
const DRAFT = { run: "0", order: "position", page: "0" };
let runs = [];
let state = { ...DRAFT };
let shown = { total: 0, rows: [] };
let asked = 0;

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function visible(text) { // control characters and direction marks as pictures or code points
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, (c) => "⟨U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟩");
}

const number = (value, digits = 2) => value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");
const count = (n) => n.toLocaleString("en");

// ---- where rows come from: the local server, or the scripts of an exported folder

async function fromServer(query) {
  const answer = await fetch("api/rows?" + new URLSearchParams(query), { headers: { accept: "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error || answer.statusText);
  return found;
}

const loading = new Map(); // one promise per script, whoever asks

function load(file, name) {
  if (!loading.has(name)) loading.set(name, new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = element("script", { src: "data/" + file });
    script.onerror = () => reject(new Error("data/" + file + " cannot be read; is the folder whole?"));
    document.head.append(script);
  }));
  return loading.get(name);
}

const CHUNK = 500;

async function fromFolder(query) {
  const run = runs[Number(query.run)];
  const place = run.tables.findIndex((table) => table.name === query.table);
  const stem = query.run + "-" + place;
  const columns = await load(stem + "-columns.js", stem);
  const rowAt = async (at) => (await load(stem + "-" + Math.floor(at / CHUNK) + ".js", stem + "-" + Math.floor(at / CHUNK)))[at % CHUNK];
  const values = query.field ? columns["score:" + query.field] : null;
  let chosen = [...columns.row.keys()];
  if (query.system) chosen = chosen.filter((at) => columns.system[at] === query.system);
  let partner = null;
  if (query.versus || query.document || query.search) { // these need the texts
    const rows = await Promise.all([...columns.row.keys()].map(rowAt));
    if (query.versus) {
      const ids = new Map();
      rows.forEach((row, at) => { if (row.system === query.versus) ids.set(row.id, at); });
      partner = (at) => ids.get(rows[at].id);
      chosen = chosen.filter((at) => partner(at) !== undefined);
    }
    if (query.document) chosen = chosen.filter((at) => rows[at].document === query.document);
    if (query.search) {
      const wanted = query.search.toLowerCase();
      const texts = (row) => [row.hypothesis, row.source || "", row.id, ...row.references.map((r) => r.text)];
      chosen = chosen.filter((at) => texts(rows[at]).some((text) => text.toLowerCase().includes(wanted)));
    }
  }
  const value = (at) => {
    if (!values || values[at] === null) return null;
    if (!partner) return values[at];
    const other = values[partner(at)];
    return other === null ? null : values[at] - other;
  };
  if (query.low) chosen = chosen.filter((at) => value(at) !== null && value(at) >= Number(query.low));
  if (query.high) chosen = chosen.filter((at) => value(at) !== null && value(at) <= Number(query.high));
  if (query.sort === "score") {
    const sign = query.descending ? -1 : 1;
    chosen.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return sign * (x - y) || a - b;
    });
  }
  const page = chosen.slice(query.page * SIZE, (query.page + 1) * SIZE);
  const rows = await Promise.all(page.map(async (at) => partner ? { ...(await rowAt(at)), versus: await rowAt(partner(at)) } : rowAt(at)));
  return { total: chosen.length, rows };
}

// ---- the address holds what is shown

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  state = { ...DRAFT };
  for (const key of STATE) if (given.get(key)) state[key] = given.get(key);
  if (!runs[Number(state.run)]) state.run = "0";
  if (!table()) state.table = runs[Number(state.run)].tables[0]?.name;
  const known = table();
  if (!known) return;
  for (const key of ["system", "versus"]) if (!known.systems.includes(state[key])) delete state[key];
  if (!known.fields.includes(state.field)) state.field = known.fields[0] || "";
  if (!state.system) delete state.versus;
}

function writeAddress(push) {
  const kept = Object.entries(state).filter(([key, value]) => value && DRAFT[key] !== value);
  const address = "#" + new URLSearchParams(kept);
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

const table = () => runs[Number(state.run)]?.tables.find((each) => each.name === state.table);

function queryOf() {
  const query = { run: state.run, table: state.table, page: Number(state.page), size: SIZE, sort: state.order === "position" ? "position" : "score" };
  if (state.order === "high") query.descending = "1";
  for (const key of ["system", "versus", "field", "low", "high", "document", "search"]) if (state[key]) query[key] = state[key];
  if (!state.field) { query.sort = "position"; delete query.low; delete query.high; }
  return query;
}

// ---- drawing

function options(select, values, chosen, first) {
  select.replaceChildren(...(first === undefined ? [] : [element("option", { value: "" }, first)]),
    ...values.map(([value, label]) => element("option", { value }, visible(label))));
  select.value = chosen || "";
}

function drawControls() {
  options(byId("run"), runs.map((run, at) => [String(at), run.title]), state.run);
  const run = runs[Number(state.run)];
  options(byId("table"), run.tables.map((t) => [t.name, `${t.title} (${count(t.n)})`]), state.table);
  const known = table() || { systems: [], fields: [] };
  options(byId("system"), known.systems.map((s) => [s, s]), state.system, "all");
  options(byId("versus"), known.systems.filter((s) => s !== state.system).map((s) => [s, s]), state.versus, "nothing");
  byId("versus").disabled = !state.system;
  options(byId("field"), known.fields.map((f) => [f, f]), state.field);
  byId("order").value = state.order;
  for (const key of ["low", "high", "document", "search"]) if (document.activeElement !== byId(key)) byId(key).value = state[key] || "";
  const warnings = byId("warnings");
  warnings.hidden = !run.warnings.length;
  warnings.replaceChildren(element("ul", {}, ...run.warnings.map((text) => element("li", {}, visible(text)))));
  drawScores(known);
}

function drawScores(known) { // headline numbers; the others are among the choices below
  const all = new Set((known.scores || []).map((score) => score.field));
  const part = (field) => all.has(field.slice(0, field.lastIndexOf(".")));
  const scores = (known.scores || []).filter((score) => !part(score.field));
  const fields = [...new Set(scores.map((score) => score.field))];
  const systems = [...new Set(scores.map((score) => score.system))];
  const arrow = { true: " ↑", false: " ↓", null: "" };
  const head = element("tr", {}, element("th", { scope: "col" }, "System"),
    ...fields.map((field) => {
      const score = scores.find((each) => each.field === field);
      return element("th", { scope: "col", class: "number", title: score.unit }, visible(field) + arrow[String(score.higher_is_better)]);
    }));
  const lines = systems.map((system) => element("tr", {}, element("th", { scope: "row" }, visible(system)),
    ...fields.map((field) => {
      const score = scores.find((each) => each.system === system && each.field === field);
      if (!score) return element("td", { class: "number" }, "");
      const range = score.low === null ? null : element("span", { class: "range" }, `[${number(score.low)}, ${number(score.high)}]`);
      return element("td", { class: "number", title: score.note || undefined }, number(score.value), range);
    })));
  byId("scores").replaceChildren(element("thead", {}, head), element("tbody", {}, ...lines));
}

function difference(ours, theirs) { // longest common subsequence of words
  const a = ours.match(/\S+\s*/g) || [], b = theirs.match(/\S+\s*/g) || [];
  if (a.length > LONGEST_DIFF || b.length > LONGEST_DIFF) return null;
  const plain = (word) => word.trim();
  const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--)
    best[i][j] = plain(a[i]) === plain(b[j]) ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const parts = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && plain(a[i]) === plain(b[j])) { parts.push(visible(b[j])); i++; j++; }
    else if (j >= b.length || (i < a.length && best[i + 1][j] >= best[i][j + 1])) parts.push(element("del", { title: "only in the hypothesis" }, visible(a[i++])));
    else parts.push(element("ins", { title: "only in the reference" }, visible(b[j++])));
  }
  return parts;
}

function spanned(text, spans) {
  const points = Array.from(text);
  const cut = (a, b) => visible(points.slice(a, b).join(""));
  const parts = [];
  let at = 0;
  for (const span of [...(spans || [])].sort((x, y) => x.start - y.start)) {
    if (span.start < at) continue;
    const said = [span.category, span.message, span.correction ? "→ " + span.correction : ""].filter(Boolean).join("; ");
    parts.push(cut(at, span.start), element("span", { class: "span", title: visible(said), tabindex: "0" }, cut(span.start, Math.max(span.end, span.start + 1))));
    at = span.end;
  }
  parts.push(cut(at));
  return parts;
}

function entry(term, ...content) { return [element("dt", {}, term), element("dd", { dir: "auto" }, ...content)]; }

function detail(row) {
  const list = element("dl", {}, ...entry("Hypothesis", ...spanned(row.hypothesis, row.spans)));
  if (row.versus) list.append(...entry(visible(row.versus.system), visible(row.versus.hypothesis)));
  for (const reference of row.references) {
    const shownDiff = difference(row.hypothesis, reference.text);
    list.append(...entry(visible(reference.name || "Reference"), ...(shownDiff || [visible(reference.text)])));
  }
  if (row.source) list.append(...entry("Source", visible(row.source)));
  list.append(...entry("Scores", Object.entries(row.scores).map(([name, value]) => `${visible(name)} ${number(value)}`).join("   ")));
  for (const note of row.notes || []) list.append(...entry("Note", visible(note)));
  if (row.output?.cut) list.append(...entry("Not seen", visible(row.output.cut)));
  if (row.output?.error) list.append(...entry("Failed", visible(row.output.error)));
  list.append(...entry("Item", visible(`${row.id} · document ${row.document} · ${row.system}`)));
  return list;
}

function drawRows() {
  const field = state.field;
  const versus = Boolean(state.versus);
  const head = element("tr", {}, element("th", { scope: "col" }, "Item"), element("th", { scope: "col" }, "System"),
    ...(field ? [element("th", { scope: "col", class: "number" }, visible(field) + (versus ? " difference" : ""))] : []),
    element("th", { scope: "col" }, "Text"));
  const lines = shown.rows.flatMap((row) => {
    const key = String(row.row);
    const isOpen = state.open === key;
    const own = row.scores[field], other = row.versus ? row.versus.scores[field] : 0;
    const value = own === null || own === undefined || other === null ? null : own - (other || 0);
    const short = row.hypothesis.length > 220 ? row.hypothesis.slice(0, 220) + " …" : row.hypothesis;
    const line = element("tr", {}, element("td", { class: "item" }, element("button", { type: "button", class: "open", "data-row": key, "aria-expanded": String(isOpen) }, visible(row.id) || "–")),
      element("td", {}, visible(row.system)),
      ...(field ? [element("td", { class: "number" }, number(value))] : []),
      element("td", { class: "text", dir: "auto" }, visible(short)));
    const width = field ? 4 : 3;
    return isOpen ? [line, element("tr", { class: "detail" }, element("td", { colspan: String(width) }, detail(row)))] : [line];
  });
  byId("rows").replaceChildren(element("thead", {}, head), element("tbody", {}, ...lines));
  const pages = Math.max(1, Math.ceil(shown.total / SIZE));
  byId("count").textContent = `${count(shown.total)} ${shown.total === 1 ? "row" : "rows"}`;
  byId("count").className = "";
  byId("place").textContent = `page ${count(Number(state.page) + 1)} of ${count(pages)}`;
  byId("previous").disabled = Number(state.page) <= 0;
  byId("next").disabled = Number(state.page) + 1 >= pages;
}

async function refresh() {
  const mine = ++asked;
  drawControls();
  if (!state.table) { byId("count").textContent = "this run has no items"; return; }
  try {
    const found = await (isStatic() ? fromFolder : fromServer)(queryOf());
    if (mine !== asked) return; // a later question was asked meanwhile
    shown = found;
    drawRows();
    document.documentElement.dataset.ready = "true";
    document.documentElement.dataset.shown = String(mine); // how many questions were answered
  } catch (error) {
    if (mine !== asked) return;
    byId("count").textContent = String(error.message || error);
    byId("count").className = "error";
  }
}

function change(changes, push = true) {
  state = { ...state, page: "0", open: "", ...changes };
  writeAddress(push);
  readAddress();
  refresh();
}

function listen() {
  byId("run").addEventListener("change", (e) => { state = { ...DRAFT }; change({ run: e.target.value }); });
  byId("table").addEventListener("change", (e) => change({ table: e.target.value, system: "", versus: "", field: "", low: "", high: "" }));
  for (const key of ["system", "versus", "field", "order"]) byId(key).addEventListener("change", (e) => change({ [key]: e.target.value }));
  for (const key of ["low", "high", "document", "search"]) {
    let timer = 0;
    byId(key).addEventListener("input", (e) => {
      clearTimeout(timer);
      timer = setTimeout(() => change({ [key]: e.target.value }, false), 250);
    });
  }
  byId("filters").addEventListener("submit", (e) => e.preventDefault());
  byId("filters").addEventListener("reset", (e) => { e.preventDefault(); state = { ...DRAFT, run: state.run, table: state.table }; for (const key of ["low", "high", "document", "search"]) byId(key).value = ""; change({}); });
  byId("previous").addEventListener("click", () => change({ page: String(Number(state.page) - 1) }));
  byId("next").addEventListener("click", () => change({ page: String(Number(state.page) + 1) }));
  byId("rows").addEventListener("click", (e) => {
    const button = e.target.closest("button.open");
    if (!button) return;
    const key = button.dataset.row;
    state.open = state.open === key ? "" : key;
    writeAddress(true);
    drawRows();
    byId("rows").querySelector(`button[data-row="${CSS.escape(key)}"]`)?.focus();
  });
  addEventListener("popstate", () => { readAddress(); refresh(); });
  addEventListener("hashchange", () => { readAddress(); refresh(); });
}

async function start() {
  runs = isStatic() ? globalThis.evalkitRuns : await (await fetch("api/runs")).json();
  readAddress();
  listen();
  await refresh();
}

start();
