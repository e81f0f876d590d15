// The graph as a picture: cards for nodes, frames for unfolded neurons and layers, curves for edges.

import { brief, exactly, written } from "./figures.js";
import { inside, place } from "./layout.js";
import { svg } from "./svg.js";
import { say } from "./words.js";

// Widths of a character, in the widest of the fonts that a page may meet.
const NAME_CHARACTER = 10;
const SIGN_CHARACTER = 9;
const SLOPE_CHARACTER = 7.4;
// Of more edges that end in one card, nobody can read all local derivatives at once.
const CROWDED = 20;
// Labels are so far below each other, and so many stand beside one card.
const LINE = 13;
const MOST_STACKED = 5;

export function drawPicture(root, graph, state) {
  const layout = place(graph.scene, state.open, state.room);
  const frames = svg("g", {});
  const edges = svg("g", { class: "edges" });
  const labels = svg("g", { class: "labels", "aria-hidden": "true" });
  const cards = svg("g", {});
  const placed = new Map();
  const framed = new Map();
  drawContainer(layout, (point) => point);
  keepApart(labels);
  root.replaceChildren(arrowheads(), svg("g", { id: "world" }, frames, edges, labels, cards));
  root.setAttribute("aria-label", say("graph"));
  return { width: layout.width, height: layout.height, placed, frames: framed };

  function drawContainer({ boxes, segments }, toWorld) {
    for (const box of Object.values(boxes)) {
      const [x, y] = toWorld([box.left, box.top]);
      const number = Number(box.item.slice(1));
      if (box.item[0] === "n") {
        placed.set(box.item, { x, y, width: box.width, height: box.height });
        cards.append(card(graph, number, x, y, box));
      } else if (box.item[0] === "g" && box.inner) {
        framed.set(number, { x, y });
        frames.append(frame(graph, number, x, y, box));
        drawContainer(box.inner, (point) => toWorld(inside(box, point)));
      } else if (box.item[0] === "g") {
        placed.set(box.item, { x, y, width: box.width, height: box.height });
        cards.append(foldedGroup(graph, number, x, y, box));
      }
    }
    const arriving = new Map();
    for (const { head } of segments) arriving.set(head, (arriving.get(head) ?? 0) + 1);
    for (const segment of segments) drawSegment(segment, segment.points.map(toWorld), arriving.get(segment.head) > CROWDED);
  }

  function drawSegment(segment, points, isCrowded) {
    const ends = segment.use !== null || (segment.head[0] === "g" && !state.open.has(Number(segment.head.slice(1))));
    const path = svg("path", {
      class: segment.count > 1 ? "edge bundle" : "edge", d: curve(points), "data-from": segment.source, "data-tail": segment.tail,
      "data-head": segment.head, "data-use": segment.use, "marker-end": ends ? "url(#arrow)" : null,
    });
    edges.append(path);
    const slope = slopeShown(segment);
    const { use } = segment;
    if (slope === undefined || segment.count > 1) return;
    // Near the end, where it multiplies; where a layer's edges meet in one neuron, near the start, where there is room.
    const fan = use === null && isFan(segment) && !segment.crosses;
    const text = brief(slope);
    const half = (text.length * SLOPE_CHARACTER) / 2;
    const [endX, endY] = points[points.length - 1];
    const [x, onCurve] = segment.crosses ? [endX - 9 - half, endY] : fan ? ahead([...points].reverse(), -12 - half) : ahead(points, 10 + Math.max(half, 14));
    // Where curves come in steeply they meet before their ends do; the ends keep the labels apart. Above the line,
    // which would look like a minus sign beside the number.
    const y = fan ? onCurve : (onCurve + endY) / 2;
    labels.append(svg("text", {
      class: isCrowded ? "slope crowded" : "slope", x, y: y - 3.5, "data-from": segment.source, "data-head": segment.head,
      "data-use": segment.use, "data-value": exactly(slope),
    }, text));
  }

  function isFan({ tail }) {
    return tail[0] === "g" && graph.groups[Number(tail.slice(1))].kind === "layer" && state.open.has(Number(tail.slice(1)));
  }

  // The local derivative, or that of a folded neuron's output by what goes into it.
  function slopeShown({ source, head, use }) {
    const number = Number(head.slice(1));
    if (use !== null) return graph.slope(number, use);
    if (head[0] !== "g" || state.open.has(number)) return undefined;
    return graph.through(number, source);
  }
}

