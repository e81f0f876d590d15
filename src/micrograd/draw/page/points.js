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
  const words = { move: say("toolMove"), relabel: say("toolRelabel"), remove: say("toolRemove") };
  row.append(...tools.map(([name, sign, label]) => button(label, { "data-tool": name, "aria-pressed": String(name === state.tool) }, () => press(name), words[name] ? `${sign} ${words[name]}` : sign)));
  row.append(button(say("undo"), { id: "undo", disabled: !panel.undo.length }, () => undo(panel), `↶ ${say("undo")}`));
  return row;
}

// What is in the plane, in words: the axes with their reach, and the classes by their shapes.
export function keyOf({ plane, trainer }) {
  const { told, classes } = trainer;
  const reach = ([low, high]) => `${low.toFixed(2)} … ${high.toFixed(2)}`;
  const upwards = plane.isCurve ? "y" : told.inputs[plane.axes[1]];
  const axes = `→ ${told.inputs[plane.axes[0]]} (${reach(plane.across)})   ↑ ${upwards} (${reach(plane.up)})`;
  if (plane.isCurve || !classes) return [axes];
  return [axes, "   ", ...classes.flatMap((label, k) => [element("span", { class: `class-${k % 6}` }, SIGNS[k % SIGNS.length]), ` ${say("classOf", { label: String(label) })}   `])];
}

// Of what was done to the samples, each undoing is kept until the data are others.
function remember(panel, undoing) {
  panel.undo.push(undoing);
  document.getElementById("undo")?.removeAttribute("disabled");
}

export function undo(panel) {
  const undoing = panel.undo.pop();
  if (!undoing) return;
  panel.dataChanges(undoing);
  document.getElementById("undo")?.toggleAttribute("disabled", !panel.undo.length);
}

function sampleOf({ trainer: { X, Y, told: { features, targets } } }, sample) {
  return [[...X.subarray(sample * features, (sample + 1) * features)], [...Y.subarray(sample * targets, (sample + 1) * targets)]];
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
    if (!moved && Math.hypot(offsetX - start[0], offsetY - start[1]) > 3) {
      moved = true;
      keep(sample, panel);
    }
    if (moved) place(sample, plane.pointAt(offsetX, offsetY), panel);
  };
  canvas.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => canvas.removeEventListener("pointermove", move), { once: true });
  }
}

// The sample as it is now, to be put back.
function keep(sample, panel) {
  const [x, y] = sampleOf(panel, sample);
  remember(panel, () => panel.trainer.changeSample(sample, x, y));
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
  remember(panel, () => trainer.removeSample(trainer.samples - 1));
  panel.dataChanges(() => trainer.addSample(x, y));
  panel.setSample(trainer.samples - 1);
}

function remove(sample, panel) {
  const { trainer, state } = panel;
  const [x, y] = sampleOf(panel, sample);
  let isGone = false;
  panel.dataChanges(() => { isGone = trainer.removeSample(sample); });
  if (isGone) remember(panel, () => trainer.addSample(x, y));
  panel.setSample(Math.min(state.sample > sample ? state.sample - 1 : state.sample, trainer.samples - 1));
}

function relabel(sample, panel) {
  const { trainer } = panel;
  if (!trainer.classes || panel.plane.isCurve) return;
  keep(sample, panel);
  const next = trainer.classes[(trainer.classes.indexOf(trainer.Y[sample]) + 1) % trainer.classes.length];
  panel.dataChanges(() => trainer.changeSample(sample, null, [next]));
}

function onKey(event, panel) {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    undo(panel);
    return;
  }
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
    if (!event.repeat) keep(state.sample, panel);
    const [dx, dy] = steps[event.key];
    place(state.sample, plane.pointAt(x + dx, y + dy), panel);
  } else if (event.key in keys) keys[event.key]();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
