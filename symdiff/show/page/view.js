// What is seen: values in the table and the graph, the step that is spelt out, and what is lit.
"use strict";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

const inParentheses = (text) => (/^-/.test(text) ? `(${text})` : text);

// A formula with numbers in the place of `0⟨i⟩`.
function filled(template, reads, value) {
  return template.replace(/0⟨(-?\d+)⟩/g, (hole, i, at) => {
    const text = sixDigits(Number(i) < 0 ? value : reads[Number(i)]);
    const alone = at === 0 || /[(,=<>≤≥] ?$/.test(template.slice(0, at));
    return alone && !/^[²³⁰¹⁴-⁹⁻^]/.test(template.slice(at + hole.length)) ? text : inParentheses(text);
  });
}

const view = {
  rows: [...document.querySelectorAll("tr[data-row]")],
  linked: new Map(), // stage -> elements
  rowOf: new Map(), // stage -> row

  start() {
    for (const tr of this.rows) {
      if (tr.dataset.stage) this.rowOf.set(Number(tr.dataset.stage), Number(tr.dataset.row));
    }
    for (const node of document.querySelectorAll("[data-stage], [data-stages]")) {
      for (const stage of stagesOf(node)) {
        if (!this.linked.has(stage)) this.linked.set(stage, []);
        this.linked.get(stage).push(node);
      }
    }
    const light = (event) => this.light(stagesUnder(event.target));
    document.addEventListener("pointerover", light);
    document.addEventListener("focusin", light);
    document.addEventListener("pointerout", () => this.light([]));
    document.addEventListener("focusout", () => this.light([]));
  },

  light(stages) {
    for (const node of document.querySelectorAll(".lit")) node.classList.remove("lit");
    for (const stage of stages) {
      for (const node of this.linked.get(stage) ?? []) node.classList.add("lit");
    }
  },

  show() {
    const step = trip.current;
    for (const tr of this.rows) this.row(tr, step);
    this.loops();
    this.now(step);
    this.graph();
    player.show();
    byId("step").replaceChildren(...spelt(step));
  },

  row(tr, step) {
    const row = Number(tr.dataset.row);
    const forward = trip.find(row, "forward");
    const backward = trip.find(row, "backward");
    const record = trip.steps[forward];
    tr.querySelector(".forward .shown").textContent = forward < trip.done ? sixDigits(record.value) : "";
    const gradients = backward < trip.done ? adjointsOf(trip.steps[backward]) : [];
    tr.querySelectorAll(".backward .shown").forEach((node, i) => (node.textContent = gradients[i] ?? ""));
    const isStep = tr.classList.contains("stage");
    tr.classList.toggle("untaken", isStep && forward === undefined && trip.steps.length > 0);
    for (const sweep of ["forward", "backward"]) {
      const isNow = step !== null && step.row === row && step.sweep === sweep;
      tr.classList.toggle(`now-${sweep}`, isNow);
    }
    if (step !== null && step.row === row) tr.setAttribute("aria-current", "step");
    else tr.removeAttribute("aria-current");
  },

  loops() {
    for (const node of document.querySelectorAll(".rounds")) {
      const loop = Number(node.dataset.loop);
      const count = trip.count(loop);
      const [slider, output] = node.children;
      node.hidden = count < 1;
      slider.max = count;
      slider.disabled = count < 2;
      slider.value = trip.chosen[loop] + 1;
      slider.setAttribute("aria-valuetext", `round ${trip.chosen[loop] + 1} of ${count}`);
      output.textContent = `round ${trip.chosen[loop] + 1} of ${count}`;
    }
  },

  now(step) {
    for (const node of document.querySelectorAll(".now")) node.classList.remove("now", "reverse");
    const stage = step === null ? undefined : data.rows[step.row]?.stage;
    if (!stage) return;
    for (const node of this.linked.get(stage) ?? []) {
      if ((node.dataset.sweep ?? step.sweep) !== step.sweep) continue;
      node.classList.add("now");
      node.classList.toggle("reverse", step.sweep === "backward");
    }
    for (const pane of document.querySelectorAll(".pane .scroll")) this.reveal(pane);
  },

  // Scroll inside a pane until what is current there can be seen.
  reveal(pane) {
    const node = pane.querySelector(".now");
    if (node === null) return;
    const [inner, outer] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
    const wide = pane.closest("#graph-pane") !== null;
    if (wide && inner.left < outer.left + 20) pane.scrollLeft += inner.left - outer.left - 80;
    else if (wide && inner.right > outer.right - 140) pane.scrollLeft += inner.right - outer.right + 140;
    if (inner.top < outer.top + 8 || inner.bottom > outer.bottom - 8) {
      pane.scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
    }
  },

  // Values above the lines that leave a stage or an input, adjoints below.
  graph() {
    const ended = trip.done === trip.steps.length;
    for (const node of document.querySelectorAll(".graph .node")) {
      const { stage, input } = node.dataset;
      let [value, adjoint] = [null, null];
      if (input !== undefined) {
        const i = data.params.findIndex((param) => param.name === input);
        value = data.live ? inputs.values[i] : (data.given?.[input] ?? null);
        if (data.live) adjoint = trip.adjoint(inputs.nodes[i]);
        else if (ended) adjoint = data.gradient?.[data.params[i].order] ?? null;
      } else if (stage !== undefined) {
        const row = this.rowOf.get(Number(stage));
        const [forward, backward] = ["forward", "backward"].map((sweep) => trip.find(row, sweep));
        if (forward < trip.done) value = trip.steps[forward].value;
        if (forward < trip.done && data.live) adjoint = trip.adjoint(trip.steps[forward].node);
        else if (backward < trip.done) adjoint = trip.steps[backward].arrives;
        node.classList.toggle("untaken", forward === undefined && trip.steps.length > 0);
      }
      this.label(node, ".value", value);
      this.label(node, ".adjoint", adjoint);
    }
  },

  label(node, selector, value) {
    const label = node.querySelector(selector);
    if (label === null) return;
    const text = sixDigits(value);
    const short = text.length > 12 ? text.split(" from ")[0] : text; // the shape of a large array
    label.textContent = short.length > 12 ? `${short.slice(0, 11)}…` : short;
  },
};

function stagesOf(node) {
  return (node.dataset.stages ?? node.dataset.stage).split(" ").filter(Boolean).map(Number);
}

// The stages that are meant by pointing at something: in the source, the innermost one.
function stagesUnder(target) {
  const node = target instanceof Element ? target.closest("[data-stage], [data-stages]") : null;
  if (node === null) return [];
  return node.dataset.stage ? [Number(node.dataset.stage)] : stagesOf(node);
}

// `2.05957`: the adjoints that a step of the reverse sweep has set or added to.
function adjointsOf(step) {
  const info = data.rows[step.row];
  if (!data.live) return [named(info.adjoint, step.arrives)];
  return info.shown.map((i) => sixDigits(step.parts[i]?.after));
}

const named = (name, value) => `${name} = ${sixDigits(value)}`;

// --- a step, spelt out ---

function spelt(step) {
  if (trip.steps.length === 0) {
    const hint = "There are no values: none are known without a point, which --at gives.";
    const none = "There are no steps: nothing is computed from the inputs.";
    const told = data.live ? (byId("trouble").hidden ? none : "") : hint;
    return told ? [element("p", { class: "head" }, told)] : [];
  }
  if (step === null) return [element("p", { class: "head" }, "The inputs are given. Play, or step on.")];
  const info = data.rows[step.row];
  if (!info) return [element("p", { class: "head" }, plainStep(step))];
  return step.sweep === "forward" ? forwardStep(step, info) : backwardStep(step, info);
}

function title(step, info) {
  const rounds = step.rounds.map(([loop, round]) => `round ${round + 1} of ${trip.count(loop)}`);
  const name = info.stage ? `stage ${info.stage}` : "call";
  return element(
    "p",
    { class: "head" },
    element("strong", {}, name),
    ` ${step.sweep}`,
    rounds.length ? element("span", { class: "quiet" }, `, ${rounds.join(", ")}`) : "",
  );
}

function plainStep(step) {
  const cells = view.rows.find((tr) => Number(tr.dataset.row) === step.row).querySelectorAll(".formula");
  const text = cells[0].querySelector("span span")?.textContent ?? "";
  return step.value === null ? text : `${text} → ${sixDigits(step.value)}`;
}

function forwardStep(step, info) {
  const numbers = info.filled === undefined || !data.live ? null : filled(info.filled, step.reads, step.value);
  const value = sixDigits(step.value);
  const parts = [element("span", { class: "symbols" }, info.text)];
  if (numbers !== null && numbers !== value) parts.push(element("span", {}, ` = ${numbers}`));
  parts.push(element("span", { class: "value" }, ` = ${value}`));
  return [title(step, info), element("p", { class: "formula" }, ...parts)];
}

function backwardStep(step, info) {
  const arrives = element("span", { class: "gradient" }, named(info.adjoint, step.arrives));
  const head = title(step, info);
  head.append("  ", element("span", { class: "quiet" }, "arrives "), arrives);
  const rows = [];
  info.parts.forEach((part, i) => {
    const record = step.parts[i];
    if (record) rows.push(passedOn(step, info, part, record));
  });
  if (!rows.length) return [head, element("p", { class: "formula" }, info.reversed)];
  const names = ["to", "local derivative", "passed on", "adds up"];
  const top = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
  return [head, element("table", { class: "parts" }, element("thead", {}, top), element("tbody", {}, ...rows))];
}

function passedOn(step, info, part, record) {
  const cell = (label, ...children) => element("td", { "data-label": label }, ...children);
  const gradient = (text) => element("span", { class: "gradient" }, text);
  const local = sixDigits(record.local);
  const [arrives, passed, after] = [step.arrives, record.passed, record.after].map(sixDigits);
  let derivative = "through the call";
  let product = passed;
  if (record.local !== null) {
    const numbers = filled(part.filled, step.reads, step.value);
    const steps = [part.local, numbers, local].filter((text, i, all) => text !== all[i - 1]);
    derivative = `∂${info.target}/∂${part.name} = ${steps.join(" = ")}`;
    product = `${arrives}·${inParentheses(local)} = ${passed}`;
  }
  const sum =
    record.before === null
      ? [`${part.adjoint} = `, gradient(after)]
      : [`${part.adjoint} = ${sixDigits(record.before)} + ${inParentheses(passed)} = `, gradient(after)];
  return element(
    "tr",
    {},
    cell("to", part.name),
    cell("local derivative", derivative),
    cell("passed on", product),
    cell("adds up", ...sum, record.before === null ? "" : element("span", { class: "fork" }, " (*)")),
  );
}
