// The trip through the function: the steps of both sweeps in order, found by row and round.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

const trip = {
  steps: [], // those of the forward sweep, then those of the reverse sweep
  turn: 0, // how many are of the forward sweep
  done: 0, // how many have been taken
  chosen: data.loops.map(() => 0), // the round of each loop that is shown
  places: new Map(), // row, sweep and rounds -> position in `steps`
  adjoints: new Map(), // node -> what its adjoint is, from which position on
  counts: new Map(), // loop and the rounds around it -> how many rounds there are

  set(forward, backward, results = []) {
    const atEnd = this.done === this.steps.length;
    this.steps = [...forward, ...backward];
    this.turn = forward.length;
    this.places.clear();
    this.counts.clear();
    this.adjoints.clear();
    for (const node of results) this.adjoints.set(node, [[forward.length, 1]]);
    this.steps.forEach((step, position) => {
      this.places.set(this.key(step.row, step.sweep, step.rounds.map(([, round]) => round)), position);
      for (const part of step.sweep === "backward" ? step.parts : []) {
        if (!part || part.operand === undefined) continue;
        if (!this.adjoints.has(part.operand)) this.adjoints.set(part.operand, []);
        this.adjoints.get(part.operand).push([position, part.after]);
      }
      step.rounds.forEach(([loop, round], i) => {
        const key = [loop, ...step.rounds.slice(0, i).map(([, r]) => r)].join();
        this.counts.set(key, Math.max(this.counts.get(key) ?? 0, round + 1));
      });
    });
    this.chosen = this.chosen.map((round, loop) => Math.min(round, Math.max(0, this.count(loop) - 1)));
    this.go(atEnd ? this.steps.length : Math.min(this.done, this.steps.length));
  },

  key(row, sweep, rounds) {
    return `${row} ${sweep} ${rounds.join()}`;
  },

  // The loops around a loop.
  outer(loop) {
    const around = data.around.find((loops) => loops.includes(loop)) ?? [];
    return around.slice(0, around.indexOf(loop));
  },

  count(loop) {
    return this.counts.get([loop, ...this.outer(loop).map((l) => this.chosen[l])].join()) ?? 0;
  },

  // The position of a row's step in the chosen rounds, or undefined.
  find(row, sweep) {
    const rounds = data.around[row].map((loop) => this.chosen[loop]);
    return this.places.get(this.key(row, sweep, rounds));
  },

  // The adjoint of a node as far as the reverse sweep has come, or null.
  adjoint(node) {
    const known = (this.adjoints.get(node) ?? []).filter(([position]) => position < this.done);
    return known.length ? known[known.length - 1][1] : null;
  },

  get current() {
    return this.done > 0 ? this.steps[this.done - 1] : null;
  },

  go(done) {
    this.done = Math.max(0, Math.min(this.steps.length, done));
    for (const [loop, round] of this.current?.rounds ?? []) this.chosen[loop] = round;
    view.show();
  },

  // Show another round of a loop: the same step there, if the one at hand is inside the loop.
  choose(loop, round) {
    this.chosen[loop] = round;
    const step = this.current;
    if (step && step.rounds.some(([l]) => l === loop)) {
      const position = this.find(step.row, step.sweep);
      if (position !== undefined) {
        this.done = position + 1;
      } else {
        const rows = this.steps.findIndex((s) => s.rounds.some(([l, r]) => l === loop && r === round));
        if (rows >= 0) this.done = rows + 1;
      }
    }
    view.show();
  },
};
