// Breaking a picture that is wider than its place into rows, as a text is broken into lines: between two ranks, where
// no card stands. What leads from one row to a later one runs in the corridor between them.

const CORRIDOR = 46;
// Beside the rows, for what leads to a row below the next one.
const [LEFT, RIGHT] = [82, 33];
// What comes down beside a card leaves room for the number that stands at its arrow, where there is room.
const [BESIDE, BESIDE_FIRST] = [36, 62];
const GAP = 26;
const CORNER = 9;
// Below a card whose value was written over stands a mark.
const MARK = 8;

// Returns for each item the row that it stands in, and where the rows begin; null where one row is enough.
export function inRows(boxes, room) {
  const blocks = blocksOf(boxes.filter(({ item }) => item[0] === "n" || item[0] === "g"));
  if (blocks.length < 2 || blocks[blocks.length - 1].right - blocks[0].left <= room) return null;
  const least = Math.max(...blocks.map(({ left, right }) => right - left));
  const most = Math.max(room - LEFT - RIGHT, least);
  // As few rows as there have to be, and then all of about the same width.
  const wanted = broken(blocks, most).length;
  let [low, high] = [least, most];
  for (let k = 0; k < 12; k++) {
    const middle = (low + high) / 2;
    if (broken(blocks, middle).length > wanted) low = middle;
    else high = middle;
  }
  const rows = broken(blocks, high);
  let top = 0;
  const rowOf = new Map();
  const tops = rows.map((row, number) => {
    const members = row.flatMap(({ members }) => members);
    const [start, upper] = [row[0].left, Math.min(...members.map((box) => box.top))];
    const height = Math.max(...members.map((box) => box.top + box.height)) - upper;
    for (const box of members) {
      box.left += LEFT - start;
      box.top += top - upper;
      rowOf.set(box.item, number);
    }
    top += height + CORRIDOR;
    return top - height - CORRIDOR;
  });
  const right = Math.max(...boxes.filter(({ item }) => rowOf.has(item)).map((box) => box.left + box.width));
  return { rowOf, tops, width: right + RIGHT, height: top - CORRIDOR + MARK, lanes: new Map() };
}

// Cards that stand above each other, with what lies between.
function blocksOf(boxes) {
  const blocks = [];
  for (const box of [...boxes].sort((a, b) => a.left - b.left)) {
    const last = blocks[blocks.length - 1];
    if (last && box.left < last.right) {
      last.members.push(box);
      last.right = Math.max(last.right, box.left + box.width);
    } else {
      blocks.push({ members: [box], left: box.left, right: box.left + box.width });
    }
  }
  return blocks;
}

function broken(blocks, width) {
  const rows = [];
  for (const block of blocks) {
    const row = rows[rows.length - 1];
    if (row && block.right - row[0].left <= width) row.push(block);
    else rows.push([block]);
  }
  return rows;
}

// The way from one row to a later one: into the corridor, along it, and down to where it ends.
export function way({ rowOf, tops, lanes }, tail, head, [x0, y0], [x1, y1]) {
  const [from, to] = [rowOf.get(tail) ?? 0, rowOf.get(head) ?? tops.length - 1];
  // Side by side where several run in one corridor.
  const lane = ((lanes.get(to) ?? 0) % 4) * 4;
  lanes.set(to, (lanes.get(to) ?? 0) + 1);
  const corridor = (row) => tops[row] - 14 - lane;
  const [out, into] = [x0 + GAP - lane / 2, x1 - (x1 < LEFT + GAP ? BESIDE_FIRST : BESIDE) - lane];
  const corners = [[x0, y0], [out, y0]];
  if (to === from + 1) {
    corners.push([out, corridor(to)], [into, corridor(to)]);
  } else {
    const side = 2 + lane / 2;
    corners.push([out, corridor(from + 1)], [side, corridor(from + 1)], [side, corridor(to)], [into, corridor(to)]);
  }
  return rounded([...corners, [into, y1], [x1, y1]]);
}

// Straight lines with round corners, as cubic Bézier curves.
function rounded(corners) {
  const points = [corners[0]];
  const towards = ([ax, ay], [bx, by]) => {
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const reach = Math.min(CORNER, length / 2);
    return [ax + ((bx - ax) * reach) / length, ay + ((by - ay) * reach) / length];
  };
  for (let k = 1; k < corners.length - 1; k++) {
    const [before, after] = [towards(corners[k], corners[k - 1]), towards(corners[k], corners[k + 1])];
    points.push(points[points.length - 1], before, before, corners[k], corners[k], after);
  }
  const last = corners[corners.length - 1];
  const start = points[points.length - 1];
  points.push(start, last, last);
  return points;
}
