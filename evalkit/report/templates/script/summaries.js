// Summaries: one beside its references or another system's, with its source sentences.

const MARKS = [["runs", "Matched n-grams"], ["lcs", "Longest common subsequence"], ["none", "No marks"]];

const summariesView = async (place) => {
  const parts = await partsOf("summaries");
  const { params } = address();
  const part = parts.find((each) => each.table === params.get("table")) || parts[0];
  if (!part) return;
  const { rows, refs } = await rowsOf(part);
  const sources = new Map(((await block("sources")) || []).map((source) => [source.d, source]));
  const row = rows[Number(params.get("open")) || 0] || rows[0];
  const again = (changes, step = false) => {
    remember(changes, { step });
    return summariesView(place);
  };
  const open = (number) => again({ open: number || null, ref: null, vs: null }, true);
  redraw(place,
    h("h2", { id: "summaries-h", tabindex: "-1" }, "Summaries"),
    parts.length > 1 && switches("Kind of summary", parts.map((each) => [each.table, each.title.replace(/^Summaries: /, "")]), part.table, (table) => again({ table, open: null, ref: null, vs: null, "i.sort": null, "i.page": null }, true)),
    row ? [summaryTools(part, rows, row, sources, open), summaryView({ part, rows, row, refs, source: sources.get(row.d), again, open })]
      : h("p", { class: "empty" }, "No summaries."),
    row && h("section", { "aria-labelledby": "summaries-all" }, h("h3", { id: "summaries-all" }, "All of this kind"),
      summaryTable(part, rows, row, sources, open, { prefix: "i.", size: 10 })));
};

const documentsOf = (rows) => [...new Map(rows.map((row) => [row.d, row])).values()];
const titleIn = (sources, row) => (sources.get(row.d) || {}).t || row.d;
const summaryTools = (part, rows, row, sources, open) => {
  const documents = documentsOf(rows);
  const at = documents.findIndex((each) => each.d === row.d);
  const goal = (document) => (rows.find((each) => each.d === document && each.s === row.s) || rows.find((each) => each.d === document)).number;
  const step = (text, to, id) => h("button", { type: "button", id, disabled: !documents[to], on: { click: () => open(goal(documents[to].d)) } }, text);
  return h("div", { class: "tools" },
    documents.length <= 300 && choice("Document", documents.map((each) => [each.d, excerpt(titleIn(sources, each), 60)]), row.d, (document) => open(goal(document)), "summary-document"),
    part.systems.length > 1 && choice("System", part.systems.map((s) => [s, s]), row.s, (system) => open((rows.find((each) => each.d === row.d && each.s === system) || row).number), "summary-system"),
    documents.length > 1 && h("div", { class: "steps" }, step("← Previous", at - 1, "summary-before"), step("Next →", at + 1, "summary-next")));
};
const summaryTable = (part, rows, row, sources, open, { prefix, size }) => gridView({
  prefix, label: "All summaries of this kind", rows, size, current: (each) => each === row,
  search: (each) => `${each.d} ${each.s} ${each.x} ${titleIn(sources, each)}`,
  filters: part.systems.length > 1 ? [{ id: "system", label: "System", options: part.systems }] : [],
  columns: [
    { id: "document", head: "Document", value: (each) => titleIn(sources, each), cell: (each) => h("button", { type: "button", class: "link", on: { click: () => open(each.number) } }, name(excerpt(titleIn(sources, each), 50))) },
    { id: "system", head: "System", value: (each) => each.s, cell: (each) => name(each.s) },
    ...itemColumns(part, rows),
  ],
});