// Labels that would lie on each other: where a few edges come into one card they are stacked beside it, in the order of
// the edges; of others, all but the first are shown only when their edge is asked for.
function keepApart(labels) {
  const place = (label) => ({ x: Number(label.getAttribute("x")), y: Number(label.getAttribute("y")), half: (label.textContent.length * SLOPE_CHARACTER) / 2 });
  const byHead = new Map();
  for (const label of labels.children) {
    if (label.classList.contains("crowded")) continue;
    if (!byHead.has(label.dataset.head)) byHead.set(label.dataset.head, []);
    byHead.get(label.dataset.head).push(label);
  }
  const shown = [];
  for (const group of byHead.values()) {
    group.sort((a, b) => place(a).y - place(b).y);
    const rows = group.map(place);
    const isClose = rows.some(({ x, y, half }, k) => k > 0 && y - rows[k - 1].y < LINE && Math.abs(x - rows[k - 1].x) < half + rows[k - 1].half);
    if (isClose && group.length <= MOST_STACKED) {
      const middle = (rows[0].y + rows[rows.length - 1].y) / 2;
      group.forEach((label, k) => label.setAttribute("y", (middle + LINE * (k - (group.length - 1) / 2)).toFixed(1)));
    }
    for (const label of group) {
      const { x, y, half } = place(label);
      const isFree = shown.every((other) => Math.abs(other.x - x) >= other.half + half || Math.abs(other.y - y) >= LINE - 0.5);
      if (isFree) shown.push({ x, y, half });
      else label.classList.add("crowded");
    }
  }
}

function curve(points) {
  const [start, ...rest] = points.map((point) => point.map((v) => v.toFixed(1)).join(","));
  return `M${start}C${rest.join(" ")}`;
}

// The point of a curve that lies so far to the left of its end (to the right, where the distance is negative).
function ahead(points, distance) {
  const row = points.slice(-4);
  const target = row[3][0] - Math.sign(distance) * Math.min(Math.abs(distance), Math.abs(row[3][0] - row[0][0]) / 2);
  let [low, high] = [0, 1];
  for (let k = 0; k < 24; k++) {
    const middle = (low + high) / 2;
    if ((bezier(row, middle)[0] - target) * distance < 0) low = middle;
    else high = middle;
  }
  return bezier(row, low);
}

function bezier(row, t) {
  let points = row;
  while (points.length > 1) points = points.slice(1).map((point, k) => point.map((v, i) => points[k][i] + (v - points[k][i]) * t));
  return points[0];
}

function arrowheads() {
  const arrow = svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7.5, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: "userSpaceOnUse", orient: "auto" },
    svg("path", { d: "M0,0.8 L8,4 L0,7.2 Z", class: "arrow" }));
  return svg("defs", {}, arrow);
}

function outline(role, width, height) {
  if (role === "parameter") {
    const tip = 12;
    return svg("path", { class: "outline", d: `M${tip},0H${width - tip}L${width},${height / 2}L${width - tip},${height}H${tip}L0,${height / 2}Z` });
  }
  const radius = { input: 22, constant: 2, result: 4, sum: 10 }[role] ?? 10;
  return svg("rect", { class: "outline", width, height, rx: radius });
}

function card(graph, number, x, y, { width, height }) {
  const node = graph.nodes[number];
  const made = svg("g", {
    class: `card ${node.role}`, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, "data-unit": `n${number}`,
    role: "button", tabindex: -1,
  });
  if (node.role === "sum" || node.terms) {
    for (const shift of [8, 4]) made.append(svg("rect", { class: "outline behind", x: shift, y: -shift, width, height, rx: 10 }));
  }
  made.append(outline(node.role, width, height));
  if (node.role === "result") made.append(svg("rect", { class: "inner", x: 3, y: 3, width: width - 6, height: height - 6, rx: 2 }));
  heading(made, node, width);
  numbers(made, width, 35, 52);
  if (node.computed !== undefined) {
    made.classList.add("overwritten");
    made.append(svg("text", { class: "mark", x: width / 2, y: height + 12, "text-anchor": "middle" }, `✎ ${say("overwrittenShort")}`));
  }
  if (node.hiddenOperands) made.append(svg("text", { class: "more", x: -5, y: height / 2 + 4 }, "…"));
  return made;
}

function heading(made, node, width) {
  const title = node.name || say(node.role);
  if (!node.sign) {
    made.append(svg("text", { class: "name", x: width / 2, y: 18, "text-anchor": "middle" }, shortened(title, (width - 26) / NAME_CHARACTER)));
    return;
  }
  const shown = shortened(node.sign, 7);
  const length = Math.max(21, 10 + SIGN_CHARACTER * breadth(shown));
  const start = node.role === "result" ? 9 : 7;
  made.append(
    svg("rect", { class: "badge", x: start, y: 4.5, width: length, height: 18, rx: 9 }),
    svg("text", { class: "sign", x: start + length / 2, y: 18, "text-anchor": "middle" }, shown),
    svg("text", { class: "name", x: start + length + 6, y: 18.5 }, shortened(title, (width - start - length - 10) / NAME_CHARACTER)),
  );
}

