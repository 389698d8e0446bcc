// What was marked in a text: numbered, written out, and shown at the pointer or the focus.

const tips = new WeakMap();
/** Marks as findings: scorers' first, in the order of the text, with numbers. */
const findings = (marks) => [...(marks || [])]
  .sort((a, b) => Boolean(a.h) - Boolean(b.h) || a.a - b.a || a.b - b.b)
  .map((mark, at) => ({ ...mark, start: mark.a, end: mark.b, number: at + 1 }));
const sourceOf = (mark) => {
  if (mark.f && mark.f.startsWith(mark.w)) return mark.f;
  const who = mark.h ? `reader ${mark.w}` : mark.w;
  return mark.f ? `${who}, ${mark.f}` : who;
};
const EXCERPT = 90;
const excerpt = (text, most = EXCERPT) => {
  const flat = text.replace(/\r\n?|\n/g, "↵").replace(/\t/g, "⇥").replace(hiddenPattern, (c) => `⟨${LABELS.get(c)}⟩`);
  if (flat.length <= most) return flat;
  const space = flat.lastIndexOf(" ", most);
  return `${flat.slice(0, space > 0 ? space : most).trimEnd()}…`;
};
const suggestion = (mark) => {
  const quote = mark.quote && h("q", {}, mark.quote);
  if (!("r" in mark)) return quote ? [quote] : [];
  if (!mark.quote) return [soft("insert "), h("q", {}, mark.r)];
  if (mark.r === "") return [soft("delete "), quote];
  return [quote, h("span", { "aria-hidden": "true" }, " → "), heard(" better: "), h("q", {}, mark.r)];
};
const findingBody = (mark) => [
  h("p", { class: "what" },
    h("span", { class: "cat" }, mark.c || "unnamed"),
    mark.g && h("span", { class: "sev" }, ` ${mark.g}`),
    known(mark.p) && h("span", { class: "prob" }, heard(" probability "), ` ${mark.p.toFixed(2)}`),
    h("span", { class: "by" }, " ", name(sourceOf(mark)))),
  h("p", { class: "q", dir: "auto" }, suggestion(mark)),
  mark.m && h("p", { class: "message", dir: "auto" }, mark.m),
];
const findingCard = (mark) => h("div", { class: `finding s${mark.y}` },
  h("span", { class: "num" }, String(mark.number)), h("div", {}, findingBody(mark)));
const findingList = (marks, key) => h("ol", { class: "findings" }, marks.map((mark) =>
  h("li", { class: `finding s${mark.y}`, id: `${key}-f${mark.number}` },
    h("button", { type: "button", class: "num", on: { click: () => visit(`${key}-t${mark.number}`) } },
      heard("Finding "), String(mark.number), heard(": to its place in the text")),
    h("div", {}, findingBody(mark)))));
/** Gives every mark the words that it stands on. */
const quoted = (marks, text) => {
  const cut = points(text);
  for (const mark of marks) mark.quote = excerpt(cut.slice(mark.a, Math.min(mark.b, mark.a + 400)));
  return marks;
};

/** The one box for hints: at the pointer or the focus; Escape hides it; the pointer may enter it. */
const hints = () => {
  const box = document.getElementById("tip");
  let owner = null;
  const hide = () => {
    box.hidden = true;
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
  };
  const show = (element, point) => {
    const content = [];
    for (let at = element; at; at = at.parentElement) {
      if (tips.has(at)) content.push(...tips.get(at)().filter(Boolean));
    }
    if (content.length === 0) return hide();
    if (owner && owner !== element) owner.removeAttribute("aria-describedby");
    box.replaceChildren(...content);
    box.hidden = false;
    owner = element;
    element.setAttribute("aria-describedby", "tip");
    const from = point || element.getClientRects()[0] || element.getBoundingClientRect();
    const below = from.bottom + 6;
    const fits = below + box.offsetHeight < innerHeight || from.top < box.offsetHeight + 6;
    const left = Math.min(Math.max(8, from.left), innerWidth - box.offsetWidth - 8);
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(fits ? below : from.top - box.offsetHeight - 6) + scrollY}px`;
    return undefined;
  };
  const target = (event) => event.target instanceof Element && event.target.closest("[data-tip]");
  document.addEventListener("mouseover", (event) => {
    const element = target(event);
    if (element) show(element);
    else if (!event.target.closest("#tip") && owner !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => (target(event) ? show(target(event)) : hide()));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  return { hide, show };
};
