// Code as an entry of a form: what stands in the editor is sent under its name. Tab leaves it, as everywhere else.

import React, { useEffect, useRef, useState } from "react";
import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";

/** `seed` is read once; from then on the text lives here. */
export function SourceField({ label, name, seed }) {
  const box = useRef(null);
  const [text, setText] = useState(seed ?? "");

  useEffect(() => {
    const view = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          closeBrackets(),
          keymap.of([...defaultKeymap.filter((one) => one.key !== "Mod-Enter"), ...historyKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          EditorView.updateListener.of((change) => change.docChanged && setText(change.state.doc.toString())),
        ],
      }),
    });
    return () => view.destroy();
  }, []);
  return (
    <div className="srcfield">
      <div ref={box} className="cmbox" />
      <textarea hidden readOnly name={name} value={text} />
    </div>
  );
}
