// Rows that are sorted, filtered, searched and paged: TanStack Table does it, this draws it.

const compare = (rowA, rowB, id) => {
  const [a, b] = [rowA.getValue(id), rowB.getValue(id)];
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
};
/**
 * The engine of a list.
 * @param columns id, value(row); a column may be sorted and filtered by its exact value.
 * @param search the text of a row that a search looks into.
 */
const engine = (rows, columns, search) => {
  const lower = new WeakMap();
  const searched = (row) => {
    if (!search) return "";
    if (!lower.has(row)) lower.set(row, search(row).toLowerCase());
    return lower.get(row);
  };
  const table = TableCore.createTable({
    data: rows,
    columns: [
      ...columns.map(({ id, value }) => ({
        id, accessorFn: (row) => { const found = value(row); return found === null ? undefined : found; },
        sortingFn: compare, sortUndefined: "last", enableGlobalFilter: false,
        filterFn: (row, column, wanted) => String(row.getValue(column)) === wanted,
      })),
      { id: "search", accessorFn: searched, enableGlobalFilter: true },
    ],
    getCoreRowModel: TableCore.getCoreRowModel(),
    getSortedRowModel: TableCore.getSortedRowModel(),
    getFilteredRowModel: TableCore.getFilteredRowModel(),
    getColumnCanGlobalFilter: (column) => column.id === "search",
    globalFilterFn: (row, id, wanted) => row.getValue(id).includes(wanted),
    state: {}, onStateChange: () => {}, renderFallbackValue: null, autoResetPageIndex: false,
  });
  const ids = new Set(columns.map(({ id }) => id));
  /** All rows in order, for a sort ("-id": from the top), a search and values of columns. */
  return ({ sort = "", query = "", filters = {} }) => {
    const id = sort.replace(/^-/, "");
    const state = {
      ...table.initialState,
      sorting: ids.has(id) ? [{ id, desc: sort.startsWith("-") }] : [],
      globalFilter: query.toLowerCase() || undefined,
      columnFilters: Object.entries(filters).filter(([key, value]) => value && ids.has(key)).map(([key, value]) => ({ id: key, value })),
    };
    table.setOptions((old) => ({ ...old, state }));
    return table.getSortedRowModel().rows.map((row) => row.original);
  };
};

const searchBox = (id, value, act, label = "Search") => {
  let waiting = 0;
  return h("label", { class: "choice search" }, h("span", {}, label),
    h("input", { type: "search", id, value: value || "", spellcheck: "false", autocomplete: "off", on: {
      input: (event) => { clearTimeout(waiting); waiting = setTimeout(() => act(event.target.value), 120); },
    } }));
};
const pager = (page, size, total, act, id) => {
  const last = Math.max(0, Math.ceil(total / size) - 1);
  const button = (text, to, key) => h("button", { type: "button", id: `${id}-${key}`, disabled: to < 0 || to > last, on: { click: () => act(to) } }, text);
  const shown = total === 0 ? "Nothing matches" : `${count(page * size + 1)}–${count(Math.min(total, (page + 1) * size))} of ${count(total)}`;
  return h("div", { class: "pager" }, h("p", { role: "status" }, shown),
    last > 0 && h("div", {}, button("First", page > 0 ? 0 : -1, "first"), button("Previous", page - 1, "before"), button("Next", page < last ? page + 1 : -1, "next")));
};
const sortedBy = (id, sort) => ({ [id]: "ascending", [`-${id}`]: "descending" })[sort] || null;
/** A head that sorts: worst first at the first press, where the column knows what is worse. */
const sortHead = (column, sort, act, prefix) => h("th", { scope: "col", class: column.right ? "r" : null, "aria-sort": sortedBy(column.id, sort) },
  h("button", { type: "button", id: `${prefix}-h-${column.id}`, on: { click: () => {
    const first = column.worst === "high" ? `-${column.id}` : column.id;
    const other = first.startsWith("-") ? column.id : `-${column.id}`;
    act(sort === first ? other : first);
  } } }, column.head));

