// One node: plate, title, a line, a foot with state and number, ports on its edges.

import React, { memo, useContext } from "react";
import { Handle, Position } from "@xyflow/react";
import { Canvas } from "./context.js";
import { plate } from "./document.js";
import { PORT_STEP, PORT_TOP } from "./geometry.js";
import { asksForCare, useBoard, useMark } from "./marks.js";
import { money, milliseconds, PortMark, State, STATUS } from "./shapes.jsx";
import { isOpen } from "./timeline.js";
import { useFlow } from "./store.js";

const EMPTY = [];

const Port = memo(function Port({ port, side, index, joined, numerous }) {
  const name = port.title || port.name;
  return (
    <Handle
      id={port.name}
      type={side}
      position={side === "target" ? Position.Left : Position.Right}
      className={`ph ${joined ? "joined" : ""}`}
      style={{ top: PORT_TOP + index * PORT_STEP }}
      data-type={port.type}
      data-side={side}
      data-port={port.name}
      title={`${name}: ${port.type}${port.required ? ", needed" : ""}${port.many ? ", takes several" : ""}`}
    >
      <PortMark type={port.type} filled={joined} />
      {numerous && <span className="pn">{port.name}</span>}
    </Handle>
  );
});

function foot(mark, problem, running, item) {
  if (asksForCare(mark, problem, running)) return <State kind={problem.severity === "error" ? "fail" : "warn"}>{problem.count === 1 ? problem.short : `${problem.count} problems`}</State>;
  if (mark.status) {
    const state = STATUS[mark.status] || STATUS.pending;
    const written = mark.status === "running" && mark.tokens ? "Writing" : state.word;
    const well = mark.status === "done";
    const right = mark.cost ? money(mark.cost) : mark.tries > 1 ? `${mark.tries} attempts` : mark.taken || "";
    return (
      <>
        <State kind={state.kind}>{well ? (mark.cached ? "Cached" : milliseconds(mark.time_ms)) : written}</State>
        <span className="r t2">{mark.status === "failed" ? milliseconds(mark.time_ms) : right}</span>
      </>
    );
  }
  if (running) return <State kind="queued">Not reached</State>;
  return <span className="t2">{item.plate ? "Not run" : "New"}</span>;
}

/** What a screen reader says: "07 LLM answer, running, 2.1 seconds, joined from 06, to 09". */
function spoken({ data, mark, problem, running, from, to }) {
  const words = [`${plate(data.item.plate)} ${data.title}`];
  if (mark.status) words.push((STATUS[mark.status] || STATUS.pending).word.toLowerCase());
  if (mark.time_ms != null && mark.status !== "skipped") words.push(`${(mark.time_ms / 1000).toFixed(1)} seconds`);
  if (mark.reason) words.push(mark.reason);
  if (asksForCare(mark, problem, running)) words.push(problem.words);
  words.push(from ? `joined from ${from}` : data.inputs.length ? "joined from nothing" : "a start");
  words.push(to ? `to ${to}` : "leads nowhere");
  return words.join(", ");
}

export const PlateNode = memo(function PlateNode({ id, data, selected }) {
  const { store, board } = useContext(Canvas);
  const mark = useMark(board, id);
  const running = useBoard(board, (b) => isOpen(b.run));
  const joins = useFlow(store, (s) => s.joins?.get(id));
  const problem = useFlow(store, (s) => s.problemOf?.get(id));
  const roving = useFlow(store, (s) => s.focused === id || (!s.focused && s.nodes[0]?.id === id));
  const { item } = data;
  const state = STATUS[mark.status];
  const look = state ? state.node : running ? "todo" : "";
  const plateLook = state ? state.plate : running ? "off" : "";
  const into = joins?.into || EMPTY;
  const out = joins?.out || EMPTY;
  return (
    <article
      className={`node ${look} ${selected ? "sel" : ""} ${asksForCare(mark, problem, running) ? "flawed" : ""}`}
      tabIndex={roving ? 0 : -1}
      data-node={id}
      role="group"
      aria-label={spoken({ data, mark, problem, running, from: joins?.from, to: joins?.to })}
      style={{ minHeight: data.least }}
      onFocus={() => store.state.focused !== id && store.set({ focused: id })}
    >
      <header>
        <span className={`plate ${plateLook}`}>{plate(item.plate)}</span>
        <b>{data.title}</b>
      </header>
      <div className="nb ell">{data.line}</div>
      <footer>{foot(mark, problem, running, item)}</footer>
      {mark.status === "skipped" && mark.reason && <div className="why">{mark.reason}</div>}
      {mark.status === "failed" && mark.reason && <div className="why">{mark.reason}</div>}
      {data.inputs.map((port, i) => (
        <Port key={port.name} port={port} side="target" index={i} joined={into.includes(port.name)} numerous={data.inputs.length > 1} />
      ))}
      {data.outputs.map((port, i) => (
        <Port key={port.name} port={port} side="source" index={i} joined={out.includes(port.name)} numerous={data.outputs.length > 1 && !(data.kind.kind === "condition" && out.includes(port.name))} />
      ))}
    </article>
  );
});

/** The chosen kind before it is added: dashed, with + on its plate. */
export const GhostNode = memo(function GhostNode({ data }) {
  return (
    <article className="node gh" aria-hidden="true" style={{ minHeight: data.least }}>
      <header>
        <span className="plate off">+</span>
        <b>{data.title}</b>
      </header>
      <div className="nb ell">{data.line}</div>
      <footer>
        <span className="t2">Not added yet</span>
      </footer>
      {data.inputs.map((port, i) => (
        <Handle key={port.name} id={port.name} type="target" position={Position.Left} className="ph" style={{ top: PORT_TOP + i * PORT_STEP }}>
          <PortMark type={port.type} filled={false} />
        </Handle>
      ))}
      {data.outputs.map((port, i) => (
        <Handle key={port.name} id={port.name} type="source" position={Position.Right} className="ph" style={{ top: PORT_TOP + i * PORT_STEP }}>
          <PortMark type={port.type} filled={false} />
        </Handle>
      ))}
    </article>
  );
});
