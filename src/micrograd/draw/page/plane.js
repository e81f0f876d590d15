// The plane of two inputs with what the model makes of it, or, of one input, its curve; the samples lie over it.

import { COLORS, css, drawPoint, isDark, line, prepared } from "./charts.js";

const CELLS = 48;
const REACH = 14; // pixels around a sample that belong to it

export function canShow(trainer) {
  return Boolean(trainer.outputsProgram) && trainer.told.features >= 1;
}

export class Plane {
  // `axes` are the inputs that are shown; the others are held at the chosen sample's numbers.
  constructor(canvas, trainer, axes) {
    this.canvas = canvas;
    this.trainer = trainer;
    this.axes = axes;
    this.isCurve = trainer.told.features === 1;
    this.cells = this.isCurve ? 200 : CELLS;
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = CELLS;
    this.measure();
  }

  // How far the picture reaches: as far as the samples at this moment, and a margin.
  measure() {
    const { X, Y, samples, told } = this.trainer;
    const span = (from, width, at) => {
      let [low, high] = [Infinity, -Infinity];
      for (let k = 0; k < samples; k += 1) {
        low = Math.min(low, from[k * width + at]);
        high = Math.max(high, from[k * width + at]);
      }
      const margin = 0.12 * (high - low || 1);
      return [low - margin, high + margin];
    };
    if (told.bounds) {
      [this.across, this.up] = told.bounds;
      return;
    }
    this.across = span(X, told.features, this.axes[0]);
    this.up = this.isCurve ? span(Y, told.targets, 0) : span(X, told.features, this.axes[1]);
  }

  // The points of the grid, row by row from the top; of a curve, from left to right.
  grid(chosen) {
    const { X, told: { features } } = this.trainer;
    const rows = this.isCurve ? 1 : CELLS;
    const points = new Float64Array(features * rows * this.cells);
    const base = X.subarray(chosen * features, (chosen + 1) * features);
    for (let j = 0, at = 0; j < rows; j += 1)
      for (let i = 0; i < this.cells; i += 1, at += features) {
        points.set(base, at);
        points[at + this.axes[0]] = this.across[0] + ((i + 0.5) / this.cells) * (this.across[1] - this.across[0]);
        if (!this.isCurve) points[at + this.axes[1]] = this.up[1] - ((j + 0.5) / CELLS) * (this.up[1] - this.up[0]);
      }
    return points;
  }

  // Draws all of it, and returns the outputs over the grid for whoever draws more of them.
  draw(chosen) {
    const points = this.grid(chosen);
    const out = this.trainer.outputs(points);
    const made = prepared(this.canvas);
    if (this.isCurve) this.drawCurve(made, points, out);
    else this.drawHeat(made, out);
    this.drawSamples(made, chosen);
    return out;
  }

  drawHeat({ context, width, height }, out) {
    const { trainer } = this;
    const step = trainer.width;
    const paint = this.heat.getContext("2d").createImageData(CELLS, CELLS);
    for (let k = 0; k < CELLS * CELLS; k += 1) {
      const [color, strength] = this.colorAt(out, k * step);
      paint.data[4 * k] = color[0];
      paint.data[4 * k + 1] = color[1];
      paint.data[4 * k + 2] = color[2];
      paint.data[4 * k + 3] = Math.round(255 * strength);
    }
    this.heat.getContext("2d").putImageData(paint, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.heat, 0, 0, width, height);
  }

  // How sure the model is: the colour of the class, pale where it wavers.
  colorAt(out, at) {
    const { trainer } = this;
    const { threshold, outputs: { count } } = trainer.told;
    if (trainer.classes && count > 1) return [COLORS[Math.max(0, trainer.classes.indexOf(trainer.classAt(out, at))) % COLORS.length], 0.4];
    const middle = trainer.classes ? threshold : (this.targets()[0] + this.targets()[1]) / 2;
    const steep = trainer.classes ? (threshold ? 5 : 1.5) : 4 / (this.targets()[1] - this.targets()[0] || 1);
    const share = 1 / (1 + Math.exp(-steep * (out[at] - middle)));
    return [COLORS[share > 0.5 ? 1 : 0], 0.06 + 0.5 * Math.abs(2 * share - 1)];
  }

  targets() {
    const { Y } = this.trainer;
    return [Y.reduce((a, b) => Math.min(a, b), Infinity), Y.reduce((a, b) => Math.max(a, b), -Infinity)];
  }

  drawCurve({ context, width, ink, quiet }, points, out) {
    const step = this.trainer.width;
    context.strokeStyle = quiet;
    context.lineWidth = 1;
    if (this.up[0] < 0 && this.up[1] > 0) line(context, [[0, this.y(0)], [width, this.y(0)]]);
    context.strokeStyle = css(COLORS[1]);
    context.lineWidth = 2.5;
    line(context, Array.from({ length: this.cells }, (_, k) => [this.x(points[k]), Math.max(-1e5, Math.min(1e5, this.y(out[k * step])))]));
    context.fillStyle = ink;
  }

  drawSamples({ context, ink, page }, chosen) {
    const { trainer } = this;
    const few = trainer.samples <= 2000;
    const edge = isDark() ? ink : page;
    for (let sample = 0; sample < trainer.samples; sample += 1) {
      if (sample === chosen) continue;
      const [x, y] = this.placeOf(sample);
      drawPoint(context, x, y, this.kindOf(sample), { size: few ? 4.5 : 2, isHeld: trainer.held[sample], edge });
    }
    const [x, y] = this.placeOf(chosen);
    drawPoint(context, x, y, this.kindOf(chosen), { size: 5.5, isChosen: true, isHeld: trainer.held[chosen], ink, edge });
  }

  // Which class a sample is of; of a number, whether it is above the middle.
  kindOf(sample) {
    const { classes, Y, told: { targets } } = this.trainer;
    if (this.isCurve && !classes) return 0;
    if (classes) return Math.max(0, classes.indexOf(Y[sample]));
    const [low, high] = this.range ??= this.targets();
    return Y[sample * targets] > (low + high) / 2 ? 1 : 0;
  }

  x(value) { return (this.canvas.clientWidth * (value - this.across[0])) / (this.across[1] - this.across[0]); }
  y(value) { return (this.canvas.clientHeight * (this.up[1] - value)) / (this.up[1] - this.up[0]); }

  placeOf(sample) {
    const { X, Y, told: { features, targets } } = this.trainer;
    const second = this.isCurve ? Y[sample * targets] : X[sample * features + this.axes[1]];
    return [this.x(X[sample * features + this.axes[0]]), this.y(second)];
  }

  pointAt(x, y) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [
      this.across[0] + (x / width) * (this.across[1] - this.across[0]),
      this.up[1] - (y / height) * (this.up[1] - this.up[0]),
    ];
  }

  // The sample under a place of the canvas, or null.
  sampleAt(x, y) {
    let best = null, nearest = REACH * REACH;
    for (let sample = 0; sample < this.trainer.samples; sample += 1) {
      const [a, b] = this.placeOf(sample);
      const distance = (a - x) ** 2 + (b - y) ** 2;
      if (distance < nearest) { nearest = distance; best = sample; }
    }
    return best;
  }
}
