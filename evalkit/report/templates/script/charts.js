// Charts, by d3's scales, axes and selections, as SVG: themed by the style sheet, sharp in print.
// Each has its words in a label; the tables beside it have its numbers.

const NUMBERS = { "0-100": [0, 100], "0-1": [0, 1] };
const widthOf = (place, most) => Math.max(280, Math.min(place.clientWidth || 720, most));
const canvas = (place, height, label, margin, most = 1100) => {
  const width = widthOf(place, most);
  const svg = d3.select(place).append("svg").attr("class", "chart").attr("viewBox", `0 0 ${width} ${height}`)
    .attr("role", "img").attr("aria-label", label);
  return { svg, width, inner: [margin.left, width - margin.right], outer: [height - margin.bottom, margin.top] };
};
const extentOf = (values, unit) => {
  const [low, high] = d3.extent(values);
  const whole = NUMBERS[unit];
  if (whole && low >= whole[0] && high <= whole[1]) return whole;
  return low === high ? [low - 1, high + 1] : [Math.min(0, low), high];
};

/** The part of a scale that has values, for charts that need not begin at 0. */
const closeTo = (values) => {
  const [low, high] = d3.extent(values);
  return low === high ? [low - 1, high + 1] : [low, high];
};

/** Sentence by sentence along a document: a bar each, as wide as its text. */
const profile = (place, { title, unit, up, sentences, pick }) => {
  const given = sentences.filter((sentence) => known(sentence.value));
  const worst = given.reduce((a, b) => (a === null || (up ? b.value < a.value : b.value > a.value) ? b : a), null);
  const label = worst
    ? `${title} along the document, ${plural(given.length, "sentence")}; worst: sentence ${worst.number + 1}, ${score(worst.value, unit)}`
    : `${title}: no sentence has a value`;
  const { svg, inner, outer } = canvas(place, 110, label, { left: 40, right: 4, top: 8, bottom: 20 });
  if (!worst) return;
  const x = d3.scaleLinear().domain([sentences[0].start, Math.max(...sentences.map((s) => s.end))]).range(inner);
  const y = d3.scaleLinear().domain(extentOf(given.map((s) => s.value), unit)).range(outer).clamp(true);
  svg.append("g").attr("class", "axis").attr("transform", `translate(${inner[0] - 4},0)`).call(d3.axisLeft(y).ticks(3).tickSizeOuter(0));
  const base = y(Math.max(0, y.domain()[0]));
  const bars = svg.append("g").selectAll("rect").data(given).join("rect")
    .attr("class", (s) => (s === worst ? "column worst" : "column")).attr("data-tip", "")
    .attr("x", (s) => x(s.start)).attr("width", (s) => Math.max(1, x(s.end) - x(s.start) - 1.5))
    .attr("y", (s) => Math.min(base - 1.5, y(s.value))).attr("height", (s) => Math.max(1.5, base - y(s.value)))
    .on("click", (_, s) => pick(s.number));
  bars.each(function hint(s) {
    tips.set(this, () => [h("p", {}, `Sentence ${s.number + 1}: ${score(s.value, unit)}`), h("p", { class: "soft" }, s.text)]);
  });
  const step = Math.ceil(given.length / 12);
  const marks = given.filter((s) => s.number % step === 0);
  svg.append("g").attr("class", "axis").selectAll("text").data(marks).join("text")
    .attr("x", (s) => (x(s.start) + x(s.end)) / 2).attr("y", outer[0] + 14).attr("text-anchor", "middle").text((s) => s.number + 1);
};

