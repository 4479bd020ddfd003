// A track: straight, with 45 degree turns. Its state follows from the run.

import React, { memo, useContext } from "react";
import { EdgeLabelRenderer } from "@xyflow/react";
import { Canvas } from "./context.js";
import { CATCH, labelPlace, track } from "./geometry.js";
import { trackState, useBoard, useMark } from "./marks.js";
import { useFlow } from "./store.js";
import { isOpen } from "./timeline.js";

export const TrackEdge = memo(function TrackEdge({ id, source, target, sourceX, sourceY, targetX, targetY, sourceHandleId, selected }) {
  const [fromX, toX] = [sourceX - CATCH, targetX + CATCH]; // React Flow ends at the box that is caught, we at the port
  const { store, board } = useContext(Canvas);
  const [from, to] = [useMark(board, source), useMark(board, target)];
  const running = useBoard(board, (b) => isOpen(b.run));
  const way = useFlow(store, (s) => s.ways?.get(id));
  const branch = useFlow(store, (s) => Boolean(s.branching?.has(source)));
  const state = trackState(from, to, sourceHandleId, running);
  const path = track(fromX, sourceY, toX, targetY, way);
  const [x, y] = branch ? labelPlace(fromX, sourceY, toX, targetY, way) : [0, 0];
  return (
    <>
      <path className={`e ${state} ${selected ? "on" : ""}`} d={path} data-track={id} data-state={state} />
      {state === "live" && <path className="e flow" d={path} />}
      <path className="react-flow__edge-interaction" d={path} fill="none" strokeOpacity={0} strokeWidth={20} />
      {branch && (
        <EdgeLabelRenderer>
          <span className="elab" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>{sourceHandleId}</span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** The track while a hand pulls it; red with a cross where it may not end. */
export function PulledTrack({ fromX, fromY, toX, toY, fromHandle, connectionStatus }) {
  const { store } = useContext(Canvas);
  const reason = useFlow(store, (s) => s.refused);
  const refused = connectionStatus === "invalid";
  const [sx, sy, tx, ty] = fromHandle?.type === "target" ? [toX, toY, fromX + CATCH, fromY] : [fromX - CATCH, fromY, toX, toY];
  return (
    <g>
      <path className={`e ${refused ? "refused" : "on"}`} d={track(sx, sy, tx, ty)} />
      {refused && <path className="e refused" d={`m${toX - 4} ${toY - 4} 8 8m0-8-8 8`} />}
      {refused && reason && (
        <foreignObject x={toX + 14} y={toY - 40} width="260" height="60" className="refusal">
          <span>{reason}</span>
        </foreignObject>
      )}
    </g>
  );
}

/** The track to a kind that is only a preview yet. */
export const GhostEdge = memo(function GhostEdge({ sourceX, sourceY, targetX, targetY }) {
  return <path className="e on" d={track(sourceX - CATCH, sourceY, targetX + CATCH, targetY)} />;
});
