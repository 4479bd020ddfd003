import { useState } from "react";

const WORDS = { 401: "You are signed out. Sign in, then try again.", 403: "You may not take this out." };

async function fileOf(path, asked, project) {
  let answer;
  try {
    const headers = { "Content-Type": "application/json", "X-Project-Id": project };
    answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(asked), cache: "no-store" });
    if (answer.ok) return await answer.blob();
  } catch {
    throw new Error("The file did not get through. Try again.");
  }
  const told = await answer.json().catch(() => ({}));
  const words = typeof told.detail === "string" ? told.detail : "The file did not get through. Try again.";
  throw new Error(WORDS[answer.status] ?? words);
}

export function SaveButton({ path, asked, project, name, label }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const save = async () => {
    setBusy(true);
    setError("");
    try {
      const address = URL.createObjectURL(await fileOf(path, asked, project));
      const link = document.createElement("a");
      link.href = address;
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    } catch (refused) {
      setError(refused.message);
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" className={busy ? "btn busy" : "btn"} onClick={save} disabled={busy}>
        {label}
      </button>
      {error && (
        <span className="err" role="alert">
          {error}
        </span>
      )}
    </>
  );
}
