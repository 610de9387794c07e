// The tape: records of the forward sweep, and the reverse sweep over them, step by step.
"use strict";

const MOST_RECORDS = 20000;
const MOST_ROUNDS = 1000000;

class Tape {
  constructor() {
    this.records = [];
    this.nodes = 1; // 0 stands for what does not depend on an input
    this.loops = [];
    this.rounds = [];
    this.turns = 0;
  }

  tooMany() {
    return py.error("", "so many steps are not followed on this page");
  }

  input() {
    return this.nodes++;
  }

  add(record) {
    if (this.records.length >= MOST_RECORDS) throw this.tooMany();
    record.rounds = this.rounds;
    this.records.push(record);
  }

  stage(row, value, reads, operands) {
    const parts = [];
    for (const [operand, partial] of operands) {
      if (operand === 0) {
        parts.push(null);
        continue;
      }
      let local;
      try {
        local = Number(partial());
      } catch {
        local = NaN; // the reverse sweep, too, has no value here
      }
      parts.push({ operand, local });
    }
    const active = parts.some((part) => part !== null);
    const node = active ? this.nodes++ : 0;
    if (row >= 0 || active) this.add({ kind: "stage", row, value, reads, parts, node });
    return node;
  }

  value(row, value, reads) {
    this.add({ kind: "value", row, value, reads, parts: [], node: 0 });
  }

  enter(row) {
    this.add({ kind: "enter", row, value: null, reads: [], parts: [], node: 0 });
  }

  // A call is one step, whatever happens inside.
  call(row, args) {
    this.add({ kind: "call", row, args, node: 0 });
  }

  returned(row, values, nodes) {
    this.add({ kind: "returned", row, values, nodes, node: 0 });
  }

  loop(number) {
    this.loops.push({ number, round: -1, outer: this.rounds });
  }

  round() {
    const loop = this.loops[this.loops.length - 1];
    loop.round += 1;
    if (this.turns++ > MOST_ROUNDS) throw this.tooMany();
    this.rounds = loop.number < 0 ? loop.outer : [...loop.outer, [loop.number, loop.round]];
  }

  end() {
    this.rounds = this.loops.pop().outer;
  }

  // What the forward sweep shows: one step a record that has a row.
  forward() {
    const steps = [];
    for (const record of this.records) {
      if (record.row < 0 || record.kind === "call") continue;
      const value = record.kind === "returned" ? record.values[0] : record.value;
      steps.push({ ...record, sweep: "forward", value });
    }
    return steps;
  }

  // The reverse sweep from the adjoints of the result's nodes: what arrives at each record, its
  // local derivatives, what is passed on, and what adds up.
  backward(results) {
    const adjoints = new Float64Array(this.nodes);
    const reached = new Uint8Array(this.nodes);
    for (const node of results) {
      adjoints[node] += 1;
      reached[node] = 1;
    }
    const steps = [];
    const calls = [];
    for (let i = this.records.length - 1; i >= 0; i--) {
      const record = this.records[i];
      if (record.kind === "returned") {
        const arrives = record.nodes.map((node) => adjoints[node]);
        calls.push({ arrives, before: null, at: i, reached: record.nodes.some((n) => reached[n]) });
        const call = this.opening(i);
        calls[calls.length - 1].before = call.args.map((node) => [adjoints[node], reached[node]]);
        continue;
      }
      if (record.kind === "call") {
        const call = calls.pop();
        if (record.row < 0 || !call.reached) continue;
        const parts = record.args.map((node, k) => {
          if (node === 0) return null;
          const [before, had] = call.before[k];
          const passed = adjoints[node] - before;
          return { operand: node, local: null, passed, before: had ? before : null, after: adjoints[node] };
        });
        steps.push({ ...record, sweep: "backward", arrives: call.arrives[0], parts });
        continue;
      }
      if (record.node === 0 || !reached[record.node]) continue;
      const arrives = adjoints[record.node];
      const parts = record.parts.map((part) => {
        if (part === null) return null;
        const { operand, local } = part;
        const before = reached[operand] ? adjoints[operand] : null;
        const passed = arrives * local;
        adjoints[operand] += passed;
        reached[operand] = 1;
        return { operand, local, passed, before, after: adjoints[operand] };
      });
      if (record.row >= 0) steps.push({ ...record, sweep: "backward", arrives, parts });
    }
    return { steps, adjoints };
  }

  opening(at) {
    for (let i = at - 1, depth = 0; i >= 0; i--) {
      const { kind } = this.records[i];
      if (kind === "returned") depth += 1;
      if (kind === "call" && depth-- === 0) return this.records[i];
    }
    return null;
  }
}
