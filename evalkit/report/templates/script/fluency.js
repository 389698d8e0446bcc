// Fluency: a text with its heat and findings, its profile, its sentences, and all other texts.

const LEVELS = 9;
/** How a scorer's token values become heat: probabilities as they are, others up to their height. */
const scaleOf = (values, unit) => {
  const numbers = values.filter((_, at) => at % 3 === 2).filter(known);
  const shares = numbers.every((value) => value >= 0 && value <= 1);
  if (unit ? unit === "probability" : shares) return { top: 1, unit: "probability of an error", probability: true };
  const sorted = [...numbers].sort((a, b) => a - b);
  return { top: sorted[Math.floor(0.99 * (sorted.length - 1))] || 1, unit: unit || "in the scorer's own unit", probability: false };
};
const heatOf = (row, scorer) => {
  const values = (row.k || {})[scorer];
  if (!values) return { tokens: [] };
  const scale = scaleOf(values, (row.u || {})[scorer]);
  const tokens = [];
  for (let at = 0; at < values.length; at += 3) {
    const value = values[at + 2];
    if (value === null) continue;
    const level = Math.max(0, Math.min(LEVELS, Math.floor((value / scale.top) * 10)));
    const shown = `${scorer}: ${scale.probability ? value.toFixed(2) : score(value, scale.unit)} ${scale.unit}`;
    tokens.push({ start: values[at], end: values[at + 1], level, shown });
  }
  return { tokens, scale };
};

const fluencyView = async (place) => {
  const parts = await partsOf("texts");
  const { params } = address();
  const part = parts.find((each) => each.table === params.get("table")) || parts[0];
  if (!part) return;
  const { rows } = await rowsOf(part);
  const row = rows[Number(params.get("open")) || 0] || rows[0];
  const open = (number, more = {}) => {
    remember({ open: number || null, at: null, ...more }, { step: true });
    return fluencyView(place);
  };
  redraw(place,
    h("h2", { id: "fluency-h", tabindex: "-1" }, "Fluency"),
    h("p", { class: "lead" }, name(part.title), ". Underlined: what a scorer or a reader marked; point at it, or move to its number with the Tab key."),
    parts.length > 1 && switches("Table", parts.map((each) => [each.table, each.title]), part.table, (table) => open(0, { table })),
    row ? [textTools(part, rows, row, open), textView(part, row, open)] : h("p", { class: "empty" }, "This run has no text that was read for fluency."),
    h("div", { class: "after" }),
  );
  if (!row) return;
  drawProfiles(part, row, place.querySelector(".profiles"));
  const after = place.querySelector(".after");
  after.append(worstSentences(part, rows, open), allTexts(part, rows, row, open));
  if (params.get("at")) visit(`d-s${params.get("at")}`);
};

const titleOf = (row) => row.t || row.d;
const textTools = (part, rows, row, open) => {
  const sameSystem = rows.filter((each) => each.s === row.s);
  const at = sameSystem.indexOf(row);
  const step = (text, to, id) => h("button", { type: "button", id, disabled: !sameSystem[to], on: { click: () => open(sameSystem[to].number) } }, text);
  return h("div", { class: "tools" },
    part.systems.length > 1 && choice("System", part.systems.map((s) => [s, s]), row.s, (system) => {
      const goal = rows.find((each) => each.s === system && each.d === row.d) || rows.find((each) => each.s === system);
      open(goal.number);
    }, "fluency-system"),
    sameSystem.length <= 300 && choice("Document", sameSystem.map((each) => [each.number, excerpt(titleOf(each), 60)]), row.number, open, "fluency-document"),
    sameSystem.length > 1 && h("div", { class: "steps" }, step("← Previous", at - 1, "fluency-before"), step("Next →", at + 1, "fluency-next")));
};

