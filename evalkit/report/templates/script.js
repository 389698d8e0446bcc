"use strict";
// Tooltips for findings, sorting of tables, opening what a link points into. The page is whole without it.
(() => {
  const tip = document.getElementById("tip");
  let owner = null;

  const hide = () => {
    tip.hidden = true;
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
  };

  const numbersOf = (element) => {
    const found = [];
    for (let at = element; at && !at.dataset.key; at = at.parentElement) {
      if (at.dataset.m) found.push(...at.dataset.m.split(" "));
    }
    return [...new Set(found)];
  };

  const place = (element) => {
    const box = element.getClientRects()[0] || element.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left), innerWidth - tip.offsetWidth - 8);
    const below = box.bottom + 6;
    const fits = below + tip.offsetHeight < innerHeight || box.top < tip.offsetHeight + 6;
    tip.style.left = `${left + scrollX}px`;
    tip.style.top = `${(fits ? below : box.top - tip.offsetHeight - 6) + scrollY}px`;
  };

  const show = (element) => {
    const root = element.closest("[data-key]");
    if (!root) return;
    const items = numbersOf(element)
      .map((number) => document.getElementById(`${root.dataset.key}-f${number}`))
      .filter((item) => item && getComputedStyle(item).display !== "none");
    const heat = root.querySelector("input.heat:checked") && element.closest("[data-p]");
    if (!items.length && !heat) return;
    hide();
    tip.replaceChildren(
      ...items.map((item) => {
        const copy = document.createElement("div");
        copy.className = item.className;
        copy.append(...[...item.childNodes].map((node) => node.cloneNode(true)));
        copy.querySelectorAll("a").forEach((link) => {
          const number = document.createElement("span");
          number.className = "num";
          number.textContent = link.textContent.replace(/\D/g, "");
          link.replaceWith(number);
        });
        return copy;
      }),
    );
    if (heat) {
      const line = document.createElement("p");
      line.className = "soft";
      line.textContent = `token: ${heat.dataset.p}`;
      tip.append(line);
    }
    tip.hidden = false;
    owner = element;
    element.setAttribute("aria-describedby", "tip");
    place(element);
  };

  const target = (event) => event.target instanceof Element && event.target.closest("[data-m], [data-p]");
  document.addEventListener("mouseover", (event) => {
    const element = target(event);
    if (element) show(element);
    else if (!event.target.closest("#tip") && owner !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => (target(event) ? show(target(event)) : hide()));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  const value = (row, at) => {
    const text = row.cells[at].textContent.trim();
    const number = parseFloat(text.replace(/[,+<]|^To sentence /g, "").replace("−", "-"));
    return Number.isNaN(number) ? text : number;
  };
  const order = (a, b) => {
    if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b);
    return typeof a === "number" ? -1 : 1;
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => order(value(a, at), value(b, at)) * (down ? -1 : 1));
        table.tBodies[0].append(...rows);
      });
    });
  });

  const reveal = () => {
    const goal = location.hash && document.getElementById(location.hash.slice(1));
    if (!goal) return;
    for (let at = goal; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    goal.scrollIntoView({ block: goal.offsetHeight < innerHeight / 2 ? "center" : "start" });
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
