// The checklist: what blocks publishing, what is only worth a look. A press goes to the node.

import React, { useState } from "react";
import { ofSettings } from "./derived.js";
import { plate } from "./document.js";
import { Icon } from "./icons.jsx";
import { State } from "./shapes.jsx";
import { useFlow } from "./store.js";

/** Three things that hold or not, worked out here while the hand moves; the server's list has the rest. */
function checks({ nodes, joins, problems }) {
  const lacks = nodes.some((n) => n.data.inputs.some((port) => port.required && !joins.get(n.id)?.into.includes(port.name)));
  const ends = nodes.some((n) => n.data.kind.starts) && nodes.some((n) => n.data.kind.ends);
  const fields = problems.some((problem) => problem.severity === "error" && ofSettings(problem, nodes));
  return [!lacks, !fields, ends].map(Number).join("");
}
// What is said where it holds, and where it does not.
const CHECKS = [["Ports joined", "A port is open"], ["Settings complete", "A setting to mend"], ["Starts and ends", "No start or no end"]];

/** Go to the next problem after the last one visited. */
export function nextProblem(store) {
  const { problems } = store.state;
  if (!problems.length) return store.say("No problems.");
  store.problemAt = ((store.problemAt ?? -1) + 1) % problems.length;
  return goTo(store, problems[store.problemAt]);
}

export function goTo(store, problem) {
  if (!problem.node) return store.say(problem.sentence);
  store.select(problem.node);
  store.set({ field: problem.field || "" });
  store.flowApi?.focusNode?.(problem.node);
  return store.say(`${plate(problem.plate)}: ${problem.sentence} ${problem.fix}`);
}

export function ProblemRows({ store, problems }) {
  const plateOf = (one) => store.state.nodes.find((n) => n.id === one.node)?.data.item.plate || one.plate;
  return (
    <ul>
      {problems.map((one, i) => (
        <li key={i}>
          <State kind={one.severity === "error" ? "fail" : "warn"}>
            <span className="sr">{one.severity === "error" ? "Blocks publishing" : "Warning"}</span>
          </State>
          {one.node ? <span className="plate off">{plate(plateOf(one))}</span> : null}
          <button className="lk pr" onClick={() => goTo(store, one)}>
            <span>{one.sentence}</span> {one.fix ? <u>{one.fix}</u> : null}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Problems({ store }) {
  const problems = useFlow(store, (s) => s.problems);
  const any = useFlow(store, (s) => s.nodes.length > 0);
  const [open, setOpen] = useState(true);
  const held = useFlow(store, checks);
  if (!any) return null;
  const errors = problems.filter((p) => p.severity === "error").length;
  return (
    <section className="panel probs" aria-label="Problems">
      <header>
        <h2>Problems</h2>
        <span className="t12 t2">{problems.length ? `${problems.length} open` : "none"}</span>
        {errors ? <span className="sr">{`${errors} block publishing`}</span> : null}
        <button className="btn quiet sm icon r" aria-label={open ? "Close problems" : "Open problems"} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "chevron-up" : "chevron-down"} />
        </button>
      </header>
      {open && problems.length ? <ProblemRows store={store} problems={problems} /> : null}
      {open ? (
        <p>
          {CHECKS.map(([holds, lacks], i) => (
            <State key={holds} kind={held[i] === "1" ? "ok" : "warn"}>{held[i] === "1" ? holds : lacks}</State>
          ))}
        </p>
      ) : null}
    </section>
  );
}