const textView = (part, row, open) => {
  const marks = quoted(findings(row.m), row.x);
  const { params } = address();
  const scorers = Object.keys(row.k || {});
  const heat = params.get("heat") ?? scorers[0] ?? "none";
  const people = marks.some((mark) => !mark.h) ? marks.filter((mark) => mark.h).map((mark) => mark.w) : [];
  const hidden = new Set(params.has("hide") ? params.get("hide").split("~") : people);
  const found = heatOf(row, heat);
  const shown = marks.filter((mark) => !hidden.has(mark.w));
  const sentences = (row.n || []).map((start, at) => ({ start, end: row.e[at], number: at }));
  const again = (changes) => { remember(changes); return open === null ? null : fluencyRefresh(part, row, open); };
  const who = [...new Set(marks.map((mark) => mark.w))];
  const toggle = (scorer) => {
    if (hidden.has(scorer)) hidden.delete(scorer);
    else hidden.add(scorer);
    again({ hide: [...hidden].join("~") || "~" });
  };
  return h("article", { class: "document", id: "document" },
    h("h3", {}, name(titleOf(row)), row.t && row.t !== row.d && h("span", { class: "id" }, name(row.d))),
    chips(part.heads, row.v || []),
    h("div", { class: "profiles" }),
    h("div", { class: "tools" },
      who.length > 0 && h("fieldset", {}, h("legend", {}, "Marked by"), who.map((scorer, at) => {
        const own = marks.filter((mark) => mark.w === scorer);
        return h("label", {}, h("input", { type: "checkbox", id: `mark-${at}`, checked: !hidden.has(scorer), on: { change: () => toggle(scorer) } }),
          h("span", { class: `m s${own[0].y}` }, own[0].h && "reader ", name(scorer)), soft(` ${own.length}`));
      })),
      scorers.length > 0 && h("fieldset", {}, h("legend", {}, "Heat of each token"), ["none", ...scorers].map((scorer, at) =>
        h("label", {}, h("input", { type: "radio", name: "heat", id: `heat-${at}`, checked: scorer === heat, on: { change: () => again({ heat: scorer }) } }), name(scorer))),
        found.scale && heatScale(found.scale))),
    h("div", { class: "spread" },
      drawText(h("div", { class: "reading", lang: row.l }), row.x, { marks: shown, tokens: found.tokens, sentences }, "d"),
      h("aside", { class: "margin", "aria-label": "Findings and sentences of this text" },
        h("section", {}, h("h4", {}, "Findings ", soft(count(shown.length))),
        shown.length > 0 ? h("div", { class: "scroll", role: "region", "aria-label": "Findings", tabindex: "0" }, findingList(shown, "d"))
          : h("p", { class: "empty" }, marks.length > 0 ? "Nothing that is shown." : "Nothing was marked.")),
        sentences.length > 0 && h("section", {}, h("h4", {}, "Sentences ", soft("worst first")), sentenceTable(part, row)))));
};
const fluencyRefresh = (part, row, open) => {
  const old = document.getElementById("document");
  const { id } = document.activeElement || {};
  old.replaceWith(textView(part, row, open));
  drawProfiles(part, row, document.querySelector(".profiles"));
  if (id && document.getElementById(id)) document.getElementById(id).focus();
};
const heatScale = (scale) => h("span", { class: "scale" }, [1, 3, 5, 7, 9].map((level) =>
  h("span", { class: `h${level}` }, scale.probability ? (level / 10).toFixed(1) : score((level / 10) * scale.top, ""))), soft(` ${scale.unit}`));

/** The field that tells most sentences apart, and has a direction: it orders them. */
const tellingField = (part, rows) => {
  const directed = part.heads.filter((field) => known(field.up));
  const different = (field) => new Set(rows.flatMap((row) => (row.f || []).map((values) => values[field.at]))).size;
  return directed.reduce((best, field) => (best === null || different(field) > different(best) ? field : best), null) || part.heads[0];
};
const worstOf = (field) => (field.up ? "low" : "high");
const sortOf = (field) => (field ? (field.up ? `v${field.at}` : `-v${field.at}`) : "");
const sentenceFields = (part, rows) => part.heads.filter((field) => rows.some((row) => (row.f || []).some((values) => known(values[field.at]))));
const fieldColumns = (fields, value) => fields.map((field) => ({
  id: `v${field.at}`, head: fieldHead(field), right: true, worst: worstOf(field),
  value: (row) => value(row)[field.at], cell: (row) => score(value(row)[field.at], field.unit),
}));
const sentencesOf = (row) => {
  const cut = points(row.x);
  return (row.n || []).map((start, at) => ({ row, at, text: cut.slice(start, row.e[at]), values: row.f[at] || [], note: (row.o || {})[at] }));
};
const excerptCell = (text, note, most) => [excerpt(text, most), note && h("span", { class: "soft" }, ` (${note})`)];

