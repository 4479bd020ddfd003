// A file of conversations on its way into the log. The dialog is that of datasets, with other words.

import React, { useEffect, useMemo, useRef, useState } from "react";
import { Api } from "../dataset_grid/api.js";
import { Importer } from "../dataset_grid/importer.jsx";

const PARTS = ["conversation_id", "agent", "person", "role", "text", "question", "answer", "transcript", "at", "model", "tokens_in", "tokens_out", "cost", "latency_ms", "satisfaction", "task_completed", "duration"];
const SAID = ["text", "question", "answer", "transcript"];
const WORDS = {
  choices: (field) => [...PARTS, `metadata.${field}`, "metadata"],
  hint: "Rows with the same conversation_id are one conversation. A row is a message (role, text), a turn (question, answer) or a whole transcript.",
  lacks: (mapping) => Object.values(mapping).some((target) => SAID.includes(target)) ? "" : "No column becomes what was said: choose text, question, answer or transcript for one.",
  added: ["conversation", "conversations"],
  together: "All of them show at once.",
  known: () => "its id is in the log",
  alwaysSkips: true,
};
const ACCEPTED = ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.xlsx";

export function ConversationImport({ project, masking, maskingHref, maskingLink, onAdded }) {
  const [file, setFile] = useState(null);
  const picker = useRef(null);
  const dialog = useRef(null);
  const added = useRef(onAdded);
  added.current = onAdded;
  const store = useMemo(() => {
    const act = async (write) => {
      const written = await write();
      added.current?.(written.num_masked);
    };
    return { api: new Api("/api/conversations", project), writes: { act }, state: { order: [] }, subscribe: () => () => {} };
  }, [project]);
  useEffect(() => {
    const act = (event) => event.target.closest?.("[data-conversation-import]") && picker.current?.click();
    addEventListener("click", act);
    return () => removeEventListener("click", act);
  }, []);
  useEffect(() => {
    if (file) dialog.current?.showModal();
  }, [file]);
  return (
    <>
      <input ref={picker} id="conversation-file" type="file" hidden aria-label="File of conversations" accept={ACCEPTED}
        onChange={(event) => { setFile(event.target.files[0] ?? null); event.target.value = ""; }} />
      {file && (
        <dialog ref={dialog} className="ipd" aria-label="Import conversations" onClose={() => setFile(null)}>
          <Importer key={`${file.name}${file.lastModified}`} store={store} file={file} words={WORDS} onEnd={() => setFile(null)}
            note={masking && <>{masking} {maskingHref && <a href={maskingHref} className="link">{maskingLink}</a>}</>} />
        </dialog>
      )}
    </>
  );
}
