// The samples in the plane, to be moved, added, relabelled and removed: by mouse, finger or keyboard.

import { button, element } from "./svg.js";
import { say } from "./words.js";

const SIGNS = ["●", "■", "▲", "◆"];

// What a press in the plane does.
export function toolRow(panel) {
  const { trainer, state } = panel;
  const classes = panel.plane.isCurve ? null : trainer.classes;
  const adds = classes ? classes.map((label, k) => [`add-${k}`, `+ ${SIGNS[k % SIGNS.length]}`, say("addOfClass", { label: String(label) })])
    : [["add-0", "+ ●", say("addPoint")]];
  const tools = [["move", "✥", say("movePoints")], ...adds, ...(classes ? [["relabel", "⇄", say("relabelPoints")]] : []), ["remove", "✕", say("removePoints")]];
  if (!tools.some(([name]) => name === state.tool)) state.tool = "move";
  const row = element("span", { class: "set tools", role: "group", "aria-label": say("tools") });
  const press = (chosen) => {
    state.tool = chosen;
    for (const one of row.children) one.setAttribute("aria-pressed", String(one.dataset.tool === chosen));
  };
  row.append(...tools.map(([name, sign, label]) => button(label, { "data-tool": name, "aria-pressed": String(name === state.tool) }, () => press(name), sign)));
  return row;
}

export function listen(canvas, panel) {
  canvas.addEventListener("pointerdown", (event) => press(event, panel));
  canvas.addEventListener("dblclick", ({ offsetX, offsetY }) => {
    const sample = panel.plane.sampleAt(offsetX, offsetY);
    if (sample !== null && panel.state.tool === "move") relabel(sample, panel);
  });
  canvas.addEventListener("keydown", (event) => onKey(event, panel));
}

function press(event, panel) {
  const canvas = event.currentTarget;
  const { plane, state } = panel;
  const sample = plane.sampleAt(event.offsetX, event.offsetY);
  if (state.tool.startsWith("add")) { add(event.offsetX, event.offsetY, panel); return; }
  if (sample === null) return;
  if (state.tool === "remove") { remove(sample, panel); return; }
  panel.setSample(sample);
  if (state.tool === "relabel") { relabel(sample, panel); return; }
  canvas.setPointerCapture(event.pointerId);
  const start = [event.offsetX, event.offsetY];
  let moved = false;
  const move = ({ offsetX, offsetY }) => {
    moved ||= Math.hypot(offsetX - start[0], offsetY - start[1]) > 3;
    if (moved) place(sample, plane.pointAt(offsetX, offsetY), panel);
  };
  canvas.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => canvas.removeEventListener("pointermove", move), { once: true });
  }
}

function place(sample, [first, second], panel) {
  const { trainer, plane } = panel;
  const { features, targets } = trainer.told;
  const x = [...trainer.X.subarray(sample * features, (sample + 1) * features)];
  x[plane.axes[0]] = first;
  if (!plane.isCurve) x[plane.axes[1]] = second;
  const y = [...trainer.Y.subarray(sample * targets, (sample + 1) * targets)];
  if (plane.isCurve && targets) y[0] = second;
  panel.dataChanges(() => trainer.changeSample(sample, x, y));
}

function add(offsetX, offsetY, panel) {
  const { trainer, plane, state } = panel;
  const { features, targets } = trainer.told;
  const [first, second] = plane.pointAt(offsetX, offsetY);
  // What is not in the picture is as in the chosen sample.
  const x = [...trainer.X.subarray(state.sample * features, (state.sample + 1) * features)];
  const y = [...trainer.Y.subarray(state.sample * targets, (state.sample + 1) * targets)];
  x[plane.axes[0]] = first;
  if (plane.isCurve) y[0] = second;
  else {
    x[plane.axes[1]] = second;
    if (trainer.classes) y[0] = trainer.classes[Number(state.tool.slice(4))];
  }
  panel.dataChanges(() => trainer.addSample(x, y));
  panel.setSample(trainer.samples - 1);
}

function remove(sample, panel) {
  const { trainer, state } = panel;
  panel.dataChanges(() => trainer.removeSample(sample));
  panel.setSample(Math.min(state.sample > sample ? state.sample - 1 : state.sample, trainer.samples - 1));
}

function relabel(sample, panel) {
  const { trainer } = panel;
  if (!trainer.classes || panel.plane.isCurve) return;
  const next = trainer.classes[(trainer.classes.indexOf(trainer.Y[sample]) + 1) % trainer.classes.length];
  panel.dataChanges(() => trainer.changeSample(sample, null, [next]));
}

function onKey(event, panel) {
  const { plane, state, trainer } = panel;
  const far = event.shiftKey ? 20 : 4;
  const [x, y] = plane.placeOf(state.sample);
  const steps = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] };
  const keys = {
    PageDown: () => panel.setSample((state.sample + 1) % trainer.samples),
    PageUp: () => panel.setSample((state.sample + trainer.samples - 1) % trainer.samples),
    Enter: () => relabel(state.sample, panel),
    Insert: () => add(x + 12, y + 12, panel),
    Delete: () => remove(state.sample, panel),
  };
  if (event.key in steps) {
    const [dx, dy] = steps[event.key];
    place(state.sample, plane.pointAt(x + dx, y + dy), panel);
  } else if (event.key in keys) keys[event.key]();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
