// Zoom and pan of the picture: wheel, pinch, drag, buttons, keys.

import { LEGEND, READABLE, scaleFor } from "./arrangement.js";

const LEAST = 0.08;
const MOST = 4;

export class Viewport {
  constructor(stage) {
    this.stage = stage;
    this.x = this.y = 0;
    this.scale = 1;
    // Whether all of it is to be seen, and whether nobody has moved it yet: then it follows its place.
    this.fitted = true;
    this.untouched = true;
    this.isPrinting = false;
    this.onResize = () => {};
    this.onMove = () => {};
    this.pointers = new Map();
    this.moved = false;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      stage.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    }
    // A notebook's frame gets its width after the page has loaded, or is shown much later.
    new ResizeObserver(() => {
      if (!stage.clientWidth || !stage.clientHeight || this.isPrinting) return;
      if (this.untouched) this.onResize();
      else if (this.fitted) this.fit();
      else this.apply();
    }).observe(stage);
  }

  show(picture) {
    this.picture = picture;
    if (this.fitted) this.fit();
    else this.apply();
  }

  apply() {
    // However far it is pushed, a part of the picture stays in sight.
    const { clientWidth, clientHeight } = this.stage;
    const within = (at, size, room) => Math.min(Math.max(at, 60 - size * this.scale), room - 60);
    if (this.picture && clientWidth && clientHeight) {
      this.x = within(this.x, this.picture.width, clientWidth);
      this.y = within(this.y, this.picture.height, clientHeight);
    }
    const world = this.stage.querySelector("#world");
    if (world) world.setAttribute("transform", `translate(${this.x.toFixed(2)},${this.y.toFixed(2)}) scale(${this.scale.toFixed(4)})`);
    this.onMove();
  }

  // All of it.
  fit() {
    if (!this.picture) return;
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    this.scale = Math.max(scaleFor(this.picture, width, height), LEAST);
    this.x = (width - this.picture.width * this.scale) / 2;
    this.y = (height - LEGEND - this.picture.height * this.scale) / 2;
    this.fitted = true;
    this.apply();
  }

  zoom(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const scale = Math.max(LEAST, Math.min(MOST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = this.untouched = false;
    this.apply();
  }

  // The first view: all of it, or where that is too small to read, the result and what is next to it.
  start(unit) {
    this.fit();
    const box = this.picture.placed.get(unit);
    if (this.scale >= READABLE || !box) return;
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.scale = READABLE;
    this.fitted = false;
    // What is smaller than the place stands in its middle; the result stands at the right and at the bottom, with what
    // is beside it in its row.
    const [wide, high] = [this.picture.width * this.scale, this.picture.height * this.scale];
    const free = { x: width - 24, y: height - LEGEND - 24 };
    this.x = wide <= width ? (width - wide) / 2 : Math.min(12, free.x - (box.x + box.width) * this.scale);
    const lowest = box.y * this.scale + free.y - high >= 16 ? high : (box.y + box.height) * this.scale;
    this.y = high <= height - LEGEND ? (height - LEGEND - high) / 2 : Math.min(16, free.y - lowest);
    this.apply();
  }

  // Brings a card into sight, and makes it large enough to read.
  reveal(unit, readable = false) {
    const box = this.picture && this.picture.placed.get(unit);
    if (!box) return;
    const [width, height] = [this.stage.clientWidth - this.covered(), this.stage.clientHeight];
    if (readable && this.scale < 0.75) { this.scale = 0.9; this.fitted = false; this.center(box); return; }
    const left = box.x * this.scale + this.x;
    const top = box.y * this.scale + this.y;
    const isInside = left >= 8 && top >= 8 && left + box.width * this.scale <= width - 8 && top + box.height * this.scale <= height - 34;
    if (!isInside) { this.fitted = false; this.untouched = false; this.center(box); }
  }

  // How much of the stage the explanation covers, at its right.
  covered() {
    const panel = document.getElementById("explanation");
    return panel && getComputedStyle(panel).position === "absolute" && panel.clientWidth ? panel.offsetWidth : 0;
  }

  // Brings a point of the picture to the middle.
  centerOn(x, y) {
    this.fitted = this.untouched = false;
    this.center({ x, y, width: 0, height: 0 });
  }

  center(box) {
    this.x = (this.stage.clientWidth - this.covered()) / 2 - (box.x + box.width / 2) * this.scale;
    this.y = this.stage.clientHeight / 2 - (box.y + box.height / 2) * this.scale;
    this.apply();
  }

  // For paper, whose size no script knows: the whole picture, scaled by the browser.
  print() {
    const { width, height } = this.picture;
    this.stage.querySelector("svg").setAttribute("viewBox", `-10 -20 ${width + 20} ${height + 40}`);
    this.stage.style.setProperty("--aspect", width / (height + 40));
    this.stage.querySelector("#world").removeAttribute("transform");
  }

  view() {
    const { x, y, scale, fitted, untouched } = this;
    return { x, y, scale, fitted, untouched };
  }

  goBack(view) {
    this.stage.querySelector("svg").removeAttribute("viewBox");
    Object.assign(this, view);
    this.apply();
  }

  // Shows the picture after a group was folded or unfolded: all of it as before, if that can still be read; else
  // the group stays where it was, in the size it had.
  refold(picture, before, after) {
    const { x, y, scale } = this;
    this.show(picture);
    if (this.fitted && this.scale < READABLE && this.scale < scale) Object.assign(this, { x, y, scale, fitted: false, untouched: false });
    if (this.fitted || !before || !after) return;
    this.untouched = false;
    this.x += (before.x - after.x) * this.scale;
    this.y += (before.y - after.y) * this.scale;
    this.apply();
  }

  wheel(event) {
    // Where the page itself scrolls, the wheel scrolls it; with Ctrl, as a pinch on a touchpad, it zooms.
    const { scrollHeight, clientHeight } = document.documentElement;
    if (!event.ctrlKey && scrollHeight > clientHeight + 1) return;
    event.preventDefault();
    const place = this.stage.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - place.left, event.clientY - place.top);
  }

  down(event) {
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 1) this.moved = false;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 1) {
      // A click trembles.
      if (!this.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
      this.moved = true;
      this.x += now[0] - before[0];
      this.y += now[1] - before[1];
    } else if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const distance = (point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
      const place = this.stage.getBoundingClientRect();
      this.zoom(distance(now) / distance(before), (now[0] + other[0]) / 2 - place.left, (now[1] + other[1]) / 2 - place.top);
      this.moved = true;
    }
    this.fitted = this.untouched = false;
    this.pointers.set(event.pointerId, now);
    this.apply();
  }
}
