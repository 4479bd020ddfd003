// React Flow, wrapped: what a hand does here becomes an operation of the store.

import React, { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { applyEdgeChanges, applyNodeChanges, Background, ReactFlow, useNodesInitialized, useReactFlow, useStore } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { addKind, connect, whyNot } from "./actions.js";
import { Canvas } from "./context.js";
import { PORT_TOP } from "./geometry.js";
import { GhostEdge, PulledTrack, TrackEdge } from "./edge.jsx";
import { useControls } from "./controls.js";
import { AddMenu } from "./menu.jsx";
import { GhostNode, PlateNode } from "./node.jsx";
import { Overlays, useFit } from "./overlays.jsx";
import { useFlow } from "./store.js";
import { fits } from "./types.js";

const NODES = { plate: PlateNode, ghost: GhostNode };
const EDGES = { track: TrackEdge, ghost: GhostEdge };
const MANY = 200; // above this, only what is in view is drawn
const GRID = [12, 12];

/** Mark on the wrapper how near we are: the style sheet leaves out what cannot be read. */
function ZoomMark({ wrapper }) {
  const level = useStore((s) => (s.transform[2] < 0.35 ? "far" : s.transform[2] < 0.6 ? "mid" : "near"));
  useEffect(() => wrapper.current?.setAttribute("data-zoom", level), [level, wrapper]);
  return null;
}

/** Fade the ports that do not fit the track being pulled, by one style sheet instead of a draw of every node. */
function PullStyle({ store }) {
  const pulled = useFlow(store, (s) => s.pulled);
  const table = useFlow(store, (s) => s.fits);
  if (!pulled) return null;
  const side = pulled.side === "source" ? "target" : "source";
  const types = ["text", "message", "documents", "object", "number", "boolean", "file", "tool", "any"].filter((type) =>
    side === "target" ? fits(pulled.type, type, table) : fits(type, pulled.type, table),
  );
  const stay = types.map((type) => `.fcv .ph[data-side=${side}][data-type=${type}]`).join(",");
  return <style>{`.fcv .ph{opacity:.3}${stay}{opacity:1}.fcv [data-node="${pulled.node}"] .ph[data-port="${pulled.port}"][data-side=${pulled.side}]{opacity:1}`}</style>;
}

export function Editor({ store, board, colorMode, label }) {
  const wrapper = useRef(null);
  const from = useRef({});
  const api = useReactFlow();
  const fit = useFit(store, wrapper);
  const [ghost, setGhost] = useState(null);
  const nodes = useFlow(store, (s) => s.nodes);
  const edges = useFlow(store, (s) => s.edges);
  const readOnly = useFlow(store, (s) => s.readOnly || s.frozen);
  const revision = useFlow(store, (s) => s.revision);
  const ready = useNodesInitialized();
  const shown = useRef("");

  useControls(store, api, fit, wrapper);
  useEffect(() => {
    if (!ready || shown.current === store.key) return;
    shown.current = store.key;
    store.reroute();
    fit(0);
  }, [ready, revision, fit, store]);

  const onNodesChange = useCallback(
    (changes) => {
      const own = changes.filter((c) => c.id !== "ghost" && c.type !== "remove");
      const about = changes.filter((c) => c.id === "ghost" && c.type === "dimensions");
      if (about.length) setGhost((g) => g && { ...g, node: applyNodeChanges(about, [g.node])[0] });
      if (!own.length) return;
      const next = applyNodeChanges(own, store.state.nodes);
      const chosen = own.some((c) => c.type === "select") ? next.filter((n) => n.selected) : null;
      const selected = chosen ? (chosen.length === 1 ? chosen[0].id : "") : store.state.selected;
      store.set({ nodes: next, selected, focused: chosen?.length ? chosen[0].id : store.state.focused });
      if (own.some((c) => c.type === "dimensions")) store.reroute();
    },
    [store],
  );
  const onEdgesChange = useCallback((changes) => store.set({ edges: applyEdgeChanges(changes.filter((c) => c.type === "select"), store.state.edges) }), [store]);

  const start = useCallback((_, one, many) => {
    from.current = Object.fromEntries((many?.length ? many : [one]).map((n) => [n.id, { ...n.position }]));
  }, []);
  const stop = useCallback(
    (_, one, many) => {
      const moves = (many?.length ? many : [one])
        .map((n) => ({ op: "move", node: n.id, from: from.current[n.id], to: { x: n.position.x, y: n.position.y } }))
        .filter((op) => op.from && (op.from.x !== op.to.x || op.from.y !== op.to.y));
      store.commit(moves);
    },
    [store],
  );

  const isValid = useCallback(
    (c) => {
      const refused = whyNot(store, c);
      if (refused !== store.state.refused) store.set({ refused });
      return !refused;
    },
    [store],
  );
  const onConnect = useCallback((c) => connect(store, { source: c.source, sourceHandle: c.sourceHandle, target: c.target, targetHandle: c.targetHandle }), [store]);
  const onConnectStart = useCallback(
    (_, { nodeId, handleId, handleType }) => {
      const data = store.state.nodes.find((n) => n.id === nodeId)?.data;
      const port = (handleType === "source" ? data?.outputs : data?.inputs)?.find((p) => p.name === handleId);
      store.set({ pulled: { node: nodeId, port: handleId, side: handleType, type: port?.type || "any" }, refused: "", ask: null, refusal: null });
    },
    [store],
  );
  const onConnectEnd = useCallback(
    (event, state) => {
      const { pulled, refused } = store.state;
      store.set({ pulled: null, refused: "" });
      if (!pulled || state.isValid) return;
      const point = event.changedTouches?.[0] || event;
      const at = api.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      if (state.toHandle) {
        store.set({ refusal: { words: refused, x: point.clientX, y: point.clientY, pulled, onto: { node: state.toHandle.nodeId, port: state.toHandle.id } } });
        store.say(refused);
        return;
      }
      const onto = document.elementFromPoint(point.clientX, point.clientY)?.closest(".react-flow__node")?.dataset.id;
      if (onto && onto !== pulled.node) return joinSomewhere(store, pulled, onto);
      if (!onto) store.set({ ask: { at, x: point.clientX, y: point.clientY, pulled } });
    },
    [api, store],
  );

  const onDrop = useCallback(
    (event) => {
      const name = event.dataTransfer.getData("application/x-signalbox-kind");
      const kind = store.state.kinds.find((k) => k.kind === name);
      if (!kind) return;
      event.preventDefault();
      const at = api.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      addKind(store, kind, { x: at.x - 70, y: at.y - PORT_TOP });
    },
    [api, store],
  );
  const over = useCallback((event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }, []);

  const drawn = useMemo(() => (ghost ? [...nodes, ghost.node] : nodes), [nodes, ghost]);
  const drawnEdges = useMemo(() => (ghost?.edge ? [...edges, ghost.edge] : edges), [edges, ghost]);
  const context = useMemo(() => ({ store, board }), [store, board]);
  return (
    <Canvas.Provider value={context}>
      <section ref={wrapper} className="canvas fcv" tabIndex={-1} aria-label={label} data-zoom="near" onDrop={onDrop} onDragOver={over} data-ready={ready ? "true" : "false"}>
        <PullStyle store={store} />
        <ReactFlow
          colorMode={colorMode}
          nodes={drawn}
          edges={drawnEdges}
          nodeTypes={NODES}
          edgeTypes={EDGES}
          connectionLineComponent={PulledTrack}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onNodeDragStart={start}
          onNodeDragStop={stop}
          onSelectionDragStart={(event, many) => start(event, many[0], many)}
          onSelectionDragStop={(event, many) => stop(event, many[0], many)}
          isValidConnection={isValid}
          onConnect={onConnect}
          onConnectStart={onConnectStart}
          onConnectEnd={onConnectEnd}
          onPaneClick={() => {
            store.set({ ask: null, refusal: null });
            wrapper.current.focus({ preventScroll: true }); // else the page's main has it, and the keys of the canvas are dead
          }}
          nodesDraggable={!readOnly}
          nodesConnectable={!readOnly}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={["Control", "Meta", "Shift"]}
          selectionKeyCode="Shift"
          snapToGrid
          snapGrid={GRID}
          connectionRadius={24}
          minZoom={0.1}
          maxZoom={2}
          zoomOnDoubleClick={false}
          onlyRenderVisibleElements={nodes.length > MANY}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant="lines" gap={[100000, 24]} offset={[50000, 0]} />
          <ZoomMark wrapper={wrapper} />
        </ReactFlow>
        <AddMenu store={store} wrapper={wrapper} onGhost={setGhost} />
        <Overlays store={store} fit={fit} wrapper={wrapper} />
      </section>
    </Canvas.Provider>
  );
}

/** A track dropped on the body of a node takes the first port there that fits and is free. */
function joinSomewhere(store, pulled, onto) {
  const data = store.state.nodes.find((n) => n.id === onto)?.data;
  const ports = (pulled.side === "source" ? data?.inputs : data?.outputs) || [];
  const joined = store.state.joins.get(onto)?.into || [];
  const way = (port) => (pulled.side === "source" ? { source: pulled.node, sourceHandle: pulled.port, target: onto, targetHandle: port.name } : { source: onto, sourceHandle: port.name, target: pulled.node, targetHandle: pulled.port });
  const fit = ports.filter((port) => !whyNot(store, way(port)));
  const free = fit.find((port) => pulled.side === "target" || port.many || !joined.includes(port.name)) || fit[0];
  if (free) connect(store, way(free));
  else if (ports.length) store.say(whyNot(store, way(ports[0])));
  else store.say(`${data?.title || "That node"} takes nothing.`);
}
