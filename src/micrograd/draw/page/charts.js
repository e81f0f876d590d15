// Canvases, and the curves over the steps of a training.

// After Okabe and Ito, like the graph's; classes have shapes as well.
export const COLORS = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233]];
export const css = ([r, g, b], alpha = 1) => `rgba(${r}, ${g}, ${b}, ${alpha})`;

export function prepared(canvas) {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [pixels, lines] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== pixels || canvas.height !== lines) [canvas.width, canvas.height] = [pixels, lines];
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  // Colours by themes are resolved in real properties only.
  const style = getComputedStyle(canvas);
  return { context, width, height, ink: style.color, quiet: style.borderTopColor, page: style.outlineColor };
}

export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// A line's colour: the darkest blue is hard to see on black.
const inked = (color) => css(color === COLORS[0] && isDark() ? COLORS[5] : color);

// `series`: {points, color, dash, name}; all on one scale, from `low` (or what there is) to `high`.
export function drawCurves(canvas, series, written, { low = null, high = null, now = null, steps = 0 } = {}) {
  const { context, width, height, ink, quiet } = prepared(canvas);
  const left = 54, bottom = height - 20, top = 20, right = width - 10;
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = ink;
  context.strokeStyle = quiet;
  context.strokeRect(left, top, right - left, bottom - top);
  const shown = series.filter(({ points }) => points.length);
  let name = left;
  for (const { name: text, color, dash } of shown.length ? shown : series.slice(0, 1)) {
    context.strokeStyle = inked(color);
    context.lineWidth = 2.5;
    context.setLineDash(dash ?? []);
    line(context, [[name, 9], [name + 20, 9]]);
    context.textAlign = "left";
    context.fillText(text, name + 25, 13);
    name += 40 + context.measureText(text).width;
  }
  context.setLineDash([]);
  if (!shown.length) return;
  const all = shown.flatMap(({ points }) => points.map(([, value]) => value));
  const highest = high ?? all.reduce((a, b) => Math.max(a, b), -Infinity);
  const lowest = low ?? all.reduce((a, b) => Math.min(a, b), 0);
  const end = Math.max(1, steps);
  const x = (step) => left + ((right - left) * step) / end;
  const y = (value) => bottom - ((bottom - top) * (value - lowest)) / (highest - lowest || 1);
  context.textAlign = "right";
  const short = (value) => (written(value).length > 7 ? value.toExponential(0) : written(value));
  context.fillText(short(highest), left - 5, top + 9);
  context.fillText(short(lowest), left - 5, bottom);
  context.fillText(String(end), right, bottom + 15);
  context.textAlign = "left";
  context.fillText("0", left, bottom + 15);
  if (now !== null && now < end) {
    context.strokeStyle = ink;
    context.lineWidth = 1;
    line(context, [[x(now), top], [x(now), bottom]]);
  }
  for (const { points, color, dash } of shown) {
    context.strokeStyle = inked(color);
    context.lineWidth = 2;
    context.setLineDash(dash ?? []);
    line(context, points.map(([step, value]) => [x(step), y(value)]));
  }
  context.setLineDash([]);
}

export function line(context, points) {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

// A sample, in the colour and the shape of its class.
export function drawPoint(context, x, y, kind, { size = 4.5, isChosen = false, isHeld = false, ink = "black", edge = "white" } = {}) {
  context.beginPath();
  const shape = kind % 4;
  if (shape === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (shape === 1) context.rect(x - size + 0.5, y - size + 0.5, 2 * size - 1, 2 * size - 1);
  else if (shape === 2) polygon(context, [[x, y - size - 0.5], [x + size + 0.5, y + size - 0.5], [x - size - 0.5, y + size - 0.5]]);
  else polygon(context, [[x, y - size - 1], [x + size + 1, y], [x, y + size + 1], [x - size - 1, y]]);
  const color = COLORS[kind % COLORS.length];
  context.fillStyle = css(color, isHeld ? 0.15 : 1);
  context.strokeStyle = isHeld ? css(color) : edge;
  context.lineWidth = isHeld ? 2 : 1;
  context.fill();
  context.stroke();
  if (!isChosen) return;
  context.strokeStyle = ink;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(x, y, size + 4.5, 0, 2 * Math.PI);
  context.stroke();
}

function polygon(context, points) {
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}
