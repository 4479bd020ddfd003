// A grid of which only the rows in sight are drawn. The grid itself holds the focus; one cell of it is the active one.

import React, { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Row } from "./row.jsx";
import { Empty } from "./empty.jsx";
import { press } from "./keys.js";
import { useStore } from "./store.js";

const ROW = 36;
const HEAD = 50;
const SPARE = 8;
const SETTLES_MS = 60;
const BETWEEN_MS = 250;
export const LEAD = "30px 66px"; // the box and the number

export function Grid({ store }) {
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const order = useStore(store, (s) => s.order);
  const columns = useStore(store, (s) => s.columns);
  const cursor = useStore(store, (s) => s.cursor);
  const editing = useStore(store, (s) => s.editing);
  const tick = useStore(store, (s) => s.tick);
  const readOnly = useStore(store, (s) => s.readOnly);

  const measure = useCallback(() => {
    if (!box.current) return; // no row matches
    const { scrollTop, clientHeight } = box.current;
    setView((view) => (view.top === scrollTop && view.height === clientHeight ? view : { top: scrollTop, height: clientHeight }));
  }, []);
  useLayoutEffect(() => {
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [measure]);

  const first = Math.max(0, Math.floor(view.top / ROW) - SPARE);
  const last = Math.min(order.length, Math.ceil((view.top + view.height) / ROW) + SPARE);
  const keys = useKeys(first, Math.ceil(view.height / ROW) + 2 * SPARE + 1);
  const asked = useRef(0);
  useEffect(() => {
    const ask = () => {
      asked.current = performance.now();
      store.need(first - SPARE, last + SPARE);
    };
    // A slow scroll fetches as it goes, a long one only where it passes at times and where it ends.
    if (performance.now() - asked.current > BETWEEN_MS) ask();
    const settled = setTimeout(ask, SETTLES_MS);
    return () => clearTimeout(settled);
  }, [store, first, last, order, tick]);

  // Keep the active cell in sight, and drawn before the next key: the scroll is told a frame later, and a cell that is
  // not drawn yet cannot be edited.
  useLayoutEffect(() => {
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    const top = cursor.at * ROW;
    if (top < scrollTop) box.current.scrollTop = top;
    else if (top + ROW + HEAD > scrollTop + clientHeight) box.current.scrollTop = top + ROW + HEAD - clientHeight;
    measure();
  }, [cursor, measure]);

  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !editing) box.current.focus({ preventScroll: true });
    wasEditing.current = Boolean(editing);
  }, [editing]);

  const page = Math.max(1, Math.floor(view.height / ROW) - 2);
  const onKeyDown = (event) => {
    if (event.target !== box.current || event.altKey) return;
    if (press(store, event, page)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const width = `${LEAD} ${columns.map((column) => column.width).join(" ")}`;
  const least = columns.reduce((sum, column) => sum + column.least, 100);
  const lead = columns.length + 2;
  if (!order.length) return <Empty title="No row matches" words="Change or clear the filter to see more." />;
  return (
    <div ref={box} className="dg" role="grid" tabIndex={0} aria-label="Rows" aria-rowcount={order.length + 1} aria-colcount={lead} aria-multiselectable={!readOnly}
      aria-activedescendant={`cell-${order[cursor.at]}-${cursor.column}`} onScroll={measure} onKeyDown={onKeyDown} style={{ "--cols": width, "--least": `${least}px` }}>
      <Head columns={columns} />
      <div className="dgb" role="rowgroup" style={{ height: order.length * ROW }}>
        {order.slice(first, last).map((row, at) => (
          <Row key={keys[at]} store={store} row={row} at={first + at} tick={tick} columns={columns} top={(first + at) * ROW}
            column={cursor.at === first + at ? cursor.column : -1} editing={cursor.at === first + at && editing ? editing : null} />
        ))}
      </div>
    </div>
  );
}

/* A key for each row in sight: a row that comes takes over what a row that went was drawn with. To draw 40 rows anew took
   half of a frame, and a fast scroll draws them in each. What stays in sight keeps its key, and all stand in their order. */
function useKeys(first, num) {
  const held = useRef({ first, keys: [] });
  const { keys } = held.current;
  for (let key = keys.length; key < num; key += 1) keys.push(key);
  const gone = first - held.current.first;
  if (gone && Math.abs(gone) < keys.length) keys.push(...keys.splice(0, (gone + keys.length) % keys.length));
  held.current.first = first;
  return keys;
}

function Head({ columns }) {
  const groups = [];
  for (const column of columns) {
    if (groups.length && groups.at(-1).name === column.group) groups.at(-1).span += 1;
    else groups.push({ name: column.group, span: 1 });
  }
  return (
    <div className="dgh" role="rowgroup">
      <div className="dgr gh" role="presentation" aria-hidden="true">
        <span /><span />
        {groups.map((group, at) => <span key={at} style={{ gridColumn: `span ${group.span}` }}>{group.name}</span>)}
      </div>
      <div className="dgr hd" role="row" aria-rowindex={1}>
        <span role="columnheader"><span className="sr">Select</span></span>
        <span role="columnheader">Row</span>
        {columns.map((column) => <span key={column.key} role="columnheader" className={column.narrow ? "hide-s" : ""} title={column.name}><span className="sr">{column.group} </span>{column.name}</span>)}
      </div>
    </div>
  );
}
