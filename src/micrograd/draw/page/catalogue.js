// From a choice to all that a trainer and a picture need: data, network, loss.

import { Assembly, readyMade } from "./assembly.js";
import { graphOf, sceneOf } from "./networks.js";

export const FIRST = {
  data: "moons", noise: 0.1, dataSeed: 42, layers: [4, 0, 0], activation: "tanh", loss: "entropy", seed: 42, skip: 0,
};

// With which the first network separates the first data in some seconds.
const FIRST_RATE = 1;

// The plane in which data are drawn.
export const DRAWN_BOUNDS = [[-1.2, 1.2], [-1.2, 1.2]];

const floats = (text) => new Float64Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);

// The samples of a choice: {X, Y, features, classes, bounds}. Those of one's own come with the choice.
export function dataOf(choice, offered) {
  if (choice.own) return choice.own;
  const set = offered.sets[`${choice.data} ${choice.noise.toFixed(1)} ${choice.dataSeed}`];
  const X = [...floats(set.X)];
  if (set.y) return { X, Y: [...floats(set.y)], features: 1, classes: null };
  return { X, Y: [...set.labels].map(Number), features: 2, classes: [0, 1] };
}

export function widthsOf({ layers }) {
  return [...layers.filter((width) => width > 0), 1];
}

// The loss that fits the data: a curve has one of its own.
export function lossOf(choice, data) {
  return data.classes ? choice.loss : "plain";
}

export function toldOf(choice, { parts, offered, kernels }) {
  const data = dataOf(choice, offered);
  const widths = widthsOf(choice);
  const network = { features: data.features, widths, activation: choice.activation, loss: lossOf(choice, data) };
  const { objects, neurons, parameters } = graphOf(network, parts);
  const x = Array.from({ length: data.features }, (_, k) => objects.find((node) => node.role === "input" && node.name === `x${k}`));
  const y = objects.find((node) => node.role === "input" && node.name === "y");
  const outputs = neurons.map(({ output }) => output);
  const whole = new Assembly(objects, [...x, y], parameters, outputs, parts);
  const inside = objects.filter(({ local }) => local[0] !== "t");
  const front = new Assembly(inside, x, parameters, outputs, parts);
  const places = outputs.map((_, k) => k);
  const picture = whole.words([whole.root], data.features, 1, parameters);
  const template = parts.ready[`${data.features} ${widths.length - 1} ${choice.activation} ${network.loss}`];
  const isWide = widths.slice(0, -1).every((width) => width > 1);
  const fused = template && isWide ? readyMade(template, { features: data.features, widths, parameters, lanes: parts.lanes }) : null;
  const score = outputs[outputs.length - 1];
  const seen = front.words([score, ...outputs], data.features, 0, parameters);
  const names = objects.filter((node) => node.parameter !== undefined).sort((a, b) => a.parameter - b.parameter).map(({ fullName }) => fullName);
  const hidden = choice.activation === "relu" || widths.length === 1 ? "" : `, activation="${choice.activation}"`;
  return {
    kernels, features: data.features, targets: 1, X: data.X, Y: data.Y, bounds: data.bounds,
    weights: Array(parameters).fill(0), names, inputs: x.map(({ name }) => name), order: names.map((_, k) => k),
    loss: fused ?? picture, picture, nodes: whole.places(objects), classes: data.classes,
    fresh: names.map((name) => !name.endsWith(".b")), switches: neurons.map(({ owner }) => owner), switched: { words: picture, places },
    outputs: { words: { ...seen, backward: [] }, places, count: 1, neurons: neurons.map(({ owner }) => owner) }, threshold: 0,
    source: {
      model: `model = MLP(${data.features}, [${widths.join(", ")}]${hidden})`, loss: parts.tails[network.loss].source,
      imports: ["from micrograd.nn import MLP"], is_mlp: true,
    },
    scene: sceneOf(network, parts),
  };
}

// -- A choice in the page's address ------------------------------------------------------------------------------------

const SETTINGS = ["rate", "schedule", "over", "optimizer", "momentum", "batch"];

// Samples of one's own, as long as an address may be: features and label of each, to the last bit.
const MOST_IN_ADDRESS = 1500;

function pointsOf({ X, Y, features }) {
  if (X.length + Y.length > MOST_IN_ADDRESS) return "";
  return Array.from(Y, (label, k) => [...X.slice(k * features, (k + 1) * features), label].join("_")).join("*");
}

