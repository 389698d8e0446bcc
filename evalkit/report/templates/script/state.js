// The address bar: #view?key=value, so that every view, sort, filter and open item has an address.

const address = () => {
  const [view, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
  return { view, params: new URLSearchParams(query) };
};
const written = (view, params) => {
  const kept = new URLSearchParams([...Object.entries(params)].filter(([, value]) => known(value) && value !== ""));
  const query = kept.toString();
  return `#${view}${query ? `?${query}` : ""}`;
};
/** Changes the address of the view that is open; null takes a key away. A step can be gone back. */
const remember = (changes, { step = false } = {}) => {
  const { view, params } = address();
  const all = { ...Object.fromEntries(params), ...changes };
  history[step ? "pushState" : "replaceState"](null, "", written(view || "overview", all));
};
