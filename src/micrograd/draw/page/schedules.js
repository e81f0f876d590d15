// The learning rate of a step, by the same formulas as micrograd.schedules, and how Python writes each of them.

const SCHEDULES = {
  constant: { at: (rate) => rate, python: () => null },
  falling: {
    // The handout's: by nine tenths over so many steps, and no further.
    at: (rate, over, step) => (step >= over ? rate * 0.1 : rate - ((rate - rate * 0.1) * step) / over),
    python: (rate, over) => `Linear(${rate}, ${rate} * 0.1, steps=${over})`,
  },
  cosine: {
    at: (rate, over, step) => (step >= over ? 0 : (rate * (1 + Math.cos((Math.PI * step) / over))) / 2),
    python: (rate, over) => `Cosine(${rate}, 0.0, steps=${over})`,
  },
  staircase: {
    at: (rate, over, step) => rate * 0.5 ** Math.floor(step / over),
    python: (rate, over) => `Staircase(${rate}, 0.5, every=${over})`,
  },
};

export const SCHEDULE_NAMES = Object.keys(SCHEDULES);

export function rateAt({ rate, schedule, over }, step) {
  return SCHEDULES[schedule].at(rate, over, step);
}

// The schedule as Python writes it; null for a constant rate.
export function scheduleInPython({ rate, schedule, over }) {
  return SCHEDULES[schedule].python(inPython(rate), over);
}

export function inPython(number) {
  if (Number.isNaN(number)) return 'float("nan")';
  if (!Number.isFinite(number)) return number > 0 ? 'float("inf")' : 'float("-inf")';
  const text = Object.is(number, -0) ? "-0" : String(number);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
