// The inputs: boxes and sliders, the address, and the computing.
"use strict";

const TRIED = [
  [0.5, 1.5, 0.7, 2, 1.2, 0.3], [2, 3, 1.5, 4, 2.5, 5], [1, 1, 1, 1, 1, 1], [0.3, 0.2, 0.1, 0.4, 0.6, 0.8],
  [10, 20, 5, 2, 3, 1], [-0.5, -1.5, -0.7, -2, -1.2, -0.3],
];

const inputs = {
  values: data.params.map((param) => param.value),
  fields: [],
  nodes: [], // of the tape, 0 for what is not differentiated

  start() {
    if (data.live) this.guess();
    const form = byId("inputs");
    data.params.forEach((param, i) => form.append(this.field(param, i)));
    form.addEventListener("submit", (event) => event.preventDefault());
    window.addEventListener("hashchange", () => this.read() && this.compute());
    this.read();
    this.compute();
  },

  // Values for parameters of which none is known: the first ones at which the function computes.
  guess() {
    const open = data.params.map((param) => param.kind !== "fixed" && param.value === null);
    for (const [n, list] of TRIED.entries()) {
      this.values = data.params.map((param, i) => {
        if (!open[i]) return param.value;
        if (param.kind === "boolean") return false;
        return param.kind === "integer" ? 3 + n : list[i % list.length];
      });
      if (!open.some(Boolean)) return;
      try {
        const { values } = this.record();
        if (values.every((value) => Number.isFinite(Number(value)))) return;
      } catch {
        continue;
      }
    }
  },

  field(param, i) {
    const output = element("output", { class: "gradient", id: `gradient-${i}` });
    const name = element("label", { for: `input-${i}` }, param.symbol);
    const line = element("div", { class: `input ${param.kind}` }, name);
    const fixed = param.kind === "fixed" || !data.live;
    if (fixed) {
      line.append(element("output", { class: "value", id: `input-${i}` }, data.given?.[param.name] ?? sixDigits(param.value)));
      line.append(output);
      this.fields[i] = { output };
      return line;
    }
    if (param.kind === "boolean") {
      const box = element("input", { type: "checkbox", id: `input-${i}` });
      box.addEventListener("change", () => this.change(i, box.checked));
      line.append(box, output);
      this.fields[i] = { box, output };
      return line;
    }
    const step = param.kind === "integer" ? "1" : "any";
    const box = element("input", { type: "number", step, id: `input-${i}`, inputmode: "decimal" });
    const slider = element("input", { type: "range", step, "aria-label": `${param.name}, slider` });
    box.addEventListener("input", () => this.change(i, box.value === "" ? NaN : Number(box.value), box));
    slider.addEventListener("input", () => this.change(i, this.tidy(param, slider), slider));
    slider.addEventListener("change", () => this.span(i));
    line.append(box, slider, output);
    this.fields[i] = { box, slider, output };
    return line;
  },

  // A slider's value with no more digits than its pixels can tell.
  tidy(param, slider) {
    const value = Number(slider.value);
    if (param.kind === "integer") return Math.round(value);
    const unit = 10 ** Math.floor(Math.log10((slider.max - slider.min) / 400));
    return Number((Math.round(value / unit) * unit).toPrecision(12));
  },

  // The slider's ends, around the value at hand.
  span(i) {
    const { slider } = this.fields[i];
    const value = this.values[i];
    if (!slider || !Number.isFinite(value)) return;
    const reach = Math.max(data.params[i].kind === "integer" ? 10 : 1, Math.abs(value));
    const whole = data.params[i].kind === "integer";
    const least = whole && value >= 0 ? 0 : value - reach;
    slider.min = least;
    slider.max = value + reach;
    slider.value = value;
  },

  change(i, value, from) {
    this.values[i] = value;
    const { box, slider } = this.fields[i];
    if (slider && from === box) this.span(i);
    if (box && from === slider) box.value = value;
    this.write();
    this.compute();
  },

  // --- the address

  read() {
    const given = new URLSearchParams(location.hash.slice(1));
    let found = false;
    data.params.forEach((param, i) => {
      const text = given.get(param.name)?.replace(" ", "+") ?? null; // 1e+21
      if (text !== null && this.fields[i].box) {
        const value = param.kind === "boolean" ? /^(true|1)$/i.test(text) : Number(text);
        if (text.trim() !== "" && !Number.isNaN(value)) {
          found = found || !Object.is(value, this.values[i]);
          this.values[i] = param.kind === "integer" ? Math.round(value) : value;
        }
      }
      const { box, slider } = this.fields[i];
      if (slider) this.span(i);
      if (box && param.kind === "boolean") box.checked = this.values[i];
      else if (box) box.value = this.values[i];
    });
    return found;
  },

  write() {
    const given = new URLSearchParams();
    data.params.forEach((param, i) => {
      if (this.fields[i].box && !Number.isNaN(this.values[i])) given.set(param.name, String(this.values[i]));
    });
    history.replaceState(null, "", `#${given}`);
  },

  // --- computing

  record(into = {}) {
    const tape = new Tape();
    into.tape = tape;
    const nodes = data.params.map((param) => (param.differentiated ? tape.input() : 0));
    const [values, results] = program.record(tape, this.values, nodes);
    return { tape, nodes, values, results };
  },

  compute() {
    if (!data.live) {
      this.told(data.result, data.gradient ?? []);
      trip.set(data.forward ?? [], data.backward ?? []);
      return;
    }
    const into = {};
    try {
      data.params.forEach((param, i) => {
        const whole = param.kind === "integer";
        const bad = whole ? !Number.isInteger(this.values[i]) : Number.isNaN(this.values[i]);
        this.fields[i].box?.setAttribute("aria-invalid", bad);
        if (bad) throw py.error("", `${param.name} is not a ${whole ? "whole " : ""}number`);
      });
      const { tape, nodes, results } = this.record(into);
      const ends = results.filter((node) => node > 0);
      const { steps } = tape.backward(ends);
      this.nodes = nodes;
      const [value, adjoints] = program.gradient(this.values);
      const gradient = data.single ? [adjoints] : adjoints;
      this.trouble("");
      this.told(value, gradient);
      trip.set(tape.forward(), steps, ends);
    } catch (error) {
      this.trouble(error.message.replace(/^(py)?: /, ""));
      this.told(null, []);
      trip.set(into.tape?.forward() ?? [], []);
    }
  },

  trouble(text) {
    byId("trouble").hidden = text === "";
    byId("trouble").textContent = text;
  },

  told(value, gradient) {
    const shown = value === null || value === undefined ? "" : sixDigits(value);
    byId("outcome").replaceChildren(
      ...(shown === "" ? [] : [`${data.symbol} = `, element("span", { class: "value" }, shown)]),
    );
    data.params.forEach((param, i) => {
      const known = param.differentiated && gradient.length > 0;
      const text = known ? sixDigits(gradient[param.order]) : "";
      this.fields[i].output.textContent = text === "" ? "" : `∂/∂${param.symbol} = ${text}`;
    });
  },
};
