// Where everything stands, for one state of folding. Graphviz has laid out the page in a few such states; for
// one between, the nearest of them is stretched or compressed, so that nothing changes its place beside another.

import { inRows, way } from "./rows.js";

let frame = null;

// `room` is how wide the picture may be before it is broken into rows.
export function place(scene, open, room = Infinity) {
  frame = scene.frame;
  return placeContainer(scene, null, open, room);
}

function placeContainer(scene, group, open, room) {
  const container = scene.containers[group === null ? 0 : group + 1];
  const layout = nearest(container.layouts, open);
  const boxes = {};
  for (const [item, [x, y, width, height]] of Object.entries(layout.items)) {
    const box = { item, x0: x - width / 2, x1: x + width / 2, y0: y - height / 2, y1: y + height / 2, width, height };
    if (item[0] === "g" && open.has(Number(item.slice(1)))) {
      const isInLayer = group !== null && scene.groups[group].kind === "layer";
      box.inner = placeContainer(scene, Number(item.slice(1)), open, room - 2 * scene.frame.padding - (isInLayer ? BESIDE_LAYER : 0));
      box.width = box.inner.width + 2 * scene.frame.padding;
      box.height = box.inner.height + scene.frame.padding + scene.frame.title;
    } else if (box.item[0] === "g") {
      [box.width, box.height] = scene.frame.folded[scene.groups[Number(box.item.slice(1))].kind];
    }
    boxes[item] = box;
  }
  const all = Object.values(boxes);
  const x = stretch(all.map((box) => [box.x0, box.x1, box.width]));
  const y = stretch(all.map((box) => [box.y0, box.y1, box.height]));
  for (const box of all) {
    box.left = (x(box.x0) + x(box.x1) - box.width) / 2;
    box.top = (y(box.y0) + y(box.y1) - box.height) / 2;
  }
  const segments = bundled(container.segments, layout.curves, boxes).map((segment) => {
    const points = pairs(segment.curve).map(([px, py]) => [x(px), y(py)]);
    return { ...segment, points };
  });
  const isLayer = group !== null && scene.groups[group].kind === "layer";
  const rows = isLayer ? null : inRows(all, room);
  if (rows) moveEnds(rows, all, segments);
  spreadEnds(segments, boxes, rows);
  return { width: rows ? rows.width : x(layout.size[0]), height: rows ? rows.height : y(layout.size[1]), boxes, segments };
}

// In a layer: where the edges fan out from the entries.
const BESIDE_LAYER = 170;

// The entries stand beside the first row, the exits beside what they lead out of.
function moveEnds(rows, boxes, segments) {
  const byItem = new Map(boxes.map((box) => [box.item, box]));
  const entries = boxes.filter(({ item }) => item[0] === "i");
  entries.forEach((box, k) => {
    box.left = 0;
    box.top = ((k + 1) / (entries.length + 1)) * ((rows.tops[1] ?? rows.height) - 40);
    rows.rowOf.set(box.item, 0);
  });
  for (const { tail, head } of segments) {
    if (head[0] !== "o") continue;
    const [from, exit] = [byItem.get(tail), byItem.get(head)];
    exit.left = rows.width - exit.width;
    exit.top = from.top + (from.height - exit.height) / 2;
    rows.rowOf.set(head, rows.rowOf.get(tail));
  }
}

function nearest(layouts, open) {
  const differences = (layout) => layout.open.filter((group) => !open.has(group)).length * 2 + open.size - layout.open.length;
  return layouts.reduce((best, layout) => (differences(layout) < differences(best) ? layout : best));
}

// What goes from one folded layer into another group is many edges on one way: one is drawn for all.
function bundled(segments, curves, boxes) {
  const first = new Map();
  for (const [k, segment] of segments.entries()) {
    const { tail, head } = segment;
    const isBundle = tail[0] === "g" && head[0] === "g" && !boxes[tail].inner && !boxes[head].inner;
    const key = isBundle ? `${tail} ${head}` : segment;
    if (!first.has(key)) first.set(key, { ...segment, curve: curves[k], count: 0 });
    first.get(key).count += 1;
  }
  return [...first.values()];
}

