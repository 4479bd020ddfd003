// What Reflex mounts: the canvas with its palette, the feeds, the inspector, the timeline. They share one store by key.

import React, { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { ReactFlowProvider } from "@xyflow/react";
import { Editor } from "./canvas.jsx";
import { Inspector } from "./inspector.jsx";
import { Voice } from "./live.jsx";
import { boardOf } from "./marks.js";
import { Palette } from "./palette.jsx";
import { Steps } from "./steps.jsx";
import { storeOf, useFlow } from "./store.js";
import { Timeline } from "./timeline.jsx";

const NARROW = "(max-width: 1023px)";

/** The part of the builder above the desk. `seed` is read when `revision` rises; from then on the browser owns it. */
export function FlowCanvas({ flowKey, seed, revision, catalogue, names, readOnly = false, note = "", colorMode, label = "Flow canvas", onOps }) {
  const store = storeOf(flowKey);
  const board = boardOf(flowKey);
  const send = useRef(onOps);
  send.current = onOps;
  store.key = flowKey;
  useLayoutEffect(() => {
    store.sender = (ops) => send.current?.(ops);
    const leave = () => store.flush();
    window.addEventListener("pagehide", leave);
    return () => {
      leave();
      window.removeEventListener("pagehide", leave);
      store.sender = null;
    };
  }, [store]);
  useLayoutEffect(() => {
    if (!flowKey || !catalogue?.kinds?.length || (revision === store.state.revision && store.state.seed === seed)) return;
    store.load({ document: seed, seed, revision, kinds: catalogue.kinds, fits: catalogue.fits || {}, names: names || {}, readOnly });
  }, [flowKey, revision, catalogue, seed]);
  useEffect(() => store.set({ readOnly, note }), [store, readOnly, note]);
  useEffect(() => {
    if (names && names !== store.state.names && store.state.revision >= 0) store.rename(names);
  }, [names]);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const turn = () => store.set({ view: query.matches ? "steps" : "canvas" });
    turn();
    query.addEventListener("change", turn);
    return () => query.removeEventListener("change", turn);
  }, [store]);
  const view = useFlow(store, (s) => s.view);
  return (
    <div className={`work ${readOnly ? "ro-work" : ""} as-${view}`}>
      {!readOnly && view === "canvas" && <Palette store={store} />}
      {view === "canvas" ? (
        <ReactFlowProvider>
          <Editor store={store} board={board} colorMode={colorMode} label={label} />
        </ReactFlowProvider>
      ) : (
        <Steps store={store} board={board} />
      )}
      <Voice store={store} board={board} />
    </div>
  );
}

/** What the server says about the open draft: its problems, the plates it gave, where to go, whether it is stale. */
export function FlowFeed({ flowKey, problems, plates, goto, frozen = false, ask = 0, onDocument }) {
  const store = storeOf(flowKey);
  const asked = useRef(ask);
  useEffect(() => store.judge(problems || []), [store, problems]);
  useEffect(() => store.number(plates || {}), [store, plates]);
  useEffect(() => store.set({ frozen }), [store, frozen]);
  useEffect(() => {
    if (!goto) return;
    store.select(goto.split(" ")[1] || goto);
    store.flowApi?.focusNode?.(store.state.selected);
  }, [store, goto]);
  useEffect(() => {
    if (ask !== asked.current) onDocument?.(store.document());
    asked.current = ask;
  }, [ask]);
  return null;
}

/** What a run says: marks change with nodes, `live` with tokens; `track` is the document that ran. It draws nothing. */
export function RunMarks({ flowKey, run, track, marks, live }) {
  const board = boardOf(flowKey);
  useLayoutEffect(() => {
    const fresh = run?.id && run.id !== board.run?.id;
    const began = fresh ? performance.now() - (run.elapsed_ms || 0) : board.run?.began;
    board.put({ run: run?.id ? { ...run, began } : null });
  }, [board, run]);
  useLayoutEffect(() => board.put({ track: track?.nodes ? track : null }), [board, track]);
  useLayoutEffect(() => board.take(marks || {}), [board, marks]);
  useLayoutEffect(() => board.put({ live: live || {} }), [board, live]);
  return null;
}

export function FlowInspector({ flowKey, choices, onSelect }) {
  const store = storeOf(flowKey);
  const selected = useFlow(store, (s) => s.selected);
  useEffect(() => onSelect?.(selected), [selected]);
  const known = useMemo(() => choices || {}, [choices]);
  return <Inspector store={store} board={boardOf(flowKey)} choices={known} />;
}

export function FlowTimeline({ flowKey, full = false, title, runId = "", onSelect }) {
  return <Timeline store={storeOf(flowKey)} board={boardOf(flowKey)} full={full} title={title} runId={runId} onSelect={onSelect} />;
}

/** Ctrl Enter anywhere, and Enter in the message: send what typing left waiting, then run. */
export function RunKeys({ flowKey }) {
  const store = storeOf(flowKey);
  useEffect(() => {
    const onKey = (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      const control = event.ctrlKey || event.metaKey;
      const message = event.target.id === "run-message" && !event.shiftKey;
      if (!control && !message) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      store.flush();
      const form = document.getElementById("run-form");
      const button = form?.querySelector("button[type=submit]");
      if (form && !button?.disabled) form.requestSubmit();
      else store.say("It cannot run now. The reason stands beside Run.");
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [store]);
  return null;
}
