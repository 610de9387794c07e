// Playing, stepping and scrubbing through the sweeps; the keys.
"use strict";

const player = {
  timer: 0,

  start() {
    const on = (id, action) => byId(id).addEventListener("click", () => (this.pause(), action()));
    on("first", () => trip.go(0));
    on("back", () => trip.go(trip.done - 1));
    on("on", () => trip.go(trip.done + 1));
    on("last", () => trip.go(trip.steps.length));
    byId("play").addEventListener("click", () => this.toggle());
    byId("scrub").addEventListener("input", (event) => (this.pause(), trip.go(Number(event.target.value))));
    for (const node of document.querySelectorAll(".rounds")) {
      const slider = node.firstElementChild;
      slider.addEventListener("input", () => (this.pause(), trip.choose(Number(node.dataset.loop), slider.value - 1)));
    }
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => this.point(event.target));
  },

  show() {
    const [scrub, count] = [byId("scrub"), trip.steps.length];
    scrub.max = count;
    scrub.value = trip.done;
    scrub.style.setProperty("--turn", `${count ? (100 * trip.turn) / count : 50}%`);
    const sweep = trip.current?.sweep ?? "start";
    const text = `${trip.done} of ${count}`;
    byId("position").textContent = text;
    scrub.setAttribute("aria-valuetext", `step ${text}, ${sweep}`);
    byId("first").disabled = byId("back").disabled = trip.done === 0;
    byId("last").disabled = byId("on").disabled = trip.done === count;
    byId("play").disabled = count === 0;
  },

  toggle() {
    if (this.timer) return this.pause();
    if (trip.done === trip.steps.length) trip.go(0);
    const pace = Math.max(80, Math.min(900, 30000 / (trip.steps.length || 1)));
    this.timer = setInterval(() => {
      trip.go(trip.done + 1);
      if (trip.done === trip.steps.length) this.pause();
    }, pace);
    this.playing(true);
  },

  pause() {
    clearInterval(this.timer);
    this.timer = 0;
    this.playing(false);
  },

  playing(is) {
    byId("play").setAttribute("aria-label", is ? "pause" : "play");
    document.body.classList.toggle("playing", is);
    byId("step").setAttribute("aria-live", is ? "off" : "polite");
  },

  key(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.matches("input:not(#scrub), textarea, select")) return;
    if (key === " " && target.matches("button, summary")) return;
    const row = target.closest?.("tr.stage, .node[data-stage]");
    if ((key === "ArrowDown" || key === "ArrowUp") && target.matches("tr.stage")) {
      const rows = [...document.querySelectorAll("tr.stage")];
      const next = rows[rows.indexOf(target) + (key === "ArrowDown" ? 1 : -1)];
      if (next) {
        target.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      }
      event.preventDefault();
      return;
    }
    const moves = {
      ArrowRight: () => trip.go(trip.done + 1),
      ArrowLeft: () => trip.go(trip.done - 1),
      Home: () => trip.go(0),
      End: () => trip.go(trip.steps.length),
    };
    if (key === " ") this.toggle();
    else if (key === "Enter" && row) this.point(row);
    else if (moves[key]) (this.pause(), moves[key]());
    else return;
    event.preventDefault();
  },

  // A click on a stage goes to its step: on its reversal, to that.
  point(target) {
    if (!(target instanceof Element) || target.closest("input, button, label, a")) return;
    const node = target.closest("tr.stage, .node[data-stage], .part[data-stage]");
    if (!node) return;
    const stage = Number(node.dataset.stage);
    const row = Object.keys(data.rows).find((r) => data.rows[r].stage === stage);
    const sweep = target.closest(".backward") ? "backward" : "forward";
    const position = row === undefined ? undefined : trip.find(Number(row), sweep);
    if (position === undefined) return;
    this.pause();
    trip.go(position + 1);
  },
};

view.start();
player.start();
inputs.start();
document.body.classList.add("ready");