// A monotone map that makes each interval [from, to] at least as long as its size asks, and not much longer.
function stretch(intervals) {
  if (intervals.every(([from, to, size]) => Math.abs(size - to + from) < 0.01)) return (v) => v;
  const cuts = [...new Set(intervals.flatMap(([from, to]) => [from, to]))].sort((a, b) => a - b);
  const grown = [cuts[0]];
  for (let k = 1; k < cuts.length; k++) {
    const middle = (cuts[k - 1] + cuts[k]) / 2;
    const factors = intervals.filter(([from, to]) => from < middle && middle < to).map(([f, t, size]) => size / (t - f));
    grown.push(grown[k - 1] + (cuts[k] - cuts[k - 1]) * (factors.length ? Math.max(...factors) : 1));
  }
  return (v) => {
    if (v <= cuts[0]) return v;
    const last = cuts.length - 1;
    if (v >= cuts[last]) return grown[last] + v - cuts[last];
    const k = cuts.findIndex((cut) => cut > v);
    return grown[k - 1] + ((v - cuts[k - 1]) * (grown[k] - grown[k - 1])) / (cuts[k] - cuts[k - 1]);
  };
}

function pairs(numbers) {
  const found = [];
  for (let k = 0; k + 1 < numbers.length; k += 2) found.push([numbers[k], numbers[k + 1]]);
  return found;
}

// The curves' ends go to the borders of what they connect; several that end in one card, side by side.
function spreadEnds(segments, boxes, rows) {
  const arriving = new Map();
  for (const segment of segments) {
    segment.start = exitOf(boxes[segment.tail], segment.source);
    const box = boxes[segment.head];
    const entry = box.inner && box.inner.boxes[`i${segment.source}`];
    if (entry) {
      segment.end = inside(box, [entry.left, entry.top + entry.height / 2]);
    } else {
      if (!arriving.has(segment.head)) arriving.set(segment.head, []);
      arriving.get(segment.head).push(segment);
    }
  }
  for (const [head, ending] of arriving) {
    const box = boxes[head];
    ending.sort((a, b) => before(a) - before(b));
    const gap = Math.min(18, (box.height * 0.6) / ending.length);
    ending.forEach((segment, k) => {
      const y = box.top + box.height / 2 + gap * (k - (ending.length - 1) / 2);
      segment.end = [box.left, y];
    });
  }
  for (const segment of segments) {
    const { tail, head } = segment;
    segment.crosses = rows !== null && rows.rowOf.get(tail) !== rows.rowOf.get(head);
    segment.points = segment.crosses ? way(rows, tail, head, segment.start, segment.end) : joined(segment);
  }
}

// From how high up a curve comes: the last place where it changes direction.
function before({ points, start }) {
  return points.length > 4 ? points[points.length - 4][1] : start[1];
}

function exitOf(box, source) {
  const exit = box.inner && box.inner.boxes[`o${source}`];
  if (exit) return inside(box, [exit.left + exit.width, exit.top + exit.height / 2]);
  return [box.left + box.width, box.top + box.height / 2];
}

export function inside(box, [x, y]) {
  return [box.left + frame.padding + x, box.top + frame.title + y];
}

// The curve from where it now starts to where it ends; what lies between goes along in proportion.
function joined({ points, start, end }) {
  const last = points.length - 1;
  const [dx0, dy0] = [start[0] - points[0][0], start[1] - points[0][1]];
  const [dx1, dy1] = [end[0] - points[last][0], end[1] - points[last][1]];
  const moved = points.map(([px, py], k) => [px + dx0 + ((dx1 - dx0) * k) / last, py + dy0 + ((dy1 - dy0) * k) / last]);
  const reach = Math.max(14, Math.abs(end[0] - start[0]) / (last > 3 ? 12 : 2));
  moved[1] = [start[0] + reach, start[1]];
  moved[last - 1] = [end[0] - reach, end[1]];
  if (last > 3) {
    // Smooth where the pieces meet.
    for (let k = 3; k < last; k += 3) {
      const [x0, y0, x1, y1] = [...moved[k - 1], ...moved[k + 1]];
      moved[k] = [(x0 + x1) / 2, (y0 + y1) / 2];
    }
  }
  return moved;
}
