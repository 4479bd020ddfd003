// A file on its way in: what becomes what, what is wrong, what is here already; then all of it or nothing.

import React, { useEffect, useRef, useState } from "react";
import { Fail, NotCompared, Warn } from "./bar.jsx";
import { percent } from "./likes.js";
import { keepMapping, keptMapping } from "./mappings.js";
import { useStore } from "./store.js";
import { counted, numbered, questionHint } from "./values.js";

const STAGES = ["send", "read", "check", "write"];
const WORDS = { send: "Send", read: "Read", check: "Check", write: "Add" };

const ROWS = {
  choices: (field) => [`input.${field}`, "input", "input.question", "expected_output", `expected_output.${field}`, `metadata.${field}`, "metadata", "split", "tags"],
  hint: questionHint,
  lacks: (mapping) => Object.values(mapping).some((target) => target.startsWith("expected_output")) ? "" : "No column is the expected output: nothing can be compared with it.",
  added: ["row", "rows"],
  together: "All of them come in as one version.",
  known: (one, store, order) => <>same input as {one.row ? <button type="button" className="link mono" onClick={() => store.move(order.indexOf(one.row))}>{numbered(one.row)}</button> : "a line above"}</>,
};

/* `store` has `api.upload` and `writes.act`; `words` says what rows become, `note` what is to be known before. */
export function Importer({ store, file, onEnd, words = ROWS, note }) {
  const [plan, setPlan] = useState(null);
  const [mapping, setMapping] = useState(null);
  const [stage, setStage] = useState({ name: "send", done: 0, of: 0 });
  const [problem, setProblem] = useState(null);
  const [skipKnown, setSkipKnown] = useState(true);
  const [skipBad, setSkipBad] = useState(false);
  const [guess, setGuess] = useState(null);
  const job = useRef(null);

  const send = async (query, chosen) => {
    setStage({ name: "send", done: 0, of: file.size });
    setProblem(null);
    job.current?.abort();
    const given = chosen ? { ...query, mapping: JSON.stringify(chosen) } : query;
    const mine = store.api.upload(file, given, (name, done, of) => job.current === mine && setStage({ name, done, of }));
    job.current = mine;
    try {
      return await mine.done;
    } catch (error) {
      if (job.current === mine) setProblem(error);
      return null;
    } finally {
      if (job.current === mine) setStage(null);
    }
  };
  const look = async (chosen) => {
    const found = await send({ dry_run: "true" }, chosen);
    if (!found) return;
    const kept = chosen ? null : keptMapping(words.added[1], found);
    const again = kept && (await send({ dry_run: "true" }, kept));
    setGuess(again ? found.mapping : null);
    setProblem(null);
    setPlan(again || found);
    setMapping((again || found).mapping);
  };
  const add = async () => {
    const written = await send({ skip_duplicates: String(skipKnown), skip_bad: String(skipBad) }, mapping);
    if (!written) return;
    keepMapping(words.added[1], mapping);
    await store.writes.act(async () => written, `${counted(written.num_added, ...words.added)} imported`);
    onEnd();
  };
  useEffect(() => {
    look(null);
    return () => job.current?.abort();
  }, []);

  const pick = (column, target) => {
    const chosen = { ...mapping, [column]: target };
    setMapping(chosen);
    look(chosen);
  };
  const known = plan?.num_duplicates ?? 0;
  const fits = plan ? plan.num_fitting - (skipKnown ? known : 0) : 0;
  const blocked = plan && ((plan.num_bad > 0 && !skipBad) || fits === 0);
  return (
    <section className="panel ip" aria-label={`Import of ${file.name}`} aria-busy={Boolean(stage)}>
      <header>
        <h2>Import</h2>
        <span className="mono t12 ell" title={file.name}>{file.name}</span>
        {plan && <span className="t12 t2 hide-s">{counted(plan.num_rows, "row")}, {plan.kind.toUpperCase()}</span>}
        <Progress stage={stage} />
        <span className="r row">
          <button type="button" className="btn sm" onClick={onEnd}>Cancel</button>
          {plan && <button type="button" className="btn sm primary" disabled={Boolean(stage) || blocked} aria-describedby="import-why" onClick={add}>Add {counted(fits, ...words.added)}</button>}
        </span>
      </header>
      {note && <p className="pad t12 t2">{note}</p>}
      {problem && <Refusal problem={problem} onRetry={() => look(mapping)} />}
      {plan && mapping && (
        <div className="ib">
          <Columns plan={plan} mapping={mapping} busy={Boolean(stage)} onPick={pick} words={words} onGuess={guess && (() => look(guess))} />
          <Bad plan={plan} fits={fits} known={known} skipKnown={skipKnown} skipBad={skipBad} onSkip={setSkipBad} words={words} />
          <Known store={store} plan={plan} skip={skipKnown} onSkip={setSkipKnown} words={words} />
        </div>
      )}
      {plan && mapping && <First plan={plan} mapping={mapping} />}
    </section>
  );
}