/** How the scores of one or two systems are spread: one above the line, the other below. */
const distribution = (place, { field, systems }) => {
  const all = systems.flatMap((system) => system.values);
  const words = systems.map((s) => `${s.name}: ${plural(s.values.length, "value")}, median ${score(d3.median(s.values) ?? null, field.unit)}`).join("; ");
  const { svg, inner, outer, width } = canvas(place, systems.length > 1 ? 276 : 180, `How ${field.label} is spread. ${words}`, { left: 46, right: 10, top: 20, bottom: systems.length > 1 ? 46 : 28 });
  if (all.length === 0) return;
  const x = d3.scaleLinear().domain(closeTo(all)).nice().range(inner);
  const bins = systems.map((s) => d3.bin().domain(x.domain()).thresholds(x.ticks(Math.min(40, Math.max(8, width / 24))))(s.values));
  const shares = bins.map((own, at) => own.map((bin) => bin.length / Math.max(1, systems[at].values.length)));
  const top = d3.max(shares.flat()) || 1;
  const y = d3.scaleLinear().domain([systems.length > 1 ? -top : 0, top]).range(outer);
  svg.append("g").attr("class", "axis").attr("transform", `translate(0,${outer[0]})`).call(d3.axisBottom(x).ticks(Math.min(10, width / 70)).tickSizeOuter(0));
  svg.append("g").attr("class", "axis").attr("transform", `translate(${inner[0]},0)`)
    .call(d3.axisLeft(y).ticks(5).tickFormat((v) => `${Math.round(Math.abs(v) * 100)}%`).tickSizeOuter(0));
  bins.forEach((own, at) => {
    const sign = at === 0 ? 1 : -1;
    svg.append("g").attr("class", `sys${at}`).selectAll("rect").data(own).join("rect").attr("data-tip", "")
      .attr("x", (bin) => x(bin.x0) + 0.5).attr("width", (bin) => Math.max(0, x(bin.x1) - x(bin.x0) - 1))
      .attr("y", (bin, i) => Math.min(y(0), y(sign * shares[at][i])))
      .attr("height", (bin, i) => Math.abs(y(sign * shares[at][i]) - y(0)))
      .each(function hint(bin, i) {
        tips.set(this, () => [h("p", {}, name(systems[at].name)), h("p", { class: "soft" },
          `${score(bin.x0, field.unit)} to ${score(bin.x1, field.unit)}: ${count(bin.length)} (${Math.round(shares[at][i] * 100)} %)`)]);
      });
    svg.append("text").attr("class", `name sys${at}`).attr("x", inner[1]).attr("text-anchor", "end")
      .attr("y", at === 0 ? outer[1] - 6 : outer[0] + 38).text(systems[at].name);
  });
  svg.append("line").attr("class", "zero").attr("x1", inner[0]).attr("x2", inner[1]).attr("y1", y(0)).attr("y2", y(0));
};

/** Item by item, one system across and the other up; above the line the second has the larger number. */
const scatter = (place, { field, nameX, nameY, points: pairs, pick }) => {
  const wins = pairs.filter((p) => p.y !== p.x && (p.y > p.x) === (field.up !== false)).length;
  const ties = pairs.filter((p) => p.y === p.x).length;
  const label = `${field.label}, item by item: ${nameX} across, ${nameY} up; ${plural(pairs.length, "item")}, ${nameY} better on ${count(wins)}, equal on ${count(ties)}`;
  const side = widthOf(place, 520);
  const { svg, width, inner, outer } = canvas(place, side, label, { left: 54, right: 12, top: 12, bottom: 46 }, side);
  if (pairs.length === 0) return;
  const domain = d3.scaleLinear().domain(closeTo(pairs.flatMap((p) => [p.x, p.y]))).nice().domain();
  const x = d3.scaleLinear().domain(domain).range(inner);
  const y = d3.scaleLinear().domain(domain).range(outer);
  svg.append("g").attr("class", "axis").attr("transform", `translate(0,${outer[0]})`).call(d3.axisBottom(x).ticks(6).tickSizeOuter(0));
  svg.append("g").attr("class", "axis").attr("transform", `translate(${inner[0]},0)`).call(d3.axisLeft(y).ticks(6).tickSizeOuter(0));
  svg.append("line").attr("class", "zero").attr("x1", x(domain[0])).attr("x2", x(domain[1])).attr("y1", y(domain[0])).attr("y2", y(domain[1]));
  // One path of points: 20,000 elements would be slow.
  for (const [kind, kept] of [["sys1", (p) => p.y > p.x], ["sys0", (p) => p.y <= p.x]]) {
    const path = pairs.filter(kept).map((p) => `M${x(p.x).toFixed(1)},${y(p.y).toFixed(1)}h0`).join("");
    svg.append("path").attr("class", `dots ${kind}${pairs.length > 500 ? " many" : ""}`).attr("d", path);
  }
  svg.append("text").attr("class", "name").attr("x", inner[1]).attr("y", outer[0] + 38).attr("text-anchor", "end").text(nameX);
  svg.append("text").attr("class", "name").attr("x", inner[0] + 8).attr("y", outer[1] + 10).text(nameY);
  const tree = d3.quadtree(pairs, (p) => x(p.x), (p) => y(p.y));
  const ring = svg.append("circle").attr("class", "ring").attr("r", 6).attr("visibility", "hidden");
  const near = (event) => {
    const box = svg.node().getBoundingClientRect();
    const scale = width / box.width;
    return tree.find((event.clientX - box.left) * scale, (event.clientY - box.top) * scale, 24);
  };
  svg.attr("data-tip", "").on("mousemove", (event) => {
    const found = near(event);
    ring.attr("visibility", found ? "visible" : "hidden");
    tips.set(svg.node(), () => (found ? [h("p", {}, name(found.label)), h("p", { class: "soft" }, `${score(found.x, field.unit)} and ${score(found.y, field.unit)}`)] : []));
    if (found) ring.attr("cx", x(found.x)).attr("cy", y(found.y));
    hint.show(svg.node(), { left: event.clientX + 8, bottom: event.clientY + 8, top: event.clientY - 8 });
  }).on("mouseleave", () => ring.attr("visibility", "hidden")).on("click", (event) => near(event) && pick(near(event)));
};
