// Where the viewport must stand so that everything is seen and nothing lies under a box. Pure.

const EDGE = 24;
const FOOT = 34; // zoom and legend
const MOST = 1;
const LEAST = 0.1;

export const boxesOf = (nodes) =>
  nodes.map((n) => ({ x: n.position.x, y: n.position.y, width: n.measured?.width ?? 160, height: n.measured?.height ?? 72 }));

function placed(bounds, frame, pad) {
  const [width, height] = [frame.width - pad.left - EDGE, frame.height - pad.top - EDGE - FOOT];
  const zoom = Math.max(LEAST, Math.min(MOST, width / bounds.width, height / bounds.height));
  return {
    x: pad.left + (width - bounds.width * zoom) / 2 - bounds.x * zoom,
    y: pad.top + (height - bounds.height * zoom) / 2 - bounds.y * zoom,
    zoom,
  };
}

/** Tell whether a box in the corner lies over a node. */
export const hides = (over, boxes, view) => boxes.some((b) => b.x * view.zoom + view.x < over.width + 8 && b.y * view.zoom + view.y < over.height + 8);

/** Try the whole frame, then beside the box, then under it; the nearest view that hides no node wins. */
export function fitted(boxes, frame, over) {
  const x = Math.min(...boxes.map((b) => b.x));
  const y = Math.min(...boxes.map((b) => b.y));
  const bounds = { x, y, width: Math.max(...boxes.map((b) => b.x + b.width)) - x, height: Math.max(...boxes.map((b) => b.y + b.height)) - y };
  const whole = placed(bounds, frame, { left: EDGE, top: EDGE });
  if (!over) return whole;
  const views = [whole, placed(bounds, frame, { left: over.width + 16, top: EDGE }), placed(bounds, frame, { left: EDGE, top: over.height + 12 })];
  return views.filter((view) => !hides(over, boxes, view)).sort((a, b) => b.zoom - a.zoom)[0] || views[2];
}
