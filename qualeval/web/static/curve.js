// The curve of a requirement: how many a HIT would reach for every value that could stand in its place.
// <audience-curve> draws it; the slider below it has the same stops. What it draws is told in words beside it.

import uPlot from "./vendor/uplot/uPlot.esm.js";
import { count } from "./words.js";

const AXIS = 56; // pixels left of the plot, where there are axes

const styleOf = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

class AudienceCurve extends HTMLElement {
  #plot = null;
  #drawn = null;
  #sizes = new ResizeObserver(() => this.#resize());
  #scheme = matchMedia("(prefers-color-scheme: dark)");
  #redraw = () => this.#draw();

  /** What is drawn: `curve` as the server gives it, and the `value` that stands on the card. */
  set data(data) {
    const before = this.#drawn;
    this.#drawn = data;
    if (!this.isConnected) return;
    if (this.#plot && before && sameStops(before.curve, data.curve)) {
      this.#plot.setData(rowsOf(data.curve));
    } else {
      this.#draw();
    }
  }

  connectedCallback() {
    this.#sizes.observe(this);
    this.#scheme.addEventListener("change", this.#redraw);
    this.#draw();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  get #isSmall() {
    return this.hasAttribute("small");
  }

  get #size() {
    return { width: Math.max(80, this.clientWidth), height: this.#isSmall ? 56 : 200 };
  }

  #resize() {
    const { width } = this.#size;
    if (this.#plot && this.#plot.width !== width) this.#plot.setSize(this.#size);
  }

  #draw() {
    this.#plot?.destroy();
    this.#plot = null;
    if (!this.#drawn || !this.clientWidth) return;
    this.#plot = new uPlot(this.#options(), rowsOf(this.#drawn.curve), this);
  }

  #options() {
    const [ink, faint, permitted, unknown] = ["--ink-soft", "--line", "--permitted", "--unknown-soft"].map((name) =>
      styleOf(this, name),
    );
    const path = uPlot.paths.stepped({ align: 1 });
    const small = this.#isSmall;
    const axis = { stroke: ink, grid: { stroke: faint, width: 1 }, ticks: { show: false }, font: "12px system-ui" };
    return {
      ...this.#size,
      padding: small ? [2, 8, 0, 8] : [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false }, points: { show: !small } },
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
      axes: small
        ? [{ show: false }, { show: false }]
        : [
            { ...axis, size: 28, values: (_, places) => places.map((place) => this.#named(place)), incrs: [1, 2, 5, 10, 20, 25, 50] },
            { ...axis, size: AXIS, values: (_, counts) => counts.map((each) => (each % 1 ? "" : count(each))) },
          ],
      series: [
        {},
        { stroke: unknown, width: 1, paths: path, points: { show: false } },
        { stroke: permitted, fill: `color-mix(in srgb, ${permitted} 25%, transparent)`, width: 2, paths: path, points: { show: false } },
      ],
      bands: [{ series: [1, 2], fill: `color-mix(in srgb, ${unknown} 35%, transparent)` }],
      hooks: {
        draw: [(plot) => this.#mark(plot)],
        setCursor: [(plot) => this.dispatchEvent(new CustomEvent("pointed", { detail: plot.cursor.idx }))],
      },
    };
  }

  #named(place) {
    const value = this.#drawn.curve.knots[place];
    return value === undefined ? "" : count(value);
  }

  /** A line where the value of the card is. */
  #mark(plot) {
    const place = this.#drawn.curve.knots.indexOf(this.#drawn.value);
    if (place < 0) return;
    const x = Math.round(plot.valToPos(place, "x", true));
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = styleOf(this, "--ink");
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}

const rowsOf = (curve) => [
  curve.knots.map((_, place) => place),
  curve.permitted.map((each, place) => each + curve.unknown[place]),
  curve.permitted,
];

const sameStops = (one, other) =>
  one.knots.length === other.knots.length && one.knots.every((each, place) => each === other.knots[place]);

customElements.define("audience-curve", AudienceCurve);