/* The first rows as they would come in, and which of the columns that matter are empty somewhere. */
function First({ plan, mapping }) {
  const taken = plan.columns.map((column, at) => ({ column, at })).filter(({ column }) => mapping[column]);
  const weighs = (column) => /^(input|expected_output|question|answer)/.test(mapping[column]);
  const empty = taken.filter(({ column }) => weighs(column) && plan.num_empty?.[column] > 0);
  if (!plan.first?.length || !taken.length) return null;
  return (
    <div className="ifirst" tabIndex={0} role="region" aria-label="First rows of the file">
      {empty.length > 0 && <p className="row wrap">{empty.map(({ column }) => <span key={column} className="st warn"><Warn />{counted(plan.num_empty[column], "row has", "rows have")} an empty {column}</span>)}</p>}
      <table>
        <caption>First rows of the file</caption>
        <thead><tr>{taken.map(({ column }) => <th key={column} scope="col" className="mono">{mapping[column]}</th>)}</tr></thead>
        <tbody>{plan.first.map((row, place) => <tr key={place}>{taken.map(({ column, at }) => <td key={column} dir="auto" title={row[at]}><span className="one">{row[at]}</span></td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Progress({ stage }) {
  if (!stage) return null;
  const share = stage.of ? stage.done / stage.of : 0;
  const at = STAGES.indexOf(stage.name);
  const words = stage.name === "check" && stage.of ? `Check ${stage.done.toLocaleString("en")} of ${stage.of.toLocaleString("en")}` : stage.name === "send" && stage.of ? `Send ${Math.floor(share * 100)} %` : WORDS[stage.name];
  return (
    <>
      <span className="stg"><span className="stages" role="progressbar" aria-label="Import" aria-valuetext={words} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(((at + share) / STAGES.length) * 100)}>
        {STAGES.map((name, place) => <i key={name} className={place < at ? "d" : place === at ? "p" : ""} style={place === at ? { "--p": `${Math.max(8, share * 100)}%` } : undefined} />)}
      </span></span>
      <span className="st run">{words}</span>
    </>
  );
}

function Refusal({ problem, onRetry }) {
  return (
    <div className="pad" role="alert">
      <p className="st fail"><Fail /><span>{problem.message}</span></p>
      <ul className="bad2">{problem.rows?.slice(0, 20).map((one, at) => <li key={at}><span className="mono t2">line {one.row}</span><span>{one.field && <b className="b">{one.field}: </b>}{one.problem}</span></li>)}</ul>
      <button type="button" className="btn sm" onClick={onRetry}>Try again</button>
    </div>
  );
}

function Columns({ plan, mapping, busy, onPick, words, onGuess }) {
  const hint = typeof words.hint === "function" ? words.hint(mapping) : words.hint;
  return (
    <div className="mapw">
      <h3>Columns</h3>
      <ul className="map">
        {plan.columns.map((column) => (
          <li key={column} className={mapping[column] ? "" : "no"}>
            <span className="mono" title={[column, ...(plan.samples[column] ?? [])].join("\n")}>{column}</span>
            <svg className="trk" viewBox="0 0 28 10" aria-hidden="true"><path d="M0 5h28" strokeDasharray={mapping[column] ? undefined : "3 3"} /></svg>
            <Target column={column} target={mapping[column] ?? ""} busy={busy} onPick={onPick} words={words} />
          </li>
        ))}
      </ul>
      {words.lacks?.(mapping) && <p className="t12"><span className="st warn"><Warn />{words.lacks(mapping)}</span></p>}
      {onGuess && <p className="t12 t2">As you mapped your last file with these columns. <button type="button" className="link" disabled={busy} onClick={onGuess}>Guess anew</button></p>}
      {hint && <p className="t12 t2">{hint}</p>}
    </div>
  );
}

function Target({ column, target, busy, onPick, words }) {
  const field = column.includes(".") ? column.slice(column.indexOf(".") + 1) : column;
  const choices = [...new Set([...words.choices(field), target].filter(Boolean))];
  return (
    <select className="select s24 mono" aria-label={`${column} becomes`} value={target} disabled={busy} onChange={(event) => onPick(column, event.target.value)}>
      {choices.map((one) => <option key={one} value={one}>{one}</option>)}
      <option value="">left out</option>
    </select>
  );
}

function Bad({ plan, fits, known, skipKnown, skipBad, onSkip, words }) {
  const share = (count) => `${(count * 100) / Math.max(1, plan.num_rows)}%`;
  return (
    <div className="bad2">
      <h3>Bad rows <span className={`st ${plan.num_bad ? "fail" : "ok"}`}>{plan.num_bad > 0 && <Fail />}{plan.num_bad.toLocaleString("en")}</span></h3>
      <div className="tally">
        <span className="tm" aria-hidden="true"><i className="f" style={{ width: share(fits) }} />{skipKnown && <i className="u" style={{ width: share(known) }} />}<i className="b2" style={{ width: share(plan.num_bad) }} /></span>
        <span id="import-why"><b className="b">{counted(fits, `${words.added[0]} fits`, `${words.added[1]} fit`)}</b>{known > 0 && `, ${known.toLocaleString("en")} here already`}{plan.num_bad > 0 && `, ${plan.num_bad.toLocaleString("en")} bad`}. {plan.num_bad > 0 && !skipBad ? "One bad row keeps all out: mend the file, or leave bad rows out." : fits ? words.together : "There is nothing to add."}</span>
        {plan.num_bad > 0 && plan.num_fitting > 0 && <label className="row"><input type="checkbox" checked={skipBad} onChange={(event) => onSkip(event.target.checked)} /> Leave out {counted(plan.num_bad, "bad row")}</label>}
      </div>
      <ul>{plan.problems.map((one, at) => <li key={at}><span className="mono t2">line {one.row}</span><span>{one.field && <b className="b">{one.field}: </b>}{one.problem}</span></li>)}</ul>
      {plan.num_bad > plan.problems.length && plan.problems.length >= 100 && <p className="t2">and more. The first {plan.problems.length} are shown.</p>}
    </div>
  );
}

function Known({ store, plan, skip, onSkip, words }) {
  const order = useStore(store, (s) => s.order);
  const near = plan.near ?? [];
  if (!plan.num_duplicates && !plan.num_near && !plan.num_left) return null;
  return (
    <div className="dup">
      {plan.num_duplicates > 0 && <h3>Already here <span className="st warn"><Warn />{plan.num_duplicates.toLocaleString("en")}</span></h3>}
      <ul>{plan.duplicates.slice(0, 20).map((one) => (
        <li key={one.number}><span className="mono t2">line {one.number}</span><span>{words.known(one, store, order)}</span></li>
      ))}</ul>
      {plan.num_near > 0 && (
        <details>
          <summary>{counted(plan.num_near, "row is", "rows are")} nearly the same as others, and {plan.num_near === 1 ? "comes" : "come"} in</summary>
          <ul>{near.slice(0, 20).map((one) => (
            <li key={one.number}><span className="mono t2">line {one.number}</span><span>{percent(one.likeness)} like {one.row ? <button type="button" className="link mono" onClick={() => store.goTo(one.row)}>{numbered(one.row)}</button> : "a line above"}</span></li>
          ))}</ul>
        </details>
      )}
      <NotCompared num={plan.num_left} head="Nearly the same: " />
      {plan.num_duplicates > 0 && !words.alwaysSkips && <label className="row"><input type="checkbox" checked={skip} onChange={(event) => onSkip(event.target.checked)} /> Skip {plan.num_duplicates.toLocaleString("en")}</label>}
    </div>
  );
}
