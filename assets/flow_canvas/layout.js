// Lay nodes out by run order: one column for each step, branches as rows, tracks straight where they can be.

const GAP_X = 48;
const GAP_Y = 32;
const GRID = 12;

/** Return the column of every node: the longest way that leads to it. */
export function columns(ids, edges) {
  const [into, out, depth] = [new Map(), new Map(), new Map()];
  for (const id of ids) {
    into.set(id, 0);
    out.set(id, []);
    depth.set(id, 0);
  }
  for (const { source, target } of edges) {
    if (!into.has(source) || !into.has(target)) continue;
    into.set(target, into.get(target) + 1);
    out.get(source).push(target);
  }
  const ready = ids.filter((id) => !into.get(id));
  while (ready.length) {
    const id = ready.shift();
    for (const next of out.get(id)) {
      depth.set(next, Math.max(depth.get(next), depth.get(id) + 1));
      into.set(next, into.get(next) - 1);
      if (!into.get(next)) ready.push(next);
    }
  }
  return depth;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Return a position for each node; `sizes` maps id to {width, height}. Every pass keeps the order within a column. */
export function tidy(ids, edges, sizes) {
  const depth = columns(ids, edges);
  const layers = [];
  for (const id of ids) (layers[depth.get(id)] ||= []).push(id);
  const neighbours = (id, side, other) => edges.filter((e) => e[side] === id && depth.has(e[other])).map((e) => e[other]);
  const row = new Map();
  for (const layer of layers) layer.forEach((id, i) => row.set(id, i));
  for (let pass = 0; pass < 6; pass++) {
    const down = pass % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const weight = new Map(
        layer.map((id) => {
          const beside = down ? neighbours(id, "target", "source") : neighbours(id, "source", "target");
          return [id, beside.length ? mean(beside.map((n) => row.get(n))) : row.get(id)];
        }),
      );
      layer.sort((a, b) => weight.get(a) - weight.get(b));
      layer.forEach((id, i) => row.set(id, i));
    }
  }
  const size = (id) => sizes[id] || { width: 160, height: 72 };
  const y = new Map();
  for (const layer of layers) {
    let free = -Infinity;
    for (const id of layer) {
      const before = neighbours(id, "target", "source").filter((n) => y.has(n));
      const wish = before.length ? mean(before.map((n) => y.get(n))) : 0;
      const branches = before.length === 1 ? neighbours(before[0], "source", "target").filter((n) => depth.get(n) === depth.get(id)) : [];
      const shift = branches.length > 1 ? (branches.indexOf(id) - (branches.length - 1) / 2) * (size(id).height + GAP_Y) : 0;
      const top = Math.max(free, wish + shift);
      y.set(id, top);
      free = top + size(id).height + GAP_Y;
    }
  }
  const placed = {};
  let x = 0;
  const least = Math.min(...y.values(), 0);
  for (const layer of layers) {
    for (const id of layer) placed[id] = { x: Math.round(x / GRID) * GRID, y: Math.round((y.get(id) - least) / GRID) * GRID };
    x += Math.max(...layer.map((id) => size(id).width)) + GAP_X;
  }
  return placed;
}

/** Return the ids in run order: column by column, from the top. */
export function runOrder(nodes, edges) {
  const depth = columns(nodes.map((n) => n.id), edges);
  return [...nodes].sort((a, b) => depth.get(a.id) - depth.get(b.id) || a.position.y - b.position.y || a.position.x - b.position.x);
}
