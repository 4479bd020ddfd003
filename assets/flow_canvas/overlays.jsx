// What lies over the canvas: the checklist, zoom, legend, refusals, the small map.

import React, { useCallback, useEffect, useState } from "react";
import { MiniMap, useReactFlow, useStore } from "@xyflow/react";
import { addKind, tidyUp } from "./actions.js";
import { ConnectList } from "./connect.jsx";
import { Icon } from "./icons.jsx";
import { Problems } from "./problems.jsx";
import { PortMark } from "./shapes.jsx";
import { useFlow } from "./store.js";
import { bridge } from "./types.js";
import { boxesOf, fitted, hides } from "./view.js";

/** Fit the flow into what the boxes leave free, never above 100 %. */
export function useFit(store, wrapper) {
  const { setViewport } = useReactFlow();
  return useCallback(
    (duration = 160) => {
      const { nodes } = store.state;
      const frame = wrapper.current?.getBoundingClientRect();
      if (!nodes.length || !frame?.width) return undefined;
      store.fitted = fitted(boxesOf(nodes), frame, overIn(wrapper.current));
      return setViewport(store.fitted, { duration });
    },
    [setViewport, store, wrapper],
  );
}

function overIn(wrapper) {
  const [frame, over] = [wrapper.getBoundingClientRect(), wrapper.querySelector(".probs, .ro")?.getBoundingClientRect()];
  return over && { width: over.right - frame.left, height: over.bottom - frame.top };
}

/** Fit again when the list of problems grew over a node, unless a hand has moved the view since it was fitted. */
function useNothingHidden(store, fit, wrapper) {
  const { getViewport } = useReactFlow();
  const count = useFlow(store, (s) => s.problems.length);
  useEffect(() => {
    const [now, then, over] = [getViewport(), store.fitted, wrapper.current && overIn(wrapper.current)];
    const untouched = then && ["x", "y", "zoom"].every((key) => Math.abs(now[key] - then[key]) < 0.5);
    if (over && untouched && hides(over, boxesOf(store.state.nodes), now)) fit();
  }, [count, store, fit, wrapper, getViewport]);
}

function ZoomBox({ store, fit, map, setMap }) {
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  const zoom = useStore((s) => Math.round(s.transform[2] * 100));
  const readOnly = useFlow(store, (s) => s.readOnly);
  const button = (name, label, act, extra = {}) => (
    <button className="btn sm icon" aria-label={label} title={label} onClick={act} {...extra}>
      <Icon name={name} />
    </button>
  );
  return (
    <div className="zoom" role="group" aria-label="View">
      {button("minus", "Zoom out", () => zoomOut({ duration: 90 }))}
      <button className="btn quiet sm zm" aria-label={`Zoom ${zoom} percent, back to 100`} onClick={() => zoomTo(1, { duration: 90 })}>{`${zoom} %`}</button>
      {button("plus", "Zoom in", () => zoomIn({ duration: 90 }))}
      {button("maximize", "Fit to view", () => fit())}
      {button("map", "Small map", () => setMap(!map), { "aria-pressed": map })}
      {!readOnly && button("network", "Tidy up", () => { tidyUp(store); fit(); })}
      {!readOnly && button("undo", "Undo", () => store.undo())}
      {!readOnly && button("redo", "Redo", () => store.redo())}
      {button("list-tree", "Show as steps", () => store.set({ view: "steps" }))}
    </div>
  );
}

function Legend({ store }) {
  const types = useFlow(store, (s) => s.nodes.flatMap((n) => [...n.data.inputs, ...n.data.outputs].map((p) => p.type)).filter((t, i, l) => l.indexOf(t) === i).slice(0, 6).join(" "));
  return (
    <div className="legend pl" role="group" aria-label="Port types">
      {types.split(" ").filter(Boolean).map((type) => (
        <span key={type}>
          <PortMark type={type} />
          {type}
        </span>
      ))}
    </div>
  );
}

/** Why a track was refused, where the hand let go, with the step that would help one press away. */
function Refusal({ store, wrapper }) {
  const refusal = useFlow(store, (s) => s.refusal);
  if (!refusal) return null;
  const box = wrapper.current?.getBoundingClientRect() || { left: 0, top: 0, width: 800 };
  const close = () => store.set({ refusal: null });
  const other = store.state.nodes.find((n) => n.id === refusal.onto.node);
  const port = [...(other?.data.inputs || []), ...(other?.data.outputs || [])].find((p) => p.name === refusal.onto.port);
  const [from, to] = refusal.pulled.side === "source" ? [refusal.pulled.type, port?.type] : [port?.type, refusal.pulled.type];
  const between = refusal.words.includes("between") ? bridge(from, to, store.state.kinds) : null;
  const insert = () => {
    const at = { x: (other?.position.x || 0) - 200, y: (other?.position.y || 0) + 96 };
    const id = addKind(store, between, at, { pulled: refusal.pulled });
    const made = store.state.nodes.find((n) => n.id === id);
    const pair = refusal.pulled.side === "source" ? [made, other, refusal.onto.port] : null;
    const out = made?.data.outputs.find((p) => p.type === to);
    if (pair && out) store.flowApi?.join?.({ source: id, sourceHandle: out.name, target: refusal.onto.node, targetHandle: refusal.onto.port });
    close();
  };
  return (
    <div className="refused-box" role="alert" style={{ left: Math.min(refusal.x - box.left + 10, box.width - 300), top: Math.max(8, refusal.y - box.top + 10) }}>
      <p>{refusal.words}</p>
      <span className="row">
        {between && <button className="btn sm" onClick={insert}>{`Add ${between.title}`}</button>}
        <button className="btn quiet sm" onClick={close}>Close</button>
      </span>
    </div>
  );
}

function Empty({ store }) {
  const none = useFlow(store, (s) => !s.nodes.length && s.revision >= 0 && !s.readOnly);
  if (!none) return null;
  return (
    <div className="state fe">
      <b>An empty flow</b>
      <p>Drag a node in from the left, or press N. A flow needs an Input, where a run begins, and an Output, where it ends.</p>
      <div className="row">
        <button className="btn" onClick={() => store.flowApi?.begin?.()}>Add Input and Output</button>
      </div>
    </div>
  );
}

export function Overlays({ store, fit, wrapper }) {
  const [map, setMap] = useState(false);
  useNothingHidden(store, fit, wrapper);
  const readOnly = useFlow(store, (s) => s.readOnly);
  const note = useFlow(store, (s) => s.note);
  return (
    <>
      <Empty store={store} />
      {readOnly && note ? (
        <div className="ro">
          <Icon name="lock" />
          <span>{note}</span>
        </div>
      ) : null}
      {!readOnly && <Problems store={store} />}
      <ZoomBox store={store} fit={fit} map={map} setMap={setMap} />
      <Legend store={store} />
      <Refusal store={store} wrapper={wrapper} />
      <ConnectList store={store} />
      {map && <MiniMap pannable zoomable ariaLabel="Small map of the flow" nodeBorderRadius={3} />}
    </>
  );
}