function ownOf(text, isDrawn) {
  const samples = text.split("*").map((sample) => sample.split("_"));
  const features = samples[0].length - 1;
  if (!(features === 1 || features === 2) || samples.length * (features + 1) > MOST_IN_ADDRESS) return null;
  const isWhole = samples.every((sample) => sample.length === features + 1 && sample.every((part) => part.trim() !== "" && Number.isFinite(Number(part))));
  if (!isWhole) return null;
  const Y = samples.map((sample) => Number(sample[features]));
  if (features === 2 && !Y.every((label) => label === 0 || label === 1)) return null;
  const X = samples.flatMap((sample) => sample.slice(0, features).map(Number));
  return { X, Y, features, classes: features === 2 ? [0, 1] : null, bounds: isDrawn ? DRAWN_BOUNDS : undefined };
}

export function addressOf(choice, settings, { lang, held }) {
  const told = new URLSearchParams();
  told.set("data", choice.data);
  if (choice.own) told.set("points", pointsOf(choice.own));
  else for (const name of ["noise", "dataSeed"]) told.set(name, choice[name]);
  told.set("layers", choice.layers.join(","));
  for (const name of ["activation", "loss"]) told.set(name, choice[name]);
  if (choice.seed !== null) told.set("seed", choice.seed);
  if (choice.skip) told.set("skip", choice.skip);
  for (const name of SETTINGS) told.set(name, settings[name]);
  if (held) told.set("held", held);
  told.set("lang", lang);
  return `#${told}`;
}

// What an address says, as far as it makes sense; anything else is as at first.
export function fromAddress(hash, parts, offered) {
  const told = new URLSearchParams(hash.replace(/^#/, "")); // what is not well-formed in it is read as it stands
  const choice = { ...FIRST, layers: [...FIRST.layers] };
  const settings = [...told].length ? {} : { rate: FIRST_RATE };
  const take = (into, name, known) => { if (known.includes(told.get(name))) into[name] = told.get(name); };
  const whole = (name, low, high) => {
    const number = Number(told.get(name));
    return told.has(name) && told.get(name) !== "" && Number.isInteger(number) && number >= low && number <= high ? number : null;
  };
  take(choice, "data", ["moons", "circles", "xor", "spirals", "blobs", "curve"]);
  // The kinds of data that have nothing of their own to begin with need their points.
  const own = told.get("points") ? ownOf(told.get("points"), told.get("data") === "drawn") : null;
  if (own) {
    choice.own = own;
    take(choice, "data", ["drawn", "table"]);
  }
  take(choice, "activation", parts.activations);
  take(choice, "loss", Object.keys(parts.tails).filter((name) => name !== "plain"));
  if (told.get("noise") && offered.noises.includes(Number(told.get("noise")))) choice.noise = Number(told.get("noise"));
  if (offered.seeds.includes(whole("dataSeed", 0, 1e9))) choice.dataSeed = whole("dataSeed", 0, 1e9);
  const layers = (told.get("layers") ?? "").split(",").map(Number);
  if (told.has("layers") && layers.length === 3 && layers.every((n) => Number.isInteger(n) && n >= 0 && n <= 16)) choice.layers = layers;
  choice.seed = whole("seed", 0, 4294967295) ?? FIRST.seed;
  choice.skip = whole("skip", 0, 10000) ?? 0;
  take(settings, "schedule", ["constant", "falling", "cosine", "staircase"]);
  take(settings, "optimizer", ["sgd", "momentum", "adam"]);
  const rate = Number(told.get("rate"));
  if (told.has("rate") && told.get("rate") !== "" && rate >= 0 && Number.isFinite(rate)) settings.rate = rate;
  const momentum = Number(told.get("momentum"));
  if (told.get("momentum") && momentum >= 0 && momentum < 1) settings.momentum = momentum;
  if (whole("over", 1, 1e9)) settings.over = whole("over", 1, 1e9);
  if (whole("batch", 0, 1e9) !== null) settings.batch = whole("batch", 0, 1e9);
  const held = ["0.1", "0.2", "0.3", "0.5"].includes(told.get("held")) ? Number(told.get("held")) : 0;
  return { choice, settings, held, lang: ["fr", "en"].includes(told.get("lang")) ? told.get("lang") : null };
}
