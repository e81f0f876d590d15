// The training's own pictures: the curve of the losses, and the plane with the model's boundary and the samples.

const COLORS = ["#0072B2", "#D55E00"];

function prepared(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [pixels, lines] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== pixels || canvas.height !== lines) [canvas.width, canvas.height] = [pixels, lines];
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  return { context, width, height, ink: style.color, quiet: style.getPropertyValue("--line") };
}

export function drawCurve(canvas, history, written) {
  const { context, width, height, ink, quiet } = prepared(canvas);
  const left = 52, bottom = height - 20, top = 8, right = width - 8;
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = ink;
  context.strokeStyle = quiet;
  context.strokeRect(left, top, right - left, bottom - top);
  if (!history.length) return;
  const high = Math.max(...history), low = Math.min(0, ...history);
  const x = (k) => left + ((right - left) * k) / Math.max(1, history.length - 1);
  const y = (loss) => bottom - ((bottom - top) * (loss - low)) / (high - low || 1);
  context.textAlign = "right";
  context.fillText(written(high), left - 5, top + 10);
  context.fillText(written(low), left - 5, bottom);
  context.fillText(String(history.length), right, bottom + 15);
  context.textAlign = "left";
  context.fillText("0", left, bottom + 15);
  context.strokeStyle = COLORS[0];
  context.lineWidth = 2;
  context.beginPath();
  const every = Math.max(1, Math.floor(history.length / 2000));
  for (let k = 0; k < history.length; k += every) context.lineTo(x(k), y(history[k]));
  context.lineTo(x(history.length - 1), y(history[history.length - 1]));
  context.stroke();
}

const CELLS = 60;

export class Plane {
  constructor(canvas, trainer) {
    this.canvas = canvas;
    this.trainer = trainer;
    const { X } = trainer;
    const ranges = [0, 1].map((axis) => {
      const numbers = Array.from({ length: trainer.samples }, (_, k) => X[2 * k + axis]);
      const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
      const margin = 0.1 * (high - low || 1);
      return [low - margin, high + margin];
    });
    [this.across, this.up] = ranges;
    this.grid = new Float64Array(2 * CELLS * CELLS);
    for (let j = 0; j < CELLS; j += 1)
      for (let i = 0; i < CELLS; i += 1) {
        this.grid[2 * (j * CELLS + i)] = this.across[0] + ((i + 0.5) / CELLS) * (this.across[1] - this.across[0]);
        this.grid[2 * (j * CELLS + i) + 1] = this.up[1] - ((j + 0.5) / CELLS) * (this.up[1] - this.up[0]);
      }
    this.heat = document.createElement("canvas");
    this.heat.width = this.heat.height = CELLS;
  }

  draw(chosen) {
    const { context, width, height, ink } = prepared(this.canvas);
    const { trainer } = this;
    const out = trainer.outputs(this.grid);
    const paint = this.heat.getContext("2d").createImageData(CELLS, CELLS);
    for (let k = 0; k < CELLS * CELLS; k += 1) {
      // How sure: the logistic function of the output around the threshold, on the way between the two colours.
      const share = 1 / (1 + Math.exp(-4 * (out[k] - trainer.told.threshold)));
      const strength = 0.12 + 0.4 * Math.abs(2 * share - 1);
      const color = share > 0.5 ? [213, 94, 0] : [0, 114, 178];
      paint.data.set([...color, Math.round(255 * strength)], 4 * k);
    }
    this.heat.getContext("2d").putImageData(paint, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.heat, 0, 0, width, height);
    for (let sample = 0; sample < trainer.samples; sample += 1) {
      const [x, y] = this.placeOf(sample);
      const second = trainer.Y[sample] === trainer.told.classes[1];
      context.beginPath();
      if (second) context.rect(x - 4, y - 4, 8, 8);
      else context.arc(x, y, 4.5, 0, 2 * Math.PI);
      context.fillStyle = COLORS[second ? 1 : 0];
      context.strokeStyle = sample === chosen ? ink : "white";
      context.lineWidth = sample === chosen ? 3 : 1;
      context.fill();
      context.stroke();
    }
  }

  placeOf(sample) {
    const { X } = this.trainer;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [
      (width * (X[2 * sample] - this.across[0])) / (this.across[1] - this.across[0]),
      (height * (this.up[1] - X[2 * sample + 1])) / (this.up[1] - this.up[0]),
    ];
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
    let best = null, nearest = 14 * 14;
    for (let sample = 0; sample < this.trainer.samples; sample += 1) {
      const [a, b] = this.placeOf(sample);
      const distance = (a - x) ** 2 + (b - y) ** 2;
      if (distance < nearest) { nearest = distance; best = sample; }
    }
    return best;
  }
}
