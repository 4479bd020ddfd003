// Where tracks run: horizontal and vertical, every corner cut at 45 degrees. Pure, so that node can test it.

export const TURN = 12; // px along each leg of a corner
export const CATCH = 12; // half of the 24 px around a port that catch the hand
export const PORT_TOP = 36; // px from the node's top edge to its first port
export const PORT_STEP = 20;
const LEAD = 20; // px a track runs straight before it may turn back

const same = (a, b) => Math.abs(a - b) < 0.5;

/** Cut the corners of a polyline whose legs are horizontal or vertical. */
export function chamfered(points) {
  const kept = points.filter((p, i) => i === 0 || !(same(p[0], points[i - 1][0]) && same(p[1], points[i - 1][1])));
  let path = `M${kept[0][0]} ${kept[0][1]}`;
  for (let i = 1; i < kept.length - 1; i++) {
    const [before, at, after] = [kept[i - 1], kept[i], kept[i + 1]];
    const into = Math.hypot(at[0] - before[0], at[1] - before[1]);
    const out = Math.hypot(after[0] - at[0], after[1] - at[1]);
    const cut = Math.min(TURN, into / 2, out / 2);
    const from = [at[0] + ((before[0] - at[0]) / into) * cut, at[1] + ((before[1] - at[1]) / into) * cut];
    const to = [at[0] + ((after[0] - at[0]) / out) * cut, at[1] + ((after[1] - at[1]) / out) * cut];
    path += ` L${from[0]} ${from[1]} L${to[0]} ${to[1]}`;
  }
  const last = kept[kept.length - 1];
  return `${path} L${last[0]} ${last[1]}`;
}

/** The corners of a track. `lane` is a height to run along when a node stands in the way, `bend` where it turns. */
export function corners(sx, sy, tx, ty, { lane = null, bend = null } = {}) {
  if (lane !== null) {
    const [out, into] = [sx + LEAD, Math.max(tx - LEAD, sx + LEAD)];
    return [[sx, sy], [out, sy], [out, lane], [into, lane], [into, ty], [tx, ty]];
  }
  if (same(sy, ty) && tx > sx) return [[sx, sy], [tx, ty]];
  if (tx - sx >= 2 * 8) {
    const x = bend ?? (sx + tx) / 2;
    return [[sx, sy], [x, sy], [x, ty], [tx, ty]];
  }
  const middle = same(sy, ty) ? sy + 72 : (sy + ty) / 2;
  return [[sx, sy], [sx + LEAD, sy], [sx + LEAD, middle], [tx - LEAD, middle], [tx - LEAD, ty], [tx, ty]];
}

export const track = (sx, sy, tx, ty, way) => chamfered(corners(sx, sy, tx, ty, way));

/** The place for a branch name: on the first upright leg, or in the middle of a straight track. */
export function labelPlace(sx, sy, tx, ty, way) {
  const points = corners(sx, sy, tx, ty, way);
  if (points.length === 2) return [(sx + tx) / 2, sy];
  return [points[1][0], (points[1][1] + points[2][1]) / 2];
}

const crosses = (box, [ax, ay], [bx, by]) =>
  Math.max(ax, bx) > box.x - 6 && Math.min(ax, bx) < box.x + box.width + 6 && Math.max(ay, by) > box.y - 6 && Math.min(ay, by) < box.y + box.height + 6;

const hits = (points, boxes) => boxes.filter((box) => points.some((p, i) => i > 0 && crosses(box, points[i - 1], p)));

/** Find a way that touches none of `boxes`: straight, bent near an end, or along a lane over or under them. */
export function wayAround(sx, sy, tx, ty, boxes) {
  const near = boxes.filter((box) => box.x + box.width > Math.min(sx, tx) - 40 && box.x < Math.max(sx, tx) + 40);
  const plain = hits(corners(sx, sy, tx, ty), near);
  if (!plain.length) return {};
  if (tx - sx > 64) {
    for (const bend of [tx - 24, sx + 24]) if (!hits(corners(sx, sy, tx, ty, { bend }), near).length) return { bend };
  }
  const lanes = near.flatMap((box) => [box.y - 18, box.y + box.height + 18]);
  lanes.sort((a, b) => Math.abs(a - sy) + Math.abs(a - ty) - Math.abs(b - sy) - Math.abs(b - ty));
  for (const lane of lanes) if (!hits(corners(sx, sy, tx, ty, { lane }), near).length) return { lane };
  return {};
}
