import { useLayoutEffect, useRef } from "react";

const MOVE = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
const editable = (node) => node.matches("textarea, select, input:not([type=checkbox])") || node.isContentEditable;

const LONGEST = 3000;

/* A page that is opened draws the list anew, and the focus is lost: it goes to what was opened, [data-opened].
   Whoever presses or types meanwhile keeps it. */
function handOver() {
  const ends = new AbortController();
  const place = () => document.activeElement === document.body && document.querySelector("[data-opened]")?.focus();
  const timer = setInterval(place, 50);
  ends.signal.addEventListener("abort", () => clearInterval(timer));
  setTimeout(() => ends.abort(), LONGEST);
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => ends.abort(), { capture: true, signal: ends.signal });
}

/* Where a list was left, and the address of what was opened from it: its page is drawn anew when another is opened.
   `of` is what the list showed; of anything else it begins at its top. */
const left = { of: "", top: 0, opened: "" };
const address = (row) => row.querySelector("a[href]")?.pathname;

function usePlace(of) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const list = box.current;
    if (!of || !list) return undefined;
    if (left.of !== of) Object.assign(left, { of, top: 0, opened: "" });
    list.scrollTop = left.top;
    // On the page of what was opened the focus is handed over to that.
    const isBack = left.opened && location.pathname.replace(/\/$/, "") !== left.opened;
    if (isBack && document.activeElement === document.body)
      [...list.querySelectorAll("[data-row]")].find((row) => address(row) === left.opened)?.focus({ preventScroll: true });
    const keep = () => (left.top = list.scrollTop);
    list.addEventListener("scroll", keep, { passive: true });
    return () => list.removeEventListener("scroll", keep);
  }, [of]);
  return box;
}

/* Works on what the page drew: [data-row] rows with a checkbox, a link or [data-open], [data-retry], [data-delete]. */
export function ListKeys({ children, className, place }) {
  const box = usePlace(place);
  const onClick = (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || !event.target.closest("a[href]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (place) left.opened = address(row);
    if (event.isTrusted) handOver(); // Enter presses the link too, and hands over by itself
  };
  const onKeyDown = (event) => {
    const rows = [...event.currentTarget.querySelectorAll("[data-row]")];
    const row = event.target.closest("[data-row]");
    if (!row || editable(event.target) || event.altKey) return;
    const box = (one) => one.querySelector("input[type=checkbox]");
    const press = (selector) => row.querySelector(selector)?.click();
    const onRow = event.target === row;
    if (event.key in MOVE && !event.ctrlKey) {
      const next = rows[rows.indexOf(row) + MOVE[event.key]];
      if (!next) return;
      event.preventDefault();
      if (event.shiftKey) for (const one of [row, next]) if (box(one) && !box(one).checked) box(one).click();
      next.focus();
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      for (const one of rows) if (box(one) && !box(one).checked) box(one).click();
    } else if (event.key === "Enter" && onRow) {
      event.preventDefault();
      press("[data-open], a[href]");
      handOver();
    } else if (event.key === " " && onRow) {
      event.preventDefault();
      box(row)?.click();
    } else if (event.key === "r" && !event.ctrlKey && !event.metaKey) press("[data-retry]");
    else if (event.key === "Delete") press("[data-delete]");
  };
  return <div ref={box} className={className} onClick={onClick} onKeyDown={onKeyDown}>{children}</div>;
}
