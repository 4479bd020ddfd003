// The same flow as a list in run order: the view for narrow screens, and for whoever prefers it.

import React, { useMemo } from "react";
import { plate } from "./document.js";
import { Icon } from "./icons.jsx";
import { runOrder } from "./layout.js";
import { asksForCare, useBoard, useMark } from "./marks.js";
import { ProblemRows } from "./problems.jsx";
import { milliseconds, money, State, STATUS } from "./shapes.jsx";
import { isOpen } from "./timeline.js";
import { useFlow } from "./store.js";

function Step({ store, board, node }) {
  const mark = useMark(board, node.id);
  const running = useBoard(board, (b) => isOpen(b.run));
  const selected = useFlow(store, (s) => s.selected === node.id);
  const joins = useFlow(store, (s) => s.joins.get(node.id));
  const problem = useFlow(store, (s) => s.problemOf.get(node.id));
  const state = STATUS[mark.status] || (running ? STATUS.pending : null);
  const word = mark.status === "done" ? milliseconds(mark.time_ms) : mark.status === "running" && mark.tokens ? "Writing" : state?.word;
  const leads = joins?.to ? `leads to ${joins.to}` : "leads nowhere";
  return (
    <li className={`${state?.node || ""} ${selected ? "sel" : ""}`}>
      <span className={`plate ${state ? state.plate : ""}`}>{plate(node.data.item.plate)}</span>
      <div className="grow">
        <button className="lk b" data-step={node.id} aria-pressed={selected} onClick={() => store.select(node.id)}>{node.data.title}</button>
        <div className="t12 t2">{mark.reason && mark.status !== "done" ? mark.reason : node.data.line}</div>
        <span className="sr">{leads}</span>
      </div>
      <div className="t12 stf">
        {asksForCare(mark, problem, running) ? <State kind={problem.severity === "error" ? "fail" : "warn"}>{problem.short}</State> : state ? <State kind={state.kind}>{word}</State> : <span className="t2">{leads}</span>}
        {state && mark.cost ? <span className="t2">{money(mark.cost)}</span> : null}
      </div>
    </li>
  );
}

export function Steps({ store, board }) {
  const nodes = useFlow(store, (s) => s.nodes);
  const edges = useFlow(store, (s) => s.edges);
  const problems = useFlow(store, (s) => s.problems);
  const readOnly = useFlow(store, (s) => s.readOnly);
  const ordered = useMemo(() => runOrder(nodes, edges), [nodes, edges]);
  return (
    <section className="stepview" aria-label="Steps of the flow, in run order">
      <div className="stephead hide-s">
        <button className="btn sm" onClick={() => store.set({ view: "canvas" })}>
          <Icon name="waypoints" />
          Show as canvas
        </button>
        <span className="t12 t2">{`${nodes.length} nodes, in run order`}</span>
      </div>
      <ol className="steps">
        {ordered.map((node) => (
          <Step key={node.id} store={store} board={board} node={node} />
        ))}
        {!ordered.length && <li className="t2">No node yet.</li>}
      </ol>
      {!readOnly && problems.length ? (
        <div className="stepprobs">
          <p className="lab">{`Problems ${problems.length}`}</p>
          <ProblemRows store={store} problems={problems} />
        </div>
      ) : null}
    </section>
  );
}
