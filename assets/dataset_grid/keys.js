// What the keys do in the grid.

/* Do what a key says; tell whether it said anything. */
export function press(store, event, page) {
  const { cursor, order, columns, readOnly, selected } = store.state;
  const control = event.ctrlKey || event.metaKey;
  const rows = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
  const row = order[cursor.at];
  if (rows) {
    if (event.shiftKey && !readOnly) store.select([row, order[Math.max(0, Math.min(order.length - 1, cursor.at + rows))]]);
    store.move(cursor.at + rows);
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") store.move(cursor.at, cursor.column + (event.key === "ArrowRight" ? 1 : -1));
  else if (event.key === "Home") store.move(control ? 0 : cursor.at, control ? cursor.column : 0);
  else if (event.key === "End") store.move(control ? order.length - 1 : cursor.at, control ? cursor.column : columns.length - 1);
  else if (event.key === "Enter" || event.key === "F2") begin(store);
  else if (event.key === "Escape" && selected.size) store.set({ selected: new Set() });
  else if (readOnly) return false;
  else if (event.key === " ") store.select([row], !selected.has(row));
  else if (control && event.key.toLowerCase() === "a") store.select(order);
  else if (event.key === "Delete") store.writes.remove(selected.size ? [...selected] : [row]);
  else if (!control && event.key.length === 1) begin(store, event.key);
  else return false;
  return true;
}

/* Edit the active cell, or show its row where it cannot be edited. */
export function begin(store, typed) {
  const { cursor, columns, readOnly, marks, order } = store.state;
  const column = columns[cursor.column];
  if (readOnly || column.fixed || marks.get(order[cursor.at]) === "d" || !store.row(cursor.at)) store.set({ open: true });
  else store.set({ editing: { typed } });
}
