// The run's data: blocks of base64 of gzip of JSON, unpacked once each, when they are asked for.

const unpacked = new Map();
const unpack = async (id) => {
  const element = document.getElementById(`data-${id}`);
  if (!element) return null;
  const raw = atob(element.textContent.trim());
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};
const block = (id) => {
  if (!unpacked.has(id)) unpacked.set(id, unpack(id));
  return unpacked.get(id);
};

/** The index of parts; their fields know their places in a row's values. */
const index = async () => {
  const found = (await block("index")) || { parts: [], labels: {}, people: [] };
  for (const part of found.parts) {
    part.fields.forEach((field, at) => { field.at = at; });
    part.heads = part.fields.filter((field) => field.head);
    if (part.heads.length === 0) part.heads = part.fields;
  }
  return found;
};
const partsOf = async (kind) => (await index()).parts.filter((part) => part.kind === kind);

/** A part's rows, numbered, and the references that they share. */
const loaded = new Map();
const rowsOf = (part) => {
  if (!loaded.has(part.block)) {
    loaded.set(part.block, block(part.block).then((found) => {
      part.places = found.rows.some((row) => row.i > 0);
      found.rows.forEach((row, at) => {
        row.number = at;
        row.d = row.d || "";
        row.i = row.i || 0;
        row.s = row.s || "";
        row.x = row.x || "";
        row.v = row.v || [];
      });
      return found;
    }));
  }
  return loaded.get(part.block);
};
