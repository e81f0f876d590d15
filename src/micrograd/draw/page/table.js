// Data as text: lines of numbers, the last column being the class or the value. What a line has wrong is said of it, by its
// number; the lines that are right are read all the same.

export function readTable(text) {
  const lines = text.split(/\r\n|\r|\n/);
  const filled = lines.map((line, k) => ({ text: line.trim(), number: k + 1 })).filter((line) => line.text !== "");
  if (!filled.length) return { problems: [], fault: "tableEmpty" };
  const separator = separatorOf(filled.map((line) => line.text));
  const rows = filled.map(({ text: line, number }) => ({ number, cells: cellsOf(line, separator) }));
  // A first line without a number in its first column is the names of the columns.
  if (rows.length > 1 && numberOf(rows[0].cells[0], separator) === null) rows.shift();
  const width = mostCommon(rows.map(({ cells }) => cells.length));
  if (width < 2 || width > 3) return { problems: [], fault: "tableWidth", width };
  const problems = [], X = [], labels = [];
  for (const { number, cells } of rows) {
    if (cells.length !== width) { problems.push({ number, what: "lineWidth", found: cells.length, expected: width }); continue; }
    const numbers = cells.slice(0, -1).map((cell) => numberOf(cell, separator));
    const wrong = numbers.indexOf(null);
    if (wrong >= 0) { problems.push({ number, what: "lineNumber", found: cells[wrong] }); continue; }
    const label = cells[width - 1];
    if (width === 2 && numberOf(label, separator) === null) { problems.push({ number, what: "lineNumber", found: label }); continue; }
    if (label === "") { problems.push({ number, what: "lineLabel" }); continue; }
    X.push(...numbers);
    labels.push(label);
  }
  if (!labels.length) return { problems, fault: "tableEmpty" };
  if (width === 2) return { problems, data: { X, Y: labels.map((label) => numberOf(label, separator)), features: 1, classes: null } };
  const names = [...new Set(labels)].sort((a, b) => (Number(a) - Number(b)) || (a < b ? -1 : 1));
  if (names.length !== 2) return { problems, fault: "tableClasses", count: names.length };
  return { problems, data: { X, Y: labels.map((label) => names.indexOf(label)), features: 2, classes: [0, 1], names } };
}

function separatorOf(lines) {
  for (const sign of ["\t", ";", ","]) if (lines.filter((line) => line.includes(sign)).length * 2 > lines.length) return sign;
  return " ";
}

function cellsOf(line, separator) {
  const parts = separator === " " ? line.split(/\s+/) : line.split(separator);
  return parts.map((part) => part.trim().replace(/^"(.*)"$/, "$1").trim());
}

// A number, or null. Where a comma does not separate columns, it may be the decimal sign.
function numberOf(cell, separator) {
  const text = separator === "," ? cell : cell.replace(",", ".");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) && Math.abs(number) < 1e100 ? number : null;
}

function mostCommon(numbers) {
  const counts = new Map();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}
