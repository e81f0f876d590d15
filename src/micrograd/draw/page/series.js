// A curve over the steps that never takes more than a bounded place: when it is full, every second point goes.

const MOST = 4000;

export class Series {
  constructor(points = []) {
    this.points = points;
    this.every = 1;
  }

  push(step, value) {
    if (!Number.isFinite(value)) return;
    const last = this.points[this.points.length - 1];
    if (last && step - last[0] < this.every) return;
    this.points.push([step, value]);
    if (this.points.length > MOST) {
      this.points = this.points.filter((_, k) => k % 2 === 0);
      this.every = Math.max(1, (this.points[1][0] - this.points[0][0]));
    }
  }

  // What came after a step is forgotten.
  cut(step) {
    this.points = this.points.filter(([at]) => at < step);
  }
}