function numbers(made, width, first, second) {
  for (const [what, y] of [["data", first], ["grad", second]]) {
    made.append(
      svg("text", { class: "what", "data-of": what, x: 11, y: y + 3 }, say(`${what}Short`)),
      svg("text", { class: `figure ${what}`, x: width - 11, y: y + 3, "text-anchor": "end" }, ""),
    );
  }
}

export function groupName(group) {
  const [, layer, neuron] = /^(?:.*?layers\.(\d+))?(?:\.?neurons\.(\d+))?$/.exec(group.name) ?? [];
  const parts = [];
  if (neuron !== undefined) parts.push(say("neuronName", { number: neuron }));
  if (layer !== undefined) parts.push(say("layerName", { number: layer }));
  return parts.join(" · ") || group.name || say(group.kind);
}

function frame(graph, number, x, y, { width, height }) {
  const group = graph.groups[number];
  const label = say("foldOne", { name: groupName(group) });
  const title = shortened(group.parent === null ? groupName(group) : shortGroupName(group), (width - 40) / 7.6);
  return svg("g", { class: `frame ${group.kind}`, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` },
    svg("rect", { class: "outline", width, height, rx: 12 }),
    svg("g", { class: "fold", role: "button", tabindex: 0, "aria-label": label, "aria-expanded": "true", "data-fold": number },
      svg("rect", { class: "handle", x: 6, y: 5, width: Math.min(width - 12, 34 + 7.6 * breadth(title)), height: 20, rx: 10 }),
      svg("text", { class: "plus", x: 17, y: 20, "text-anchor": "middle" }, "−"),
      svg("text", { class: "title", x: 28, y: 19 }, title),
      svg("title", {}, label)));
}

function foldedGroup(graph, number, x, y, { width, height }) {
  const group = graph.groups[number];
  const label = say("unfoldOne", { name: groupName(group) });
  const made = svg("g", {
    class: `card folded ${group.kind}`, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, "data-unit": `g${number}`,
    role: "button", tabindex: -1, "aria-expanded": "false", "aria-keyshortcuts": "F",
  }, svg("rect", { class: "outline behind", x: 5, y: -4, width: width - 2, height, rx: 12 }),
  svg("rect", { class: "outline", width, height, rx: 12 }));
  made.append(
    // For the mouse: the card itself tells screen readers that it is folded, and F unfolds it.
    svg("g", { class: "fold", "data-fold": number, "aria-hidden": "true" },
      svg("circle", { class: "handle", cx: 15, cy: 14.5, r: 9 }),
      svg("text", { class: "plus", x: 15, y: 19, "text-anchor": "middle" }, "+"),
      svg("title", {}, label)),
    svg("text", { class: "name", x: 29, y: 19.5 }, shortened(shortGroupName(group), (width - 32) / 9)),
  );
  if (group.kind === "neuron") {
    numbers(made, width, 37, 55);
    if (graph.nodes[group.output].computed !== undefined) {
      made.classList.add("overwritten");
      made.append(svg("text", { class: "mark", x: width / 2, y: height + 12, "text-anchor": "middle" }, `✎ ${say("overwrittenShort")}`));
    }
  } else {
    const neurons = graph.neuronsOf(number);
    made.append(svg("text", { class: "what", x: width / 2, y: 41, "text-anchor": "middle" }, say("neuronsInLayer", { count: neurons.length })));
    made.append(activity(neurons, width));
  }
  return made;
}

// A neuron is named by its number within the frame of its layer; one that is a whole layer, by the layer's.
function shortGroupName(group) {
  const [, layer, neuron] = /(?:^|\.)layers\.(\d+)\.neurons\.(\d+)$/.exec(group.name) ?? [];
  if (group.parent === null && layer !== undefined) return say("layerName", { number: layer });
  return neuron === undefined ? groupName(group) : say("neuronName", { number: neuron });
}

// A bar for the output of each neuron of a folded layer.
function activity(neurons, width) {
  const step = Math.min(10, (width - 24) / neurons.length);
  const left = (width - step * neurons.length) / 2;
  return svg("g", { class: "activity" }, ...neurons.map((neuron, k) =>
    svg("rect", { class: "bar", "data-neuron": neuron, x: left + k * step + 0.5, width: Math.max(1, step - 1), y: 53, height: 0 })));
}

// How many ordinary characters wide a text is: signs of East Asian scripts and pictures count twice.
function breadth(text) {
  return [...text].reduce((sum, sign) => sum + (sign.codePointAt(0) >= 0x2e80 ? 2 : 1), 0);
}

function shortened(text, most) {
  // Line breaks and signs that turn the direction of writing would disturb what stands around them.
  const shown = text.replace(/[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ");
  if (breadth(shown) <= most) return shown;
  const signs = [...shown.slice(0, 200)];
  while (signs.length > 1 && breadth(signs.join("")) + 1 > most) signs.pop();
  return `${signs.join("")}…`;
}

// Puts the numbers of the current sample and step into the cards, and names them for screen readers.
// The local derivatives on the edges, of numbers that have changed.
export function updateSlopes(root, graph) {
  for (const label of root.querySelectorAll(".slope")) {
    const { from, head, use } = label.dataset;
    const number = Number(head.slice(1));
    const slope = use === undefined ? graph.through(number, Number(from)) : graph.slope(number, Number(use));
    label.textContent = brief(slope);
    label.setAttribute("data-value", exactly(slope));
  }
}

export function updateNumbers(root, graph, state, film) {
  const current = film.current();
  for (const made of root.querySelectorAll(".card")) {
    const unit = made.dataset.unit;
    const number = Number(unit.slice(1));
    const [hasData, hasGrad] = [film.hasData(unit), film.hasGrad(unit)];
    made.classList.toggle("pending", !hasData);
    made.classList.toggle("selected", state.selected === unit);
    made.classList.toggle("current", current !== null && current.unit === unit);
    made.classList.toggle("going-back", current !== null && !current.isForward);
    made.classList.toggle("match", state.matches.includes(unit));
    made.setAttribute("tabindex", state.focusable === unit ? 0 : -1);
    made.setAttribute("aria-pressed", String(state.selected === unit));
    const outputs = graph.outputsOf(unit);
    made.classList.toggle("broken", outputs.some((node) => !graph.isFinite(node)));
    const kind = unit[0] === "n" ? say(graph.nodes[number].role) : say(graph.groups[number].kind);
    const name = unit[0] === "n" ? graph.nodes[number].name : groupName(graph.groups[number]);
    let label = `${name ? `${name}, ` : ""}${kind}${unit[0] === "n" && graph.nodes[number].sign ? ` ${graph.nodes[number].sign}` : ""}`;
    if (outputs.length === 1 && unit[0] === "n" || unit[0] === "g" && graph.groups[number].output !== null) {
      const numbers = { data: graph.data(outputs[0]), grad: graph.grad(outputs[0]) };
      for (const [what, shown] of [["data", hasData], ["grad", hasGrad]]) {
        const text = made.querySelector(`.figure.${what}`);
        text.textContent = shown ? written(numbers[what]) : "·";
        text.setAttribute("data-value", shown ? exactly(numbers[what]) : "");
        made.querySelector(`.what[data-of=${what}]`).classList.toggle("aside", text.textContent.length > 8);
        text.classList.toggle("long", text.textContent.length > 7);
        if (shown) label += `, ${say(what)} ${written(numbers[what])}`;
      }
    } else {
      updateActivity(made, graph, hasData);
    }
    if (made.matches(".overwritten")) label += `, ${say("overwrittenShort")}`;
    made.setAttribute("aria-label", label);
  }
  for (const edge of root.querySelectorAll(".edge, .slope")) {
    const lit = current !== null && isLit(edge, current, graph, state);
    edge.classList.toggle("lit-forward", lit && current.isForward);
    edge.classList.toggle("lit-backward", lit && !current.isForward);
    const { head } = edge.dataset;
    edge.classList.toggle("pending", edge.matches(".slope") && !film.hasData(head));
    edge.classList.toggle("near", state.selected !== null
      && (head === state.selected || graph.outputsOf(state.selected).includes(Number(edge.dataset.from))));
  }
}

function isLit(edge, current, graph, state) {
  if (current.isCorrection) return false;
  const from = Number(edge.dataset.from);
  if (!current.isForward) return graph.outputsOf(current.unit).includes(from);
  if (edge.dataset.head === current.unit) return true;
  return current.unit[0] === "n" && edge.dataset.head[0] !== "n"
    && graph.nodes[current.node].operands.includes(from)
    && graph.groupsAround(current.node).some((group) => edge.dataset.head === `g${group}`) && state.open.size > 0;
}

function updateActivity(made, graph, hasData) {
  const bars = [...made.querySelectorAll(".bar")];
  const values = bars.map((bar) => graph.data(graph.groups[Number(bar.dataset.neuron)].output));
  const most = Math.max(1e-12, ...values.map(Math.abs).filter(Number.isFinite));
  bars.forEach((bar, k) => {
    const height = hasData && Number.isFinite(values[k]) ? (26 * Math.abs(values[k])) / most : 0;
    bar.setAttribute("height", height.toFixed(1));
    bar.setAttribute("y", (80 - height).toFixed(1));
    bar.classList.toggle("negative", values[k] < 0);
  });
}
