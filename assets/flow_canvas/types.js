// Which ports fit, and why not, in words. The server checks again; this is what the hand feels.

export const fits = (from, to, table) => from === to || from === "any" || to === "any" || Boolean(table?.[from]?.includes(to));

const inputsOf = (kind) => kind.inputs || [];
const outputsOf = (kind) => kind.outputs || [];

/** The kind to put between: one without side effects first, then one that takes `from` itself. */
export function bridge(from, to, kinds) {
  const gives = kinds.filter((kind) => !kind.starts && outputsOf(kind).some((p) => p.type === to));
  const fed = (kind, port) => inputsOf(kind).every((p) => p === port || !p.required);
  const takes = (list, test) => list.find((kind) => inputsOf(kind).some((p) => test(p) && fed(kind, p)));
  for (const list of [gives.filter((kind) => !kind.effect), gives]) {
    const found = takes(list, (p) => p.type === from) || takes(list, (p) => p.type === "any");
    if (found) return found;
  }
  return null;
}

/** Say why a track is refused; empty when it fits. */
export function refusal(from, to, kinds, table) {
  if (fits(from, to, table)) return "";
  const between = bridge(from, to, kinds);
  const way = between ? `Add a ${between.title} between them.` : `No kind of node turns ${from} into ${to}.`;
  return `${from} does not fit ${to}. ${way}`;
}

/** Sort kinds for a track pulled from a port: what fits, what fits with a step between, the rest. */
export function sortKinds(kinds, pulled, table) {
  const groups = { here: [], between: [], not: [] };
  for (const kind of kinds) {
    if (!pulled) {
      groups.here.push({ kind });
      continue;
    }
    const ports = pulled.side === "source" ? inputsOf(kind) : outputsOf(kind);
    const pair = (port) => (pulled.side === "source" ? [pulled.type, port.type] : [port.type, pulled.type]);
    const exact = ports.find((port) => port.type === pulled.type) || ports.find((port) => fits(...pair(port), table));
    if (exact) {
      groups.here.push({ kind, port: exact });
      continue;
    }
    const step = ports.map((port) => ({ port, kind: bridge(...pair(port), kinds) })).find((s) => s.kind);
    if (step && ports.length) groups.between.push({ kind, port: step.port, step: step.kind });
    else groups.not.push({ kind });
  }
  groups.here.sort((a, b) => (b.port?.type === pulled?.type ? 1 : 0) - (a.port?.type === pulled?.type ? 1 : 0));
  return groups;
}

/** Say whether a track from `source` to `target` would close a circle. */
export function closesCircle(source, target, edges) {
  const next = new Map();
  for (const edge of edges) next.set(edge.source, [...(next.get(edge.source) || []), edge.target]);
  const [seen, open] = [new Set(), [target]];
  while (open.length) {
    const at = open.pop();
    if (at === source) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(next.get(at) || []));
  }
  return false;
}
