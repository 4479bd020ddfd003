import { words } from "./words.js";

/* Post one file. `done` resolves, never rejects: {added}, {alreadyHere: name, beside: id}, {id, beside: id, count}, {problem: sentence} or {cancelled}. */
export function send(url, file, onPercent) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("files", file, file.name);
  const done = new Promise((resolve) => {
    request.upload.onprogress = (event) => event.lengthComputable && onPercent(Math.floor((event.loaded * 100) / event.total));
    request.onabort = () => resolve({ cancelled: true });
    request.onerror = () => resolve({ problem: words.broken });
    request.onload = () => resolve(read(request));
    request.open("POST", url);
    request.responseType = "json";
    request.send(form);
  });
  return { done, abort: () => request.abort() };
}

function read({ status, response }) {
  if (status === 401) return { problem: words.signedOut };
  if (status >= 300) return { problem: typeof response?.detail === "string" ? response.detail : words.failed };
  const [document] = response?.documents ?? [];
  if (document?.already_here) return { alreadyHere: document.name, beside: document.beside, added: true };
  if (document?.beside) return { id: document.id, beside: document.beside, count: document.num_beside, added: true };
  return document ? { added: true } : { problem: response?.refused?.[0]?.detail ?? words.failed };
}
