// A row for each plate: when it ran, how long, what it cost; the critical path in amber.

import React, { useEffect, useMemo, useState } from "react";
import { plate } from "./document.js";
import { useBoard } from "./marks.js";
import { milliseconds, money, seconds, spent, State, STATUS } from "./shapes.jsx";
import { useFlow } from "./store.js";
import { axis, criticalPath, endOf, isOpen, sums, tickWords } from "./timeline.js";

const whole = (ms) => (ms < 1000 ? milliseconds(ms) : seconds(ms));
const count = (value) => (value ? value.toLocaleString("en-US") : "");

/** Milliseconds since the run began, ten times a second while it runs. */
function useClock(run) {
  const [now, setNow] = useState(0);
  const running = Boolean(run && ["running", "queued"].includes(run.status));
  useEffect(() => {
    if (!running) return undefined;
    const tick = () => setNow(performance.now() - run.began);
    tick();
    const timer = setInterval(tick, 100);
    return () => clearInterval(timer);
  }, [running, run?.began]);
  return running ? now : 0;
}

function words(mark, running) {
  const state = STATUS[mark.status] || STATUS.pending;
  if (mark.status === "done") return mark.tries?.length > 1 ? `Done, ${mark.tries.length} attempts` : mark.taken ? `Done, ${mark.taken}` : "Done";
  if (mark.status === "skipped" || mark.status === "failed") return mark.reason ? `${state.word}: ${mark.reason}` : state.word;
  if (!mark.status || mark.status === "pending") return running ? "Not reached" : "Did not run";
  return state.word;
}

function Bar({ mark, scale, now, label, critical }) {
  if (mark.status === "skipped") {
    return (
      <>
        <i className="gap" style={{ left: `${scale(mark.offset_ms || 0)}%` }} />
        {label && <span className="bl skip" title={label} style={{ left: `calc(${scale(mark.offset_ms || 0)}% + 24px)` }}>{label}</span>}
      </>
    );
  }
  if (mark.offset_ms == null) return label ? <span className="bl end">{label}</span> : null;
  const [left, right] = [scale(mark.offset_ms), scale(endOf(mark, now))];
  const width = Math.max(right - left, 0.35);
  // A long bar leaves no place for its label at its right, and one that begins early none at its left.
  const inside = width > 40 && (mark.status === "running" || (right > 78 && left < 20));
  const before = right > 78 && !inside;
  const place = before ? { right: `calc(${100 - left}% + 6px)` } : { left: inside ? `calc(${left}% + 6px)` : `calc(${left + width}% + 6px)` };
  return (
    <>
      <i className={`tbar ${mark.status === "running" ? "on" : mark.status === "failed" ? "f" : ""}`} style={{ left: `${left}%`, width: `${width}%` }} />
      {critical && <i className="crit" style={{ left: `${left}%`, width: `${width}%` }} />}
      {label && <span className={`bl ${inside ? "in" : ""} ${mark.status === "running" ? "" : "rest"}`} style={place}>{label}</span>}
    </>
  );
}

function Row({ store, node, mark, scale, now, critical, full, running, onSelect }) {
  const selected = useFlow(store, (s) => s.selected === node.id);
  const state = STATUS[mark.status] || STATUS.pending;
  const plain = !mark.status || mark.status === "pending" || mark.status === "skipped";
  const took = mark.status === "running" ? endOf(mark, now) - (mark.offset_ms || 0) : mark.time_ms;
  const time = plain || mark.offset_ms == null ? "" : milliseconds(took);
  const label = full ? "" : mark.status === "running" ? `${time} so far` : mark.status === "waiting" ? state.word : plain ? (mark.status === "skipped" ? words(mark) : running ? "Not reached" : "") : time;
  const choose = () => {
    if (!store.state.nodes.some((n) => n.id === node.id)) return store.say("That node is not in the draft any more.");
    store.select(node.id);
    onSelect?.(node.id);
  };
  const hover = (on) => store.flowApi?.wrapper?.current?.querySelector(`[data-node="${node.id}"]`)?.classList.toggle("hint-on", on);
  return (
    <>
      <tr aria-selected={selected} className={plain ? "off" : ""} onMouseEnter={() => hover(true)} onMouseLeave={() => hover(false)} onClick={choose}>
        <th scope="row">
          <button className="row lk" data-row={node.id} onClick={choose}>
            <span className={`plate ${plain ? "off" : ["live", "bad", "wt"].includes(state.plate) ? state.plate : ""}`}>{plate(node.data.item.plate)}</span>
            <span className="ell">{node.data.title}</span>
          </button>
        </th>
        <td className="tlc">
          <Bar mark={mark} scale={scale} now={now} label={label} critical={critical} />
        </td>
        {full && <td className="num">{time}</td>}
        {full && <td className="num">{count(mark.tokens_in)}</td>}
        {full && <td className="num">{count(mark.tokens_out)}</td>}
        <td className="num">{spent(mark)}</td>
        {full && (
          <td className="res">
            <State kind={state.kind}><span className="ell" title={words(mark, running)}>{words(mark, running)}</span></State>
          </td>
        )}
      </tr>
      {mark.tries?.length > 1 && mark.tries.map((one, i) => <Attempt key={i} one={one} start={(mark.offset_ms || 0) + mark.tries.slice(0, i).reduce((sum, t) => sum + t.time_ms + (t.waited_ms || 0), 0)} scale={scale} full={full} />)}
    </>
  );
}

