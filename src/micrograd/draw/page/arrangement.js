// Which shape the picture takes: in one line or broken into rows, whichever can be read best in the place there is.

import { place } from "./layout.js";

// At this scale and above, every number of the picture is at least 11 px high.
export const READABLE = 0.9;
export const LARGEST = 1.6;
export const MARGIN = 18;
// Below the picture, for the legend.
export const LEGEND = 30;
const LARGE = 600;
// A sheet of paper within its margins, upright, in the pixels of print.
const PAPER = [700, 900];

// Returns how wide the picture may be before it is broken into rows.
export function roomFor(scene, open, width, height) {
  if (!width || !height) return Infinity;
  const best = bestOf(scene, open, width, height, scene.nodes.length > LARGE ? [READABLE] : [1.4, 1.15, 1, READABLE]);
  // Where nothing fits, as wide as can be read, and down from there.
  return best.scale >= READABLE ? best.room : roomAt(READABLE, width);
}

// The same for paper, on which all of it has to be.
export function roomForPaper(scene, open) {
  return bestOf(scene, open, ...PAPER, scene.nodes.length > LARGE ? [READABLE] : [1.4, 1, 0.75, 0.6, 0.45]).room;
}

function bestOf(scene, open, width, height, scales) {
  let best = { room: Infinity, scale: scaleFor(place(scene, open), width, height) };
  // One line is what people know from books; rows have to be worth it.
  if (best.scale >= 1) return best;
  for (const room of scales.map((scale) => roomAt(scale, width))) {
    const scale = scaleFor(place(scene, open, room), width, height);
    if (scale > best.scale) best = { room, scale };
  }
  return best;
}

function roomAt(scale, width) {
  return (width - 2 * MARGIN) / scale;
}

// The scale at which all of it fits.
export function scaleFor(picture, width, height) {
  return Math.min((width - 2 * MARGIN) / picture.width, (height - 2 * MARGIN - LEGEND) / picture.height, LARGEST);
}
