// How a number is written: the same rules as figures.py.

export function written(number, digits = 4) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return (0).toFixed(digits);
  const size = Math.abs(number);
  if (size >= 1e-3 && size < 1e6) return number.toFixed(digits);
  return number.toExponential(digits);
}

// All digits, for the tooltip of a number.
export function exactly(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return String(number === 0 ? 0 : number);
}