/**
 * A table with sort, search and pages, whose state is in the address under a prefix.
 * @param columns id, value(row), head, right, worst ("high" or "low"), cell(row).
 */
const gridView = ({ prefix, label, rows, columns, search, filters = [], sort, size = 10, current }) => {
  const ask = engine(rows, columns, search);
  const place = h("div", { class: "gridview" });
  const key = (part) => `${prefix}${part}`;
  const draw = () => {
    const { params } = address();
    const state = { sort: params.get(key("sort")) || sort || "", query: params.get(key("q")) || "" };
    state.filters = Object.fromEntries(filters.map((filter) => [filter.id, params.get(key(filter.id)) || ""]));
    const found = ask(state);
    const page = Math.min(Number(params.get(key("page"))) || 0, Math.max(0, Math.ceil(found.length / size) - 1));
    const change = (changes) => { remember({ [key("page")]: null, ...changes }); draw(); };
    redraw(place,
      (search || filters.length > 0) && h("div", { class: "tools" },
        search && searchBox(key("q"), state.query, (value) => change({ [key("q")]: value })),
        filters.map((filter) => choice(filter.label, [["", "all"], ...filter.options.map((option) => [option, option])],
          state.filters[filter.id], (value) => change({ [key(filter.id)]: value }), key(filter.id)))),
      region(label, h("table", { class: "plain" },
        h("thead", {}, h("tr", {}, columns.map((column) => sortHead(column, state.sort, (value) => change({ [key("sort")]: value }), prefix)))),
        h("tbody", {}, found.slice(page * size, (page + 1) * size).map((row) =>
          h("tr", { class: current && current(row) ? "current" : null }, columns.map((column, at) =>
            h(at === 0 ? "th" : "td", { scope: at === 0 ? "row" : null, class: column.right ? "r" : column.class, dir: column.dir }, column.cell(row)))))))),
      pager(page, size, found.length, (to) => change({ [key("page")]: to || null }), prefix));
  };
  draw();
  return place;
};

/** Tables that are in the page already: their heads sort, and long ones can be searched. */
const enhance = (table) => {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const text = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const value = (row, at) => {
    const found = text(row.cells[at]);
    const number = Number(found.replace(/[,+<]/g, "").replace("−", "-"));
    return found === DASH || found === "" ? null : Number.isNaN(number) ? found : number;
  };
  const columns = heads.map((_, at) => ({ id: `c${at}`, value: (row) => value(row, at) }));
  const ask = engine(rows, columns, (row) => row.textContent);
  const prefix = table.id;
  const draw = () => {
    const { params } = address();
    const sort = params.get(`${prefix}.sort`) || "";
    const found = ask({ sort, query: params.get(`${prefix}.q`) || "" });
    const shown = new Set(found);
    rows.forEach((row) => { row.hidden = !shown.has(row); });
    body.append(...found);
    heads.forEach((head, at) => {
      const order = sortedBy(`c${at}`, sort);
      if (order) head.setAttribute("aria-sort", order);
      else head.removeAttribute("aria-sort");
    });
  };
  heads.forEach((head, at) => {
    const button = h("button", { type: "button", on: { click: () => {
      const sort = address().params.get(`${prefix}.sort`);
      const first = head.dataset.first === "high" ? `-c${at}` : `c${at}`;
      const other = first.startsWith("-") ? `c${at}` : `-c${at}`;
      remember({ [`${prefix}.sort`]: sort === first ? other : first });
      draw();
    } } });
    button.append(...head.childNodes);
    head.append(button);
  });
  if (rows.length > 9) {
    const start = address().params.get(`${prefix}.q`);
    table.closest(".box").before(searchBox(`${prefix}-q`, start, (query) => { remember({ [`${prefix}.q`]: query }); draw(); }, "Filter rows"));
  }
  draw();
};
