// In each neuron's card, and for each neuron in the card of a folded layer: what comes out of it over the whole plane.

import { COLORS, css, isDark, line } from "./charts.js";
import { svg } from "./svg.js";

const CELLS = 24;
const GAP = 2;

export class Maps {
  constructor(graph, trainer) {
    this.graph = graph;
    this.trainer = trainer;
    this.place = new Map(trainer.told.outputs.neurons.map((name, k) => [name, trainer.told.outputs.count + k]));
    this.cards = [];
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = CELLS;
  }

  // Puts canvases into the cards of a picture that was just drawn.
  attach(root) {
    this.cards = [...root.querySelectorAll(".card.folded")].flatMap((card) => {
      const number = Number(card.dataset.unit.slice(1));
      const group = this.graph.groups[number];
      const isNeuron = group.kind === "neuron";
      const neurons = (isNeuron ? [number] : this.graph.neuronsOf(number)).map((k) => this.graph.groups[k].name);
      if (!neurons.every((name) => this.place.has(name))) return [];
      const { width, height } = card.querySelector(".outline:not(.behind)").getBBox();
      const side = isNeuron ? height - 12 : 0;
      const box = isNeuron ? [width - side - 6, 6, side, side] : [8, 30, width - 16, height - 36];
      if (!isNeuron) card.querySelectorAll(".activity, .what").forEach((one) => one.remove());
      else card.querySelectorAll(".figure").forEach((one) => one.setAttribute("x", width - side - 14));
      const canvas = document.createElement("canvas");
      const holder = svg("foreignObject", { class: "map", x: box[0], y: box[1], width: box[2], height: box[3], "aria-hidden": "true" });
      holder.append(canvas);
      card.append(holder);
      return [{ card, canvas, neurons, width: box[2], height: box[3] }];
    });
  }

  // `out` are the outputs over a grid of `cells` × `cells` points, or over a line of `cells`; `step` numbers for each.
  draw(out, cells, step, isCurve) {
    for (const { canvas, neurons, width, height } of this.cards) {
      const scale = 2;
      if (canvas.width !== width * scale) [canvas.width, canvas.height] = [width * scale, height * scale];
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, canvas.width, canvas.height);
      const { columns, side } = gridFor(neurons.length, width, height);
      const left = (width - columns * side + GAP) / 2;
      neurons.forEach((name, k) => {
        const x = left + (k % columns) * side, y = Math.floor(k / columns) * side;
        const length = (side - (neurons.length > 1 ? GAP : 0)) * scale;
        if (isCurve) curveOf(context, out, cells, step, this.place.get(name), x * scale, y * scale, length);
        else {
          this.paint(out, cells, step, this.place.get(name));
          context.drawImage(this.small, x * scale, y * scale, length, length);
        }
        if (this.trainer.off.has(name)) crossOut(context, x * scale, y * scale, (side - GAP) * scale);
      });
    }
  }

  // One neuron's map: orange where it is positive, blue where it is negative, as strong as its largest number.
  paint(out, cells, step, at) {
    const paint = this.small.getContext("2d").createImageData(CELLS, CELLS);
    const every = cells / CELLS;
    let largest = 1e-9;
    for (let k = 0; k < cells * cells; k += 1) largest = Math.max(largest, Math.abs(out[k * step + at]));
    const paper = isDark() ? 40 : 255;
    for (let j = 0; j < CELLS; j += 1)
      for (let i = 0; i < CELLS; i += 1) {
        const value = out[(Math.floor(j * every) * cells + Math.floor(i * every)) * step + at];
        const color = COLORS[value > 0 ? 1 : 0];
        const strength = Math.min(1, Math.abs(value) / largest) * 0.9;
        const p = 4 * (j * CELLS + i);
        for (let c = 0; c < 3; c += 1) paint.data[p + c] = paper + (color[c] - paper) * strength;
        paint.data[p + 3] = 255;
      }
    this.small.getContext("2d").putImageData(paint, 0, 0);
  }
}

// What a neuron makes of one input, from its smallest number to its largest.
function curveOf(context, out, cells, step, at, x, y, side) {
  let [low, high] = [0, 0];
  for (let k = 0; k < cells; k += 1) [low, high] = [Math.min(low, out[k * step + at]), Math.max(high, out[k * step + at])];
  context.fillStyle = isDark() ? "#28282c" : "white";
  context.fillRect(x, y, side, side);
  context.strokeStyle = css(COLORS[1]);
  context.lineWidth = 3;
  const height = (value) => y + side - 4 - ((side - 8) * (value - low)) / (high - low || 1);
  line(context, Array.from({ length: cells }, (_, k) => [x + (side * k) / (cells - 1), height(out[k * step + at])]));
}

// As large as so many squares can be in a place.
function gridFor(count, width, height) {
  let best = { columns: count, side: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const side = Math.floor(Math.min((width + GAP) / columns, (height + GAP) / Math.ceil(count / columns)));
    if (side > best.side) best = { columns, side };
  }
  return best;
}

function crossOut(context, x, y, side) {
  context.strokeStyle = isDark() ? "white" : "black";
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + side, y + side);
  context.moveTo(x + side, y);
  context.lineTo(x, y + side);
  context.stroke();
}
