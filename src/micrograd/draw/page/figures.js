// How a number is written: the same rules as figures.py.

export function written(number, digits = 4) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return (0).toFixed(digits);
  const size = Math.abs(number);
  if (size < 1e-3 || size >= 1e6) return number.toExponential(digits);
  const more = size < 1e-2 ? 2 : size < 0.1 ? 1 : 0;
  const text = rounded(number, digits + more);
  const cut = text.length - more;
  return text.slice(0, cut) + text.slice(cut).replace(/0+$/, "");
}

// As Python rounds: a number exactly between two decimals goes to the even one. Such numbers are odd
// multiples of a power of two, which scaling by that power tells without error.
function rounded(number, digits) {
  const scaled = Math.abs(number) * 2 ** (digits + 1);
  if (!Number.isInteger(scaled) || scaled % 2 === 0) return number.toFixed(digits);
  const below = Math.floor((scaled * 5 ** digits) / 2);
  const even = below % 2 === 0 ? below : below + 1;
  return `${number < 0 ? "-" : ""}${(even / 10 ** digits).toFixed(digits)}`;
}

// A local derivative is often a whole number: 1 for an addition, 0 for a closed ReLU.
export function slopeWritten(number) {
  return Number.isInteger(number) && Math.abs(number) < 1e4 ? String(number === 0 ? 0 : number) : written(number);
}

// The same for the narrow place on an edge: long ones with three digits.
export function brief(number) {
  const text = slopeWritten(number);
  return text.length > 8 ? number.toExponential(2) : text;
}

// All digits.
export function exactly(number) {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return String(number === 0 ? 0 : number);
}
