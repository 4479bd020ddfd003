import { useState } from "react";

const SAID_FOR_MS = 2000;

export function CopyButton({ text, label }) {
  const [said, setSaid] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setSaid(true);
    setTimeout(() => setSaid(false), SAID_FOR_MS);
  };
  return (
    <button type="button" className="btn quiet sm" onClick={copy} aria-label={said ? "Copied" : label}>
      {said ? "Copied" : "Copy"}
    </button>
  );
}
