// A model writes rows: what is wished for with its price, then what came of it; only rows that somebody ticked come in.

import React, { useEffect, useRef, useState } from "react";
import { Fail, NotCompared, Warn } from "./bar.jsx";
import { percent } from "./likes.js";
import { useStore } from "./store.js";
import { counted, numbered, textOf } from "./values.js";

const SETTLES_MS = 400;
const SMALLEST = 0.0001;
const dollars = (cost) => (cost === 0 ? "$0" : cost < SMALLEST ? `under $${SMALLEST}` : `$${cost < 1 ? Number(cost.toPrecision(2)) : cost.toFixed(2)}`);
const isEqual = (one) => one.likeness === 1;
const isGood = (one) => !one.problems.length && !isEqual(one);

export function Writer({ store, rows, onEnd }) {
  const columns = useStore(store, (s) => s.columns);
  const [wish, setWish] = useState(() => ({
    about: "", number: "10", model: "", budget: "", with_expected: true,
    columns: columns.filter((one) => one.key.startsWith("input.")).map((one) => one.name).join(", "),
  }));
  const [models, setModels] = useState([]);
  const [plan, setPlan] = useState(null);
  const [problem, setProblem] = useState(null);
  const [stage, setStage] = useState(null);
  const [found, setFound] = useState(null);
  const [taken, setTaken] = useState(new Set());
  const job = useRef(null);
  const put = (patch) => setWish((before) => ({ ...before, ...patch }));

  const body = {
    about: wish.about.trim(), rows, columns: wish.columns.split(",").map((one) => one.trim()).filter(Boolean), number: Number(wish.number) || 0,
    model: wish.model, with_expected: wish.with_expected, ...(wish.budget.trim() ? { budget: wish.budget.trim() } : {}),
  };
  const said = JSON.stringify(body);
  const asks = body.about || rows.length > 0;

  useEffect(() => {
    store.api.models().then(setModels).catch(() => {});
    return () => job.current?.abort();
  }, [store]);
  // What it would cost is told as soon as there is something to ask for.
  useEffect(() => {
    if (!asks) return setPlan(null);
    let gone = false;
    const timer = setTimeout(async () => {
      const told = await store.api.lines("/generate?dry_run=true", body, () => {}).done.catch((error) => ({ error }));
      if (gone) return;
      setPlan(told.error ? null : told);
      setProblem(told.error ?? null);
    }, SETTLES_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [store, said]);

  const write = async () => {
    setProblem(null);
    setFound(null);
    setStage({ name: "ask", done: 0, of: body.number });
    const mine = store.api.lines("/generate", body, (name, done, of) => setStage({ name, done, of }));
    job.current = mine;
    try {
      const told = await mine.done;
      setFound(told);
      setTaken(new Set(told.rows.flatMap((one, at) => (isGood(one) && !one.likeness ? [at] : []))));
    } catch (error) {
      setProblem(error);
    } finally {
      setStage(null);
      job.current = null;
    }
  };
  const add = async () => {
    const some = found.rows.filter((_, at) => taken.has(at)).map(({ input, expected_output }) => ({ input, expected_output }));
    // By the rows that the model was shown these are found when a person's data is removed.
    const query = new URLSearchParams([["generated_by", found.model], ...found.generated_from.map((row) => ["generated_from", row])]);
    let failed = null;
    await store.writes.act(() => store.api.post(`/items?${query}`, some).catch((error) => { failed = error; throw error; }), `${counted(some.length, "row")} added`);
    if (failed) setProblem(failed);
    else onEnd();
  };
  const toggle = (at, on) => setTaken((before) => { const next = new Set(before); if (on) next.add(at); else next.delete(at); return next; });
  const short = plan && plan.num_affordable < body.number;
  return (
    <section className="panel ip" aria-label="Write rows with a model" aria-busy={Boolean(stage)}>
      <header>
        <h2>Write rows with a model</h2>
        {rows.length > 0 && <span className="t12 t2">like {rows.length > 3 ? counted(rows.length, "chosen row") : rows.map(numbered).join(", ")}</span>}
        {stage && <span className="st run" role="status">{stage.name === "ask" ? `${stage.done} of ${stage.of} written` : "Comparing"}</span>}
        <span className="r row">
          {stage ? <button type="button" className="btn sm" onClick={() => job.current?.abort()}>Stop</button> : <button type="button" className="btn sm" onClick={onEnd}>{found ? "Leave them" : "Cancel"}</button>}
          {found && <button type="button" className="btn sm" disabled={!plan || Boolean(stage)} onClick={write}>Write again</button>}
          {found ? <button type="button" className="btn sm primary" disabled={!taken.size} onClick={add}>Add {counted(taken.size, "row")}</button>
            : <button type="button" className="btn sm primary" disabled={!plan || Boolean(stage) || !plan.num_affordable} onClick={write}>Write {counted(body.number, "row")}</button>}
        </span>
      </header>
      {!found && (
        <div className="wr">
          <div className="field wide"><label htmlFor="wr-about">What the rows are about</label>
            <textarea id="wr-about" className="input" rows={3} maxLength={4000} value={wish.about} onChange={(event) => put({ about: event.target.value })} placeholder="Customers who want to return furniture, some of them angry, in English and German" /></div>
          <div className="field wide"><label htmlFor="wr-columns">Fields of the input</label>
            <input id="wr-columns" className="input mono" value={wish.columns} autoComplete="off" onChange={(event) => put({ columns: event.target.value })} placeholder="message, lang" /></div>
          <div className="field"><label htmlFor="wr-number">How many rows</label>
            <input id="wr-number" className="input" type="number" min={1} max={100} value={wish.number} onChange={(event) => put({ number: event.target.value })} /></div>
          <div className="field"><label htmlFor="wr-model">Model</label>
            <select id="wr-model" className="select" value={wish.model} onChange={(event) => put({ model: event.target.value })}>
              <option value="">The project's default</option>
              {models.map((one) => <option key={one.reference} value={one.reference}>{one.reference}</option>)}
            </select></div>
          <div className="field"><label htmlFor="wr-budget">Budget in dollars</label>
            <input id="wr-budget" className="input" inputMode="decimal" value={wish.budget} autoComplete="off" onChange={(event) => put({ budget: event.target.value })} placeholder="none" /></div>
          <label className="row t12"><input type="checkbox" checked={wish.with_expected} onChange={(event) => put({ with_expected: event.target.checked })} /> With the expected output</label>
        </div>
      )}
      {problem && <p className="pad st fail" role="alert"><Fail /><span>{problem.message}</span></p>}
      {!found && !problem && <p className="pad t12 t2" role="status">{plan ? <>{plan.model}: about {counted(plan.tokens_in + plan.tokens_out, "token")} in {counted(plan.num_calls, "question")}, {dollars(plan.cost)}; at most {dollars(plan.most)}. {short && <span className="st warn"><Warn />The budget is sure to suffice for {counted(plan.num_affordable, "row")}.</span>} </> : asks ? "" : "Say what the rows are about, or select rows in the grid to go by. "}Nothing is kept before you have seen it.</p>}
      {found && <Found store={store} found={found} taken={taken} onTake={toggle} />}
    </section>
  );
}

function Found({ store, found, taken, onTake }) {
  const fields = [...new Set(found.rows.flatMap((one) => Object.keys(one.input)))];
  return (
    <div className="ifirst" tabIndex={0} role="region" aria-label="Rows that the model wrote">
      <p className="t12 t2">{counted(found.rows.length, "row")} by {found.model}, {dollars(found.cost)}. {found.stopped && <span className="st warn"><Warn />{found.stopped}</span>} <NotCompared num={found.num_left} head="Nearly the same: " /></p>
      {found.rows.length > 0 && (
        <table>
          <thead><tr><th scope="col"><span className="sr">Take</span></th>{fields.map((name) => <th key={name} scope="col">{name}</th>)}<th scope="col">Expected output</th><th scope="col">Odd</th></tr></thead>
          <tbody>{found.rows.map((one, at) => (
            <tr key={at}>
              <td><input type="checkbox" aria-label={`Take row ${at + 1}`} checked={taken.has(at)} disabled={one.problems.length > 0} onChange={(event) => onTake(at, event.target.checked)} /></td>
              {fields.map((name) => <td key={name} dir="auto">{textOf(one.input[name])}</td>)}
              <td dir="auto">{textOf(one.expected_output)}</td>
              <td><Odd store={store} one={one} /></td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </div>
  );
}

function Odd({ store, one }) {
  if (one.problems.length) return <span className="st fail"><Fail /><span>{one.problems.join(" ")}</span></span>;
  if (!one.likeness) return null;
  const row = one.like ? <button type="button" className="link mono" onClick={() => store.goTo(one.like)}>{numbered(one.like)}</button> : "one above";
  return <span className="st warn"><Warn /><span>{isEqual(one) ? "same input as" : `${percent(one.likeness)} like`} {row}</span></span>;
}
