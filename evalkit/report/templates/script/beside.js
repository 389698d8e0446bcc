// What lies beside a hypothesis: word diffs, TER's edits, matches, how it came about.

const WORDS = /[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*|\S/gu;
const wordsOf = (text) => {
  const cut = points(text);
  return [...text.matchAll(WORDS)].map((match) => ({
    text: match[0], start: cut.pointAt(match.index), end: match.index + match[0].length < text.length ? cut.pointAt(match.index + match[0].length) : cut.length,
  }));
};
const MOST_WORDS = 2500;
/** The stretches of each text that the other lacks, word by word; for the eye, no score. */
const wordDiff = (before, after) => {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  if (a.length > MOST_WORDS || b.length > MOST_WORDS) return null;
  const wide = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * wide + j] = a[i].text === b[j].text
        ? lengths[(i + 1) * wide + j + 1] + 1
        : Math.max(lengths[(i + 1) * wide + j], lengths[i * wide + j + 1]);
    }
  }
  const [gone, come] = [[], []];
  const push = (list, word, kind, fresh) => {
    const last = list[list.length - 1];
    if (last && !fresh && last.next) last.end = word.end;
    else list.push({ start: word.start, end: word.end, kind });
    list[list.length - 1].next = true;
  };
  const rest = (list) => { if (list.length > 0) list[list.length - 1].next = false; };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i].text === b[j].text) {
      rest(gone);
      rest(come);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * wide + j] >= lengths[i * wide + j + 1])) push(gone, a[i++], "del");
    else push(come, b[j++], "ins");
  }
  return { before: gone, after: come };
};

const EDITS = { s: "shift", i: "insert", d: "delete", r: "replace" };
const KINDS = { s: "shift", i: "ins", d: "del", r: "sub" };
/** TER's edits as shades of both texts. */
const editShades = (edits, before, after) => {
  const [own, other] = [points(before), points(after)];
  const shades = { before: [], after: [] };
  for (const [kind, start, end, from, to, n] of edits) {
    const words = excerpt(own.slice(start, end), 60);
    const there = excerpt(other.slice(from, to), 60);
    const about = {
      s: `Shift: “${words}” stands elsewhere in the reference`, i: `Insert “${there}”`, d: `Delete “${words}”`, r: `Replace “${words}” by “${there}”`,
    }[kind] + (n > 1 ? ` (${n} edits)` : " (1 edit)");
    if (end > start) shades.before.push({ start, end, kind: KINDS[kind], about });
    if (to > from) shades.after.push({ start: from, end: to, kind: KINDS[kind], about });
  }
  return shades;
};
const editSummary = (edits) => {
  const counts = { r: 0, d: 0, i: 0, s: 0 };
  for (const [kind, , , , , n] of edits) counts[kind] += n;
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  const parts = Object.entries(counts).filter(([, n]) => n > 0).map(([kind, n]) => `${EDITS[kind]} ${n}`);
  return total === 0 ? "no edits" : `${plural(total, "edit")}: ${parts.join(", ")}`;
};

/** A flat list of borders as shades. */
const shadesOf = (flat, kind) => {
  const found = [];
  for (let at = 0; at + 1 < (flat || []).length; at += 2) found.push({ start: flat[at], end: flat[at + 1], kind });
  return found;
};

const STOPS = { end: "came to its own end", length: "stopped at the length limit", error: "failed" };
const howLine = (output) => {
  if (!output || Object.keys(output).length === 0) return false;
  const words = plural(output.words || 0, "word") + (known(output.target) ? ` of ${count(output.target)} asked for` : "");
  const more = Object.entries(output.more || {});
  return [h("p", { class: "how" }, [words, STOPS[output.stop] || output.stop].filter(Boolean).join(" · ")),
    more.length > 0 && h("details", { class: "more" }, h("summary", {}, "How it came about"), h("dl", { class: "chips" }, more.map(([key, value]) => h("div", {}, h("dt", {}, name(key)), h("dd", {}, name(value))))))];
};
const remarks = (row) => [
  row.w && row.w.error && h("p", { class: "alert", dir: "auto" }, `Failed: ${row.w.error}`),
  row.w && row.w.cut && h("p", { class: "alert", dir: "auto" }, `Not seen by the model: ${row.w.cut}`),
  (row.o || []).map((note) => h("p", { class: "soft", dir: "auto" }, note)),
];
const allNumbers = (part, row) => [chips(part.heads, row.v),
  part.fields.length > part.heads.length && h("details", { class: "more" }, h("summary", {}, "More numbers"),
    chips(part.fields.filter((field) => !field.head && known(row.v[field.at])), row.v))];
const itemColumns = (part, rows) => fieldColumns(part.heads.filter((field) => rows.some((row) => known(row.v[field.at]))), (row) => row.v);