function Attempt({ one, start, scale, full }) {
  const [left, right] = [scale(start), scale(start + one.time_ms)];
  const waited = one.waited_ms ? scale(start + one.time_ms + one.waited_ms) : right;
  return (
    <tr className={one.error ? "f" : "s"}>
      <th scope="row"><span className="kid">{`attempt ${one.number}`}</span></th>
      <td className="tlc">
        <i className={`tbar ${one.error ? "f" : "s"}`} style={{ left: `${left}%`, width: `${Math.max(0.35, right - left)}%` }} />
        {waited > right ? <i className="tbar w" style={{ left: `${right}%`, width: `${waited - right}%` }} /> : null}
        {!full && <span className="bl" style={{ left: `calc(${waited}% + 6px)` }}>{one.error || milliseconds(one.time_ms)}</span>}
      </td>
      {full && <td className="num">{milliseconds(one.time_ms)}</td>}
      {full && <td className="num" />}
      {full && <td className="num" />}
      <td className="num" />
      {full && <td className="res"><State kind={one.error ? "fail" : "ok"}><span className="ell" title={one.error}>{one.error || "Done"}</span></State></td>}
    </tr>
  );
}

export function Timeline({ store, board, full, title = "Timeline", runId, onSelect }) {
  const [drawn, kinds] = [useFlow(store, (s) => s.nodes), useFlow(store, (s) => s.kinds)];
  const drawnEdges = useFlow(store, (s) => s.edges);
  const track = useBoard(board, (b) => b.track);
  const nodes = useMemo(() => (track ? track.nodes.map((item) => store.build({ ...item, config: {} })) : drawn), [track, kinds, track ? null : drawn]);
  const edges = track?.edges || drawnEdges;
  const marks = useBoard(board, (b) => b.marks);
  const run = useBoard(board, (b) => b.run);
  const now = useClock(run);
  const running = isOpen(run);
  const rows = useMemo(() => [...nodes].sort((a, b) => (a.data.item.plate || 1e6) - (b.data.item.plate || 1e6)), [nodes]);
  const total = sums(marks, now);
  const { end, ticks, step } = axis(Math.max(total.total, now));
  const scale = (ms) => Math.min(100, (ms / end) * 100);
  const path = criticalPath(nodes, edges, marks, now);
  const longest = nodes.find((n) => n.id === path.longest);
  if (!run) {
    return (
      <section className="pane tline" aria-label={title}>
        <div className="phead"><h2>{title}</h2></div>
        <div className="state">
          <b>No runs yet</b>
          <p>Run the flow: every node then has a row here with its time, its cost and the path one waited for.</p>
        </div>
      </section>
    );
  }
  return (
    <section className="pane tline" aria-label={title}>
      <div className="phead">
        <h2>{title}</h2>
        <span className="t12 t2">{full ? `${total.ran} ran, ${total.skipped} skipped` : <a className="mono" href={`/runs/${run.id}`}>{runId || run.id}</a>}</span>
        {path.ids.length > 0 && (
          <span className="t12 r row">
            <i className="cp" />
            <span className="nw">{`Critical path ${path.total < 1000 ? milliseconds(path.total) : `${(path.total / 1000).toFixed(2)} s`}, ${path.share} % in`}</span>
            <span className={`plate ${marks[path.longest]?.status === "running" ? "live" : ""}`}>{plate(longest?.data.item.plate)}</span>
          </span>
        )}
      </div>
      <div className="scroll grow" tabIndex={0} role="region" aria-label={`${title}, rows`}>
        <table className={`nr ${full ? "full" : ""}`}>
          <thead>
            <tr>
              <th className="c1">Node</th>
              <th className="tlh">
                <span className="sr">{`When it ran, 0 to ${tickWords(end, step)}`}</span>
                {ticks.map((at) => <span key={at} style={{ left: `${scale(at)}%` }}>{tickWords(at, step)}</span>)}
              </th>
              {full && <th className="num c2">Time</th>}
              {full && <th className="num c3">In</th>}
              {full && <th className="num c3">Out</th>}
              <th className="num c4">Cost</th>
              {full && <th className="c5">Result</th>}
            </tr>
          </thead>
          <tbody style={{ "--tick": `${(step / end) * 100}%` }}>
            {rows.map((node) => (
              <Row key={node.id} store={store} node={node} mark={marks[node.id] || { status: "" }} scale={scale} now={now} critical={path.ids.includes(node.id)} full={full} running={running} onSelect={onSelect} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="pfoot">
        <span><b>{whole(Math.max(total.total, now))}</b>{running ? " so far" : ""}</span>
        <span><b>{count(total.tokensIn) || "0"}</b> tokens in</span>
        <span><b>{count(total.tokensOut) || "0"}</b> out</span>
        <span className="r"><b>{money(total.cost)}</b>{running ? " so far" : ""}</span>
      </div>
    </section>
  );
}
