// The Python that makes exactly what the page shows: data, model, loss, and all that was done to them.

import { inPython, scheduleInPython } from "./schedules.js";

// Line by line, because a page's script is put together without its indentation.
const OFF = [
  "class SwitchedOff(Neuron):",
  '    """A neuron whose output is 0, in training too."""',
  "",
  "    def __call__(self, x):",
  "        return 0.0 * super().__call__(x)",
  "",
  "",
  "def switch(layer, k, on):",
  '    """Switch neuron k of a layer off, or on again; its weights stay its own."""',
  "    before = model.layers[layer].neurons[k]",
  "    after = (Neuron if on else SwitchedOff)(len(before.w), before.nonlin, before.activation)",
  "    after.w, after.b = before.w, before.b",
  "    model.layers[layer].neurons[k] = after",
  "", "",
];

const BATCHES = [
  "epoch, order = 0, []",
  "", "",
  "def next_batch(size, samples):",
  '    """The next samples of an epoch; each epoch has an order of its own, from Python\'s generator."""',
  "    global epoch, order",
  "    if not order:",
  "        order = list(range(samples))",
  "        random.Random(epoch).shuffle(order)",
  "        epoch += 1",
  "    batch, order = order[:size], order[size:]",
  "    return batch",
  "", "",
];

export function pythonOf(trainer) {
  const { told, journal: { actions } } = trainer;
  const { source } = told;
  const is = (kind) => actions.some((action) => action.kind === kind);
  const offEver = is("switch") || actions[0].off.length > 0;
  const heldEver = is("hold") || actions[0].held.includes(true);
  const trains = actions.filter(({ kind }) => kind === "train");
  const batched = trains.some(({ settings, samples }) => isBatched(settings, samples));
  const schedules = [...new Set(trains.map(({ settings }) => scheduleInPython(settings)?.split("(")[0]).filter(Boolean))];
  const optimizers = [...new Set(trains.map(({ settings }) => (settings.optimizer === "adam" ? "Adam" : "SGD")))];
  const isNeuron = offEver && source.is_mlp;
  const imports = [
    ...(batched || actions[0].seed !== null ? ["import random", ""] : []), "import micrograd", ...source.imports
      .filter((line) => !line.endsWith("import Value") || source.loss.includes("Value(") || source.model.includes("Value("))
      .map((line) => (isNeuron ? line.replace("import MLP", "import MLP, Neuron") : line)),
    ...(trains.length ? [`from micrograd.optim import ${[...optimizers, ...schedules].sort().join(", ")}`] : []),
  ];
  const lines = [...imports, "", ...dataLines(actions[0], told), ""];
  lines.push(...startLines(actions[0], source), "", "");
  if (!source.is_mlp && told.switches.length) lines.push(`on = dict.fromkeys(${JSON.stringify(told.switches)}, 1.0)`, "", "");
  lines.push(...source.loss.trimEnd().split("\n"), "", "");
  if (isNeuron) lines.push(...OFF);
  if (batched) lines.push(...BATCHES);
  const writer = { told, heldEver, isMlp: source.is_mlp, isCompiled: false, losses: false };
  const done = actions.flatMap((action) => inLines(action, writer));
  lines.push(...done, ...(writer.isCompiled ? [] : compiled(writer)));
  const [Xs, ys] = rows(writer);
  lines.push(`print(program(${Xs}${told.targets ? `, ${ys}` : ""})[0])`);
  return `${lines.join("\n")}\n`;
}

function isBatched({ batch }, samples) { return Boolean(batch) && batch < samples; }

function list(numbers) { return `[${[...numbers].map(inPython).join(", ")}]`; }

function dataLines({ X, Y }, { features, targets }) {
  const samples = X.length / features;
  const cut = (from, width, k) => from.slice(k * width, (k + 1) * width);
  const points = Array.from({ length: samples }, (_, k) => `    ${list(cut(X, features, k))},`);
  const labels = targets === 1 ? list(Y) : `[${Array.from({ length: samples }, (_, k) => list(cut(Y, targets, k))).join(", ")}]`;
  return ["X = [", ...points, "]", ...(targets ? [`y = ${labels}`] : [])];
}

function startLines({ start, seed }, { model, is_mlp: isMlp }) {
  const make = [...(seed === null ? [] : [`random.seed(${seed})`]), model];
  const parameters = `parameters = ${isMlp ? "model.parameters()" : "model"}`;
  if (seed !== null) return [...make, parameters];
  return [...make, parameters, `for parameter, number in zip(parameters, ${list(start)}):`, "    parameter.data = number"];
}

function compiled(writer) {
  writer.isCompiled = true;
  return ["program = micrograd.compile(loss, model)"];
}

