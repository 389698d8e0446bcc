// One view at a time, by the address.

const hint = hints();
const VIEWS = { fluency: fluencyView, summaries: summariesView, translations: translationsView, systems: systemsView };
const viewOf = (id) => document.querySelector(`main > [data-view="${CSS.escape(id)}"]`);

const show = async (view) => {
  document.querySelectorAll("main > [data-view]").forEach((section) => { section.dataset.open = String(section.dataset.view === view); });
  document.querySelectorAll(".top nav a").forEach((link) => {
    if (link.dataset.to === view) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  });
  if (VIEWS[view]) await VIEWS[view](viewOf(view));
};
const arrive = async ({ moved = false } = {}) => {
  hint.hide();
  const { view } = address();
  if (view && viewOf(view)) {
    await show(view);
    const { params } = address();
    if (moved && !params.get("open") && !params.get("at")) {
      const heading = viewOf(view).querySelector("h2");
      if (heading) heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    return;
  }
  const goal = view && document.getElementById(view);
  const inside = goal && goal.closest("main > [data-view]");
  await show(inside ? inside.dataset.view : "overview");
  if (goal && goal !== document.getElementById("main")) visit(view);
};

const start = async () => {
  document.documentElement.classList.add("js");
  const { labels } = await index();
  learn(labels);
  document.querySelectorAll("table.sortable").forEach(enhance);
  document.querySelectorAll("select.field").forEach((select) => {
    const pick = () => document.querySelectorAll(`[data-matrix="${select.dataset.for}"]`).forEach((matrix) => { matrix.hidden = matrix.dataset.field !== select.value; });
    select.addEventListener("change", pick);
    pick();
  });
  await arrive();
  addEventListener("hashchange", () => arrive({ moved: true }));
  document.documentElement.dataset.ready = "true";
};
start().catch((error) => {
  document.documentElement.classList.remove("js");
  document.getElementById("trouble").hidden = false;
  document.getElementById("trouble").append(String(error));
  throw error;
});