const sentenceTable = (part, row) => {
  const fields = sentenceFields(part, [row]);
  return gridView({
    prefix: "s.", label: "Sentences of this text", rows: sentencesOf(row), size: 8, sort: sortOf(tellingField(part, [row])),
    search: null,
    columns: [
      { id: "no", head: "No.", right: true, value: (s) => s.at, cell: (s) => h("button", { type: "button", class: "link", on: { click: () => visit(`d-s${s.at}`) } }, heard("To sentence "), String(s.at + 1)) },
      { id: "text", head: "Sentence", class: "excerpt", dir: "auto", value: (s) => s.text, cell: (s) => excerptCell(s.text, s.note) },
      ...fieldColumns(fields, (s) => s.values),
    ],
  });
};

const drawProfiles = (part, row, place) => {
  const sentences = sentencesOf(row);
  const figures = sentenceFields(part, [row]).map((field) => [field, h("figure", {}, h("figcaption", {}, fieldHead(field), soft(` ${field.unit}, sentence by sentence`)))]);
  place.append(...figures.map(([, figure]) => figure));
  for (const [field, figure] of figures) {
    profile(figure, {
      title: field.label, unit: field.unit, up: field.up !== false, pick: (at) => visit(`d-s${at}`),
      sentences: sentences.map((s) => ({ start: row.n[s.at], end: row.e[s.at], number: s.at, value: s.values[field.at], text: excerpt(s.text) })),
    });
  }
};

const worstSentences = (part, rows, open) => {
  const fields = sentenceFields(part, rows);
  const all = rows.flatMap(sentencesOf);
  return h("section", { "aria-labelledby": "worst-h" }, h("h3", { id: "worst-h" }, "Worst sentences of all texts"),
    gridView({
      prefix: "w.", label: "Sentences of all texts", rows: all, size: 10, sort: sortOf(tellingField(part, rows)),
      search: (s) => `${s.text} ${s.row.d} ${s.row.s}`,
      filters: part.systems.length > 1 ? [{ id: "system", label: "System", options: part.systems }] : [],
      columns: [
        { id: "text", head: "Sentence", class: "excerpt", dir: "auto", value: (s) => s.text, cell: (s) => h("button", { type: "button", class: "link", on: { click: () => open(s.row.number, { at: s.at }) } }, excerptCell(s.text, s.note, 140)) },
        { id: "system", head: "System", value: (s) => s.row.s, cell: (s) => name(s.row.s) },
        { id: "document", head: "Document", value: (s) => s.row.d, cell: (s) => [name(s.row.d), soft(` ${s.at + 1}`)] },
        ...fieldColumns(fields, (s) => s.values),
      ],
    }));
};
const allTexts = (part, rows, row, open) => h("section", { "aria-labelledby": "texts-h" }, h("h3", { id: "texts-h" }, "All texts"),
  gridView({
    prefix: "t.", label: "Texts, one a row", rows, size: 10, search: (each) => `${titleOf(each)} ${each.d} ${each.s} ${each.x}`,
    current: (each) => each === row,
    filters: part.systems.length > 1 ? [{ id: "system", label: "System", options: part.systems }] : [],
    columns: [
      { id: "document", head: "Text", value: titleOf, cell: (each) => h("button", { type: "button", class: "link", on: { click: () => open(each.number) } }, name(excerpt(titleOf(each)))) },
      { id: "system", head: "System", value: (each) => each.s, cell: (each) => name(each.s) },
      { id: "sentences", head: "Sentences", right: true, worst: "high", value: (each) => (each.n || []).length, cell: (each) => count((each.n || []).length) },
      { id: "findings", head: "Findings", right: true, worst: "high", value: (each) => (each.m || []).length, cell: (each) => count((each.m || []).length) },
      ...fieldColumns(part.heads.filter((field) => rows.some((each) => known((each.v || [])[field.at]))), (each) => each.v || []),
    ],
  }));
