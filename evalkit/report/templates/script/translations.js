// Translations: each hypothesis against its reference, in pages; buckets filter the list.

const PAGE = 20;
const translationsView = async (place) => {
  const parts = await partsOf("translations");
  const { params } = address();
  const part = parts.find((each) => each.table === params.get("table")) || parts[0];
  if (!part) return;
  const { rows, refs } = await rowsOf(part);
  const buckets = ((await block("buckets")) || []).filter((each) => each.table === part.table);
  assignBuckets(rows, buckets);
  if (!part.ask) part.ask = itemEngine(part, rows, refs, buckets);
  const state = {
    sort: params.get("sort") || "", query: params.get("q") || "",
    filters: { system: params.get("system") || "", ...(params.get("by") ? { [`b.${params.get("by")}`]: params.get("bucket") || "" } : {}) },
  };
  const found = part.ask(state);
  const opened = params.get("open");
  let page = Math.min(Number(params.get("page")) || 0, Math.max(0, Math.ceil(found.length / PAGE) - 1));
  if (opened !== null && params.get("page") === null) {
    const at = found.findIndex((row) => row.number === Number(opened));
    if (at >= 0) page = Math.floor(at / PAGE);
  }
  const again = (changes, step = false) => {
    remember({ page: null, open: null, ...changes }, { step });
    return translationsView(place);
  };
  const mode = params.get("marks") || "edits";
  redraw(place,
    h("h2", { id: "translations-h", tabindex: "-1" }, "Translations"),
    h("p", { class: "lead" }, name(part.title), ". ", mode === "edits"
      ? [h("mark", { class: "k-sub" }, "replaced"), " ", h("del", {}, "deleted"), " ", h("ins", {}, "inserted"), " ", h("mark", { class: "k-shift" }, "moved"), ": the edits that TER counts. Point at one for its words."]
      : [h("del", {}, "Struck out"), ": words that the reference does not have there. ", h("ins", {}, "Underlined"), ": words that it has instead. For the eye: no score counts them."]),
    parts.length > 1 && switches("Table", parts.map((each) => [each.table, each.title]), part.table, (table) => again({ table, sort: null, by: null, bucket: null, system: null }, true)),
    buckets.length > 0 && bucketView(part, buckets, params, again),
    h("div", { class: "tools" },
      searchBox("translation-q", state.query, (q) => again({ q })),
      part.systems.length > 1 && choice("System", [["", "all"], ...part.systems.map((s) => [s, s])], state.filters.system, (system) => again({ system }), "translation-system"),
      choice("Order", [["", "as in the run"], ...part.heads.flatMap((field) => [[sortOf(field), `${field.label}, worst first`], [sortOf({ ...field, up: !field.up }), `${field.label}, best first`]])], state.sort, (sort) => again({ sort }), "translation-sort"),
      switches("What to mark", [["edits", "TER edits"], ["words", "Word diff"]], mode, (marks) => again({ marks: marks === "edits" ? null : marks }))),
    h("ol", { class: "edits" }, found.slice(page * PAGE, (page + 1) * PAGE).map((row) => translation(part, rows, row, refs, mode, again))),
    pager(page, PAGE, found.length, (to) => { again({ page: String(to) }); document.getElementById("translations").scrollIntoView(); }, "translation"));
  if (opened !== null) visit(`i-${opened}`);
};
const assignBuckets = (rows, buckets) => {
  if (rows.length === 0 || rows[0].b) return;
  const seen = new Map();
  for (const row of rows) {
    const at = seen.get(row.s) || 0;
    seen.set(row.s, at + 1);
    row.b = Object.fromEntries(buckets.map((table) => [table.by, (table.members[row.s] || [])[at]]));
  }
};
const itemEngine = (part, rows, refs, buckets) => engine(rows, [
  { id: "system", value: (row) => row.s },
  ...part.fields.map((field) => ({ id: `v${field.at}`, value: (row) => row.v[field.at] })),
  ...buckets.map((table) => ({ id: `b.${table.by}`, value: (row) => row.b[table.by] })),
], (row) => [row.x, row.d, row.s, row.z || "", ...(row.r || []).map((number) => refs[number][1])].join("\n"));