const summaryView = ({ part, rows, row, refs, source, again, open }) => {
  const { params } = address();
  const references = (row.r || []).map((number) => refs[number]);
  const at = Math.min(Number(params.get("ref")) || 0, Math.max(0, references.length - 1));
  const other = rows.find((each) => each.d === row.d && each.s === params.get("vs") && each !== row);
  const kind = params.get("marks") || "runs";
  const pairing = (row.p || [])[at] || {};
  const others = rows.filter((each) => each.d === row.d && each !== row);
  const marks = quoted(findings(row.m), row.x);
  const diff = other ? wordDiff(row.x, other.x) : null;
  const only = (spans) => spans.map((span) => ({ ...span, kind: "only" }));
  const own = other ? (diff ? only(diff.before) : []) : kind === "runs" ? shadesOf(pairing.a || row.h, "run") : kind === "lcs" ? shadesOf(pairing.l, "lcs") : [];
  const theirs = other ? (diff ? only(diff.after) : []) : kind === "runs" ? shadesOf(pairing.b, "run") : kind === "lcs" ? shadesOf(pairing.k, "lcs") : [];
  const sentences = summarySentences(row);
  const against = other ? `vs:${other.s}` : `ref:${at}`;
  return h("article", { class: "comparison" },
    h("div", { class: "tools" },
      choice("Beside", [...references.map(([label], number) => [`ref:${number}`, `reference ${label}`]), ...others.map((each) => [`vs:${each.s}`, `system ${each.s}`])], against, (value) => {
        const [what, which] = value.split(/:(.*)/s);
        again(what === "ref" ? { ref: which === "0" ? null : which, vs: null } : { vs: which });
      }, "summary-beside"),
      !other && switches("What to mark", MARKS, kind, (value) => again({ marks: value === "runs" ? null : value }))),
    h("p", { class: "soft legend" }, other ? (diff ? [h("mark", { class: "k-only" }, "Words"), " that the other does not have there."] : "Too long for a word diff.")
      : kind === "runs" ? [h("mark", { class: "k-run" }, "Two words or more"), " that stand in a row in both."]
        : kind === "lcs" ? [h("mark", { class: "k-lcs" }, "Words of a longest common subsequence"), " of both, case aside."] : "Nothing is marked."),
    h("div", { class: "sides" },
      h("section", { class: "side", "aria-label": `Summary by ${row.s}` },
        h("h3", {}, name(row.s)), prose(row.x, { marks, shades: own, sentences }, "a", source && source.l),
        howLine(row.w), remarks(row), marks.length > 0 && findingList(marks, "a"), h("div", { class: "numbers" }, allNumbers(part, row))),
      other ? h("section", { class: "side", "aria-label": `Summary by ${other.s}` }, h("h3", {}, name(other.s), " ", h("button", { type: "button", class: "quiet", on: { click: () => open(other.number) } }, "Open")),
        prose(other.x, { shades: theirs }, "b", source && source.l), howLine(other.w), remarks(other), h("div", { class: "numbers" }, allNumbers(part, other)))
        : referenceSide(references, at, theirs, source)),
    source ? originsView(row, source) : h("p", { class: "soft" }, "The run does not hold where its sentences came from."));
};
const referenceSide = (references, at, shades, source) => h("section", { class: "side people", "aria-label": "Written by people" },
  references.length === 0 ? h("p", { class: "empty" }, "No reference.") : [
    h("h3", {}, name(references[at][0]), soft(" written by people")), prose(references[at][1], { shades }, "b", source && source.l),
    references.length > 1 && h("details", { class: "more" }, h("summary", {}, references.length === 2 ? "The other reference" : `The other ${count(references.length - 1)} references`),
      references.filter((_, number) => number !== at).map(([label, text]) => [h("h4", {}, name(label)), prose(text, {}, "c", source && source.l)]))]);

/** The sentences that came from somewhere, numbered. */
const summarySentences = (row) => {
  const starts = [...new Set((row.q || []).map(([start]) => start))];
  return starts.map((start, number) => ({ start, end: row.q.find((origin) => origin[0] === start)[1], number }));
};
const originsView = (row, source) => {
  const origins = row.q || [];
  if (origins.length === 0) return h("details", { class: "source" }, h("summary", {}, "Source", soft(" no sentence of the summary shares enough rare words with one of it")), drawText(h("div", { class: "reading", lang: source.l }), source.x, {}, "o"));
  const numbers = new Map(summarySentences(row).map((sentence) => [sentence.start, sentence.number]));
  const spans = new Map();
  for (const [start, , from, to, share] of origins) {
    const origin = spans.get(from) || { start: from, end: to, to: [] };
    origin.to.push([numbers.get(start), share]);
    spans.set(from, origin);
  }
  const shades = [...spans.values()].map((span) => ({
    start: span.start, end: span.end, kind: "origin",
    about: span.to.map(([number, share]) => `Brought ${Math.round(share * 100)} % of sentence ${number + 1} of the summary, by weight`).join("; "),
  }));
  const sentences = [...spans.values()].map((span, number) => ({ start: span.start, end: span.end, number }));
  const place = new Map([...spans.keys()].map((from, number) => [from, number]));
  const cut = points(row.x);
  const list = h("ol", { class: "origins" }, summarySentences(row).map((sentence) => h("li", {},
    h("span", { class: "excerpt", dir: "auto" }, excerpt(cut.slice(sentence.start, sentence.end), 110)),
    h("span", {}, origins.filter(([start]) => start === sentence.start).map(([, , from, , share]) =>
      h("button", { type: "button", class: "link", on: { click: () => visit(`o-s${place.get(from)}`) } }, heard("To the source sentence that brought "), `${Math.round(share * 100)} %`))))));
  return h("details", { class: "source", open: true }, h("summary", {}, "Source", soft(" shaded: where each sentence of the summary came from")),
    h("div", { class: "spread" }, drawText(h("div", { class: "reading", lang: source.l }), source.x, { shades, sentences }, "o"),
      h("aside", { class: "margin", "aria-label": "Source sentences" }, h("section", {}, h("h4", {}, "Sentence by sentence ", soft("share of its words, rare ones weighing more")), list))));
};
