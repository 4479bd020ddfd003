// What the open row is nearly the same as: one of the two goes, or both stay.

import React, { useEffect } from "react";
import { percent } from "./likes.js";
import { useStore } from "./store.js";
import { numbered, textOf } from "./values.js";

const SHOWN = 8;

export function NearOnes({ store, row, readOnly }) {
  const near = useStore(store, (s) => s.near.get(row));
  const version = useStore(store, (s) => s.version);
  useStore(store, (s) => s.tick);
  useEffect(() => {
    const wanted = (near ?? []).slice(0, SHOWN).map((one) => one.row).filter((one) => !store.rows.has(one));
    if (wanted.length) store.bring(wanted, version);
  }, [store, near, version]);
  if (!near) return null;
  return (
    <section className="psec"><div className="phead"><h2>Nearly the same</h2></div>
      <ul className="near">
        {near.slice(0, SHOWN).map((one) => (
          <li key={one.row}>
            <span><b className="b">{percent(one.likeness)} like</b> <button type="button" className="link mono" onClick={() => store.goTo(one.row)}>{numbered(one.row)}</button></span>
            <p dir="auto" className="t2">{textOf(store.rows.get(one.row)?.input).slice(0, 300)}</p>
            {!readOnly && (
              <span className="row tight">
                <button type="button" className="btn sm" onClick={() => store.likes.keep(row, one.row)}>Keep both</button>
                <button type="button" className="btn sm danger" onClick={() => store.writes.remove([one.row])}>Delete {numbered(one.row)}</button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {near.length > SHOWN && <p className="in t12 t2">and {near.length - SHOWN} more</p>}
    </section>
  );
}