const bucketView = (part, buckets, params, again) => {
  const table = buckets.find((each) => each.by === params.get("by")) || buckets[0];
  const chosen = params.get("by") === table.by ? params.get("bucket") : null;
  const fields = part.heads.filter((field) => table.scores.some(([, , label]) => label === field.name));
  const cell = (system, at, field) => table.scores.find(([s, b, label]) => s === system && b === at && label === field.name) || [];
  const many = part.systems.length > 1;
  const notes = [...new Set(table.scores.filter(([system, at]) => table.buckets[at].n[system]).map((entry) => entry[6]).filter(Boolean))];
  return h("details", { class: "buckets", open: params.get("buckets") !== "shut", on: { toggle: (event) => remember({ buckets: event.target.open ? null : "shut" }) } },
    h("summary", {}, "Buckets", soft(" the scores of items of a kind; choose one to see its items")),
    h("div", { class: "tools" }, choice("By", buckets.map((each) => [each.by, each.title]), table.by, (by) => again({ by, bucket: null }), "bucket-by"),
      chosen !== null && h("button", { type: "button", id: "bucket-all", on: { click: () => again({ by: null, bucket: null }) } }, "All items")),
    region(`Buckets by ${table.title}`, h("table", { class: "plain" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, name(table.title)), many && h("th", { scope: "col" }, "System"), h("th", { scope: "col", class: "r" }, "Items"),
        fields.map((field) => h("th", { scope: "col", class: "r" }, fieldHead(field))))),
      h("tbody", {}, table.buckets.flatMap((bucket, at) => part.systems.filter((system) => bucket.n[system]).map((system, line) =>
        h("tr", { class: String(at) === chosen ? "current" : null },
          h("th", { scope: "row" }, line === 0 ? h("button", { type: "button", class: "link", id: `bucket-${at}`, "aria-pressed": String(String(at) === chosen), on: { click: () => again({ by: table.by, bucket: String(at) }) } }, name(bucket.name)) : heard(bucket.name)),
          many && h("td", {}, name(system)), h("td", { class: "r" }, count(bucket.n[system])),
          fields.map((field) => {
            const [, , , value, low, high] = cell(system, at, field);
            return h("td", { class: "r" }, score(value, field.unit), known(low) && soft(` ${interval(low, high, field.unit)}`));
          }))))))),
    notes.length > 0 && h("p", { class: "soft" }, notes.slice(0, 3).join("; ")));
};

const translation = (part, rows, row, refs, mode, again) => {
  const [label, text] = row.r && row.r.length > 0 ? refs[row.r[0]] : [null, null];
  const edits = ((row.p || [])[0] || {}).e || [];
  const asEdits = text !== null && mode === "edits" && (row.p || []).length > 0;
  const diff = text === null ? null : asEdits ? editShades(edits, row.x, text) : wordDiff(row.x, text);
  const marks = quoted(findings(row.m), row.x);
  const key = `i-${row.number}`;
  const others = part.systems.length > 1 ? rows.filter((each) => each.d === row.d && each.i === row.i && each !== row) : [];
  return h("li", { class: "edit", id: key, tabindex: "-1" },
    h("p", { class: "index" }, h("a", { href: written("translations", { ...Object.fromEntries(address().params), page: null, open: row.number }) }, heard("Item "), `${row.number + 1}`), soft(" ", name(placeOf(part, row)))),
    h("div", { class: "sides" },
      h("div", {}, h("p", { class: "who" }, name(row.s)), prose(row.x, { marks, shades: diff ? diff.before : [] }, key), marks.length > 0 && findingList(marks, key)),
      h("div", {}, text === null ? h("p", { class: "empty" }, "No reference.")
        : [h("p", { class: "who" }, name(label), row.x === text && " · the same"), prose(text, { shades: diff ? diff.after : [] }, `${key}-r`)])),
    h("div", { class: "foot" }, row.z && h("div", { class: "from" }, h("p", { class: "who" }, "source"), prose(row.z, {}, `${key}-z`)), remarks(row), h("div", { class: "numbers" }, asEdits && h("p", { class: "soft" }, editSummary(edits)), allNumbers(part, row)),
      (row.r || []).length > 1 && h("details", { class: "more" }, h("summary", {}, "Other references"), row.r.slice(1).map((number) => [h("p", { class: "who" }, name(refs[number][0])), prose(refs[number][1], {}, `${key}-o`)])),
      others.length > 0 && h("details", { class: "more" }, h("summary", {}, "Other systems"), others.map((each) => [h("p", { class: "who" }, name(each.s)), prose(each.x, {}, `i-${each.number}-o`), chips(part.heads, each.v)]))));
};
