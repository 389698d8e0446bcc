// Systems: how the scores of two are spread, item against item, where one wins and loses most.

const systemsView = async (place) => {
  const { parts } = await index();
  const { params } = address();
  const part = parts.find((each) => each.table === params.get("table")) || parts.find((each) => each.systems.length > 1 && each.kind !== "texts") || parts[0];
  if (!part) return;
  const { rows } = await rowsOf(part);
  const bySystem = new Map(part.systems.map((system) => [system, rows.filter((row) => row.s === system)]));
  const fields = part.fields.filter((field) => unitsOf(part, rows).some((values) => known(values[field.at])));
  const field = fields.find((each) => each.name === params.get("field")) || fields.find((each) => each.head) || fields[0];
  const [a, b] = [params.get("a") || part.systems[0], params.get("b") ?? part.systems[1] ?? ""];
  const again = (changes) => { remember(changes); return systemsView(place); };
  const options = part.systems.map((system) => [system, system]);
  redraw(place,
    h("h2", { id: "systems-h", tabindex: "-1" }, "Systems, item by item"),
    h("div", { class: "tools" },
      choice("Table", parts.map((each) => [each.table, each.title]), part.table, (table) => again({ table, field: null, a: null, b: null }), "systems-table"),
      field && choice("Score", fields.map((each) => [each.name, each.label]), field.name, (value) => again({ field: value }), "systems-field"),
      choice("First", options, a, (value) => again({ a: value }), "systems-a"),
      part.systems.length > 1 && choice("Second", options, b, (value) => again({ b: value }), "systems-b")),
    field ? h("div", { class: "charts" }) : h("p", { class: "empty" }, "No item has a score of its own."));
  if (!field) return;
  const charts = place.querySelector(".charts");
  const chosen = [a, ...(b && b !== a ? [b] : [])];
  const spread = h("figure", {}, h("figcaption", {}, "How ", fieldHead(field), " is spread", soft(` ${field.unit}, share of each system's ${part.kind === "texts" ? "sentences" : "items"}`)));
  charts.append(spread);
  distribution(spread, { field, systems: chosen.map((system) => ({ name: system, values: unitsOf(part, bySystem.get(system) || []).map((values) => values[field.at]).filter(known) })) });
  if (chosen.length < 2) return;
  if (part.kind === "texts") {
    charts.append(h("p", { class: "soft" }, "Texts of different systems have different sentences: they have no items in common to set against each other."));
    return;
  }
  const pairs = pairsOf(part, bySystem.get(a), bySystem.get(b), field);
  const pick = (pair) => { location.hash = itemAddress(part, pair, a, b); };
  const dots = h("figure", {}, h("figcaption", {}, "Item against item", soft(` above the line ${b} has the larger number; choose a point to open its item`)));
  charts.append(dots);
  scatter(dots, { field, nameX: a, nameY: b, points: pairs, pick });
  if (pairs.length === 0) charts.append(h("p", { class: "empty" }, "The two systems have no item in common that both have a score for."));
  else charts.append(winsTable({ part, pairs, field, a, b, pick }));
};
/** The values of every item; of every sentence for texts. */
const unitsOf = (part, rows) => (part.kind === "texts" ? rows.flatMap((row) => row.f || []) : rows.map((row) => row.v));
const placeOf = (part, row) => (part.places ? `${row.d} ${row.i + 1}` : row.d);
const pairsOf = (part, first, second, field) => {
  const keyOf = (row) => `${row.d}\n${row.i}`;
  const others = new Map((second || []).map((row) => [keyOf(row), row]));
  return (first || []).map((row) => ({ row, other: others.get(keyOf(row)) }))
    .filter(({ row, other }) => other && known(row.v[field.at]) && known(other.v[field.at]))
    .map(({ row, other }) => ({
      row, other, x: row.v[field.at], y: other.v[field.at], label: placeOf(part, row),
      gain: (other.v[field.at] - row.v[field.at]) * (field.up === false ? -1 : 1),
    }));
};
const itemAddress = (part, pair, a, b) => (part.kind === "summaries"
  ? written("summaries", { table: part.table, open: pair.row.number, vs: b })
  : written("translations", { table: part.table, open: pair.row.number }));
const winsTable = ({ part, pairs, field, a, b }) => h("section", { "aria-labelledby": "wins-h" },
  h("h3", { id: "wins-h" }, "Largest wins and losses"),
  h("p", { class: "lead" }, name(b), " minus ", name(a), ": sort by the difference; the first press shows where ", name(b), " loses most."),
  gridView({
    prefix: "d.", label: "Items by difference", rows: pairs, size: 10, sort: "gain", search: (pair) => `${pair.label} ${pair.row.x} ${pair.other.x}`,
    columns: [
      { id: "item", head: "Item", value: (pair) => pair.label, cell: (pair) => h("a", { href: itemAddress(part, pair, a, b) }, name(pair.label)) },
      { id: "gain", head: ["Difference", soft(field.up === false ? " below 0 is better" : "")], right: true, worst: "low", value: (pair) => pair.gain, cell: (pair) => difference(pair.y - pair.x, field.unit) },
      { id: "x", head: name(a), right: true, worst: worstOf(field), value: (pair) => pair.x, cell: (pair) => score(pair.x, field.unit) },
      { id: "y", head: name(b), right: true, worst: worstOf(field), value: (pair) => pair.y, cell: (pair) => score(pair.y, field.unit) },
      { id: "text", head: "Text", class: "excerpt", dir: "auto", value: (pair) => pair.row.x, cell: (pair) => excerpt(pair.row.x) },
    ],
  }));