function rows({ heldEver }) {
  return heldEver ? ["[X[k] for k in used]", "[y[k] for k in used]"] : ["X", "y"];
}

function inLines(action, writer) {
  const { told } = writer;
  const label = (y) => (told.targets === 1 ? inPython(y[0]) : list(y));
  switch (action.kind) {
    case "start":
      return [...(writer.heldEver ? held(action) : []), ...action.off.flatMap((name) => switchLines(name, false, writer))];
    case "set": return [`parameters[${action.parameter}].data = ${inPython(action.value)}`];
    case "switch": return switchLines(action.name, action.isOn, writer);
    case "change": return [`X[${action.sample}]${told.targets ? `, y[${action.sample}]` : ""} = ${list(action.x)}${told.targets ? `, ${label(action.y)}` : ""}`];
    case "add": return [
      ...(writer.heldEver ? ["used.append(len(X))"] : []), `X.append(${list(action.x)})`, ...(told.targets ? [`y.append(${label(action.y)})`] : []),
      ...restarted(writer),
    ];
    case "remove": return [
      `del X[${action.sample}]${told.targets ? `, y[${action.sample}]` : ""}`,
      ...(writer.heldEver ? [`used = [k - (k > ${action.sample}) for k in used if k != ${action.sample}]`] : []), ...restarted(writer),
    ];
    case "hold": return [...held(action), ...restarted(writer)];
    case "restart": return restarted(writer);
    default: return trainLines(action, writer);
  }
}

function restarted({ batches }) { return batches ? ["epoch, order = 0, []"] : []; }

function held({ held: isHeld }) {
  return [`used = ${JSON.stringify([...isHeld.keys()].filter((k) => !isHeld[k])).replaceAll(",", ", ")}  # the others are held back`];
}

function switchLines(name, isOn, writer) {
  const again = writer.isCompiled ? compiled(writer) : [];
  if (!writer.isMlp) return [`on[${JSON.stringify(name)}] = ${isOn ? "1.0" : "0.0"}`, ...again];
  const [, layer, k] = /layers\.(\d+)\.neurons\.(\d+)$/.exec(name);
  return [`switch(${layer}, ${k}, on=${isOn ? "True" : "False"})`, ...again];
}

function trainLines({ steps, settings, samples, fresh, offset }, writer) {
  const made = settings.optimizer === "adam" ? "Adam(parameters" : "SGD(parameters";
  const momentum = settings.optimizer === "momentum" ? `, momentum=${inPython(settings.momentum)}` : "";
  const key = `${settings.optimizer}${momentum}`;
  const lines = writer.isCompiled ? [] : compiled(writer);
  const isNew = writer.optimizer === undefined || fresh || writer.key !== key;
  if (fresh || writer.optimizer === undefined || (settings.optimizer === "adam") !== (writer.optimizer === "adam")) {
    lines.push(`optimizer = ${made}, learning_rate=${inPython(settings.rate || 1)}${momentum})`);
  } else if (isNew) lines.push(`optimizer.momentum = ${settings.optimizer === "momentum" ? inPython(settings.momentum) : "0.0"}`);
  [writer.optimizer, writer.key] = [settings.optimizer, key];
  const [Xs, ys] = rows(writer);
  const schedule = scheduleInPython(settings) ?? (settings.rate > 0 ? inPython(settings.rate) : "lambda k: 0.0");
  // A program's schedule counts from when its optimizer was made.
  const shifted = offset && scheduleInPython(settings) ? `lambda k: ${schedule}(k + ${offset})` : schedule;
  const begin = writer.losses ? "losses +=" : "losses =";
  writer.losses = true;
  if (!isBatched(settings, samples)) {
    return [...lines, `${begin} list(program.train(${Xs}, ${told(writer, ys)}, ${steps}, ${shifted}, optimizer=optimizer))`];
  }
  writer.batches = true;
  const of = writer.heldEver ? ["X[used[k]]", "y[used[k]]"] : ["X[k]", "y[k]"];
  const named = schedule !== shifted || scheduleInPython(settings) ? [`rate = ${shifted}`] : [];
  return [
    ...lines, ...named, ...(begin === "losses =" ? ["losses = []"] : []),
    `for _ in range(${steps}):`,
    `    rows = next_batch(${settings.batch}, ${samples})`,
    `    losses += list(program.train([${of[0]} for k in rows], ${told(writer, `[${of[1]} for k in rows]`)}, 1, ${named.length ? "rate" : schedule}, optimizer=optimizer))`,
  ];
}

function told(writer, ys) { return writer.told.targets ? ys : "None"; }
