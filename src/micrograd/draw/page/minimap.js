// A small map of the whole picture, where not all of it is in sight: a click or a drag goes there.

import { svg } from "./svg.js";
import { say } from "./words.js";

const WIDTH = 150;
const HEIGHT = 96;

export class Minimap {
  constructor(place, viewport) {
    Object.assign(this, { place, viewport });
    const go = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      const box = place.getBoundingClientRect();
      viewport.centerOn((event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale);
      event.stopPropagation();
    };
    for (const kind of ["pointerdown", "pointermove"]) place.addEventListener(kind, go);
    viewport.onMove = () => this.update();
  }

  draw(picture) {
    this.picture = picture;
    this.scale = Math.min(WIDTH / picture.width, HEIGHT / picture.height);
    const [width, height] = [picture.width * this.scale, picture.height * this.scale];
    const dots = [...picture.placed.values()].map((box) => svg("rect", {
      class: "dot", x: box.x * this.scale, y: box.y * this.scale, width: Math.max(1, box.width * this.scale), height: Math.max(1, box.height * this.scale),
    }));
    this.frame = svg("rect", { class: "seen" });
    this.place.setAttribute("aria-label", say("map"));
    this.place.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...dots, this.frame));
    this.update();
  }

  // Beside the result, never on it: below at the right, or else above, next to the buttons.
  settle(unit) {
    this.place.classList.remove("above");
    const box = this.picture.placed.get(unit);
    if (!this.place.offsetWidth || !box) return;
    const { x, y, scale, stage } = this.viewport;
    const [right, bottom] = [x + (box.x + box.width) * scale, y + (box.y + box.height) * scale];
    const covers = right > this.place.offsetLeft && bottom > this.place.offsetTop && right <= stage.clientWidth;
    this.place.classList.toggle("above", covers);
  }

  update() {
    if (!this.frame) return;
    const { picture } = this;
    const { x, y, scale, stage } = this.viewport;
    const seen = { x: -x / scale, y: -y / scale, width: stage.clientWidth / scale, height: stage.clientHeight / scale };
    const isAllSeen = seen.x <= 1 && seen.y <= 1 && seen.x + seen.width >= picture.width - 1 && seen.y + seen.height >= picture.height - 1;
    this.place.hidden = isAllSeen;
    for (const [name, value] of Object.entries(seen)) this.frame.setAttribute(name, (value * this.scale).toFixed(1));
  }
}
