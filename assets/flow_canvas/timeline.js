// The arithmetic of the timeline: axis, critical path, sums. Pure.

const NICE = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000, 120000, 300000, 600000, 1800000];

/** Whether a run goes on: behind one that waits for a person too, nothing is said to have been left out. */
export const isOpen = (run) => Boolean(run && ["running", "queued", "waiting"].includes(run.status));

/** Choose a step so that at most six ticks stand on the axis. */
export function axis(total) {
  const span = Math.max(total, 10);
  const step = NICE.find((n) => span / n <= 5) || 3600000;
  const end = Math.ceil(span / step) * step;
  const ticks = [];
  for (let at = 0; at < end; at += step) ticks.push(at);
  return { end, ticks, step };
}

export function tickWords(ms, step) {
  if (step >= 60000) return `${Math.round(ms / 60000)} min`;
  if (step >= 100) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms} ms`;
}

export function endOf(mark, now) {
  if (mark?.offset_ms == null) return null;
  return mark.status === "running" ? Math.max(now, mark.offset_ms) : mark.offset_ms + (mark.time_ms || 0);
}

/** The time one waits for: from the node that ended last, back along whoever ended last before it. */
export function criticalPath(nodes, edges, marks, now = 0) {
  const ran = nodes.filter((n) => ["done", "failed", "running", "cancelled"].includes(marks[n.id]?.status) && marks[n.id].offset_ms != null);
  if (!ran.length) return { ids: [], total: 0, longest: "" };
  const late = (a, b) => (endOf(marks[b], now) >= endOf(marks[a], now) ? b : a);
  const ids = [];
  let at = ran.map((n) => n.id).reduce(late);
  while (at) {
    ids.unshift(at);
    const before = edges.filter((e) => e.target === at && ran.some((n) => n.id === e.source) && !ids.includes(e.source)).map((e) => e.source);
    at = before.length ? before.reduce(late) : "";
  }
  const took = (id) => endOf(marks[id], now) - marks[id].offset_ms;
  const longest = ids.reduce((a, b) => (took(b) > took(a) ? b : a));
  const total = endOf(marks[ids[ids.length - 1]], now) - marks[ids[0]].offset_ms;
  return { ids, total, longest, share: total ? Math.round((took(longest) / total) * 100) : 100 };
}

export function sums(marks, now) {
  const all = Object.values(marks);
  const add = (key) => all.reduce((sum, mark) => sum + (mark[key] || 0), 0);
  return {
    total: Math.max(0, ...all.map((mark) => endOf(mark, now) || 0)),
    tokensIn: add("tokens_in"),
    tokensOut: add("tokens_out"),
    cost: add("cost"),
    ran: all.filter((mark) => ["done", "failed", "running", "cancelled"].includes(mark.status)).length,
    skipped: all.filter((mark) => mark.status === "skipped").length,
  };
}
