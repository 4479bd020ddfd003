// The edge between canvas and desk. Drag it, or move it with the arrows; its place is kept in this browser.

import React, { useEffect, useState } from "react";

const KEPT = "signalbox.desk";
const [LEAST, STEP] = [120, 24];
const most = () => Math.max(LEAST, window.innerHeight - 260);
const held = (height) => Math.round(Math.min(Math.max(height, LEAST), most()));

export function DeskGrip() {
  const [height, setHeight] = useState(0);
  useEffect(() => setHeight(Number(localStorage.getItem(KEPT)) || 0), []);
  useEffect(() => {
    const root = document.documentElement;
    if (height) root.style.setProperty("--desk", `${held(height)}px`);
    else root.style.removeProperty("--desk");
  }, [height]);
  const keep = (next) => {
    setHeight(next);
    localStorage.setItem(KEPT, String(next));
  };
  const now = () => document.querySelector(".desk")?.getBoundingClientRect().height || 362;
  const onPointerDown = (event) => {
    event.preventDefault();
    const [from, start] = [event.clientY, now()];
    const move = (e) => setHeight(held(start + from - e.clientY));
    const up = (e) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      keep(held(start + from - e.clientY));
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  };
  const onKeyDown = (event) => {
    const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    keep(held(now() + by));
  };
  return (
    <div className="grip" role="separator" aria-orientation="horizontal" aria-label="Height of the desk" aria-valuenow={height || 362} aria-valuemin={LEAST} aria-valuemax={2000} tabIndex={0} onPointerDown={onPointerDown} onDoubleClick={() => keep(0)} onKeyDown={onKeyDown} />
  );
}
