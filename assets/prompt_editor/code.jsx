// CodeMirror for one template: holes marked, names completed, one line marked as wrong.

import React, { useEffect, useRef } from "react";
import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { Compartment, EditorState, RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers, ViewPlugin } from "@codemirror/view";
import { completions, holes, namesIn } from "./holes.js";

const MARKS = { v: Decoration.mark({ class: "v" }), k: Decoration.mark({ class: "k" }), c: Decoration.mark({ class: "c" }) };
const WRONG = Decoration.line({ class: "wrong" });

function drawn(view) {
  const set = new RangeSetBuilder();
  for (const { from, to, kind } of holes(view.state.doc.toString())) set.add(from, to, MARKS[kind]);
  return set.finish();
}

const marked = ViewPlugin.define((view) => ({
  set: drawn(view),
  update(change) {
    if (change.docChanged) this.set = drawn(change.view);
  },
}), { decorations: (plugin) => plugin.set });

/* The closing brace that came with { would stand alone behind {%: give it its sign. */
const closeBlocks = EditorView.inputHandler.of((view, from, to, text) => {
  if (text !== "%" || view.state.sliceDoc(from - 1, from) !== "{" || view.state.sliceDoc(to, to + 1) !== "}") return false;
  view.dispatch({ changes: { from, to, insert: "% %" }, selection: { anchor: from + 1 }, userEvent: "input.type" });
  return true;
});

function wrongLine(line) {
  return EditorView.decorations.of((view) => {
    if (!line || line > view.state.doc.lines) return Decoration.none;
    return Decoration.set([WRONG.range(view.state.doc.line(line).from)]);
  });
}

/** `seed` is read at first and whenever `revision` changes; from then on the text lives here. */
export function Code({ label, seed, revision, slugs, line, readOnly, onChange, onDone }) {
  const box = useRef(null);
  const view = useRef(null);
  const wrong = useRef(new Compartment());
  const given = useRef({ slugs, onChange, onDone });
  given.current = { slugs, onChange, onDone };

  useEffect(() => {
    const complete = (context) => {
      const text = context.state.doc.toString();
      return completions(text, context.pos, namesIn(text), given.current.slugs);
    };
    view.current = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: seed,
        extensions: [
          lineNumbers(),
          history(),
          closeBlocks,
          closeBrackets(),
          marked,
          autocompletion({ override: [complete], icons: false }),
          wrong.current.of(wrongLine(line)),
          // Tab leaves the field and Ctrl Enter runs, as everywhere else on the page.
          keymap.of([...completionKeymap, ...defaultKeymap.filter((one) => one.key !== "Mod-Enter"), ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.editable.of(!readOnly),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          EditorView.updateListener.of((change) => change.docChanged && given.current.onChange(change.state.doc.toString())),
          EditorView.domEventHandlers({ blur: () => void given.current.onDone?.() }),
        ],
      }),
    });
    return () => view.current.destroy();
  }, [revision, readOnly]);
  useEffect(() => view.current?.dispatch({ effects: wrong.current.reconfigure(wrongLine(line)) }), [line]);
  return <div ref={box} className="cmbox" />;
}
