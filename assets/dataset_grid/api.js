// The REST API of one dataset, as the person who is signed in.

export class Refused extends Error {
  constructor(status, told) {
    super(typeof told?.detail === "string" ? told.detail : WORDS[status] ?? "It did not get through. Try again.");
    this.status = status;
    this.rows = told?.rows ?? [];
  }
}

const WORDS = { 401: "You are signed out. Sign in, then try again.", 403: "You may not change this dataset." };

export class Api {
  constructor(url, project) {
    this.url = url;
    this.project = project;
  }

  async send(method, path, body, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined && value !== null);
    const address = `${this.url}${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
    const headers = { "X-Project-Id": this.project };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let answer;
    try {
      answer = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new Refused(0, { detail: "The server cannot be reached. Try again." });
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, told);
    return told;
  }

  /* Ask for the models that a project may name. */
  async models() {
    const answer = await fetch("/api/models", { headers: { "X-Project-Id": this.project } });
    return answer.ok ? (await answer.json()).models.filter((one) => one.purpose === "chat") : [];
  }

  get(path, query) {
    return this.send("GET", path, undefined, query);
  }

  post(path, body = {}, query = {}) {
    return this.send("POST", path, body, query);
  }

  /* Post one file to be looked at or imported. */
  upload(file, query, onStage) {
    const form = new FormData();
    form.append("files", file, file.name);
    return this.lines(`/import?${new URLSearchParams(query)}`, form, onStage);
  }

  /* Post and hear how far it is: `onStage(stage, done, of)`. Resolves to the result, rejects with Refused. */
  lines(path, body, onStage) {
    const request = new XMLHttpRequest();
    let read = 0;
    const lines = () => {
      const text = request.responseText;
      const end = text.lastIndexOf("\n") + 1;
      const found = text.slice(read, end).split("\n").filter(Boolean).map((line) => JSON.parse(line));
      read = end;
      return found;
    };
    const done = new Promise((resolve, reject) => {
      const hear = () => {
        for (const told of lines()) {
          if (told.stage) onStage(told.stage, told.done, told.of);
          else if (told.result) resolve(told.result);
          else reject(new Refused(told.status, told));
        }
      };
      request.upload.onprogress = (event) => event.lengthComputable && onStage("send", event.loaded, event.total);
      request.onprogress = () => request.status === 200 && hear();
      request.onabort = () => reject(new Refused(0, { detail: "Cancelled. Nothing was changed." }));
      request.onerror = () => reject(new Refused(0, { detail: "The connection broke. Nothing was changed." }));
      request.onload = () => {
        if (request.status === 200) hear();
        let told = {};
        try {
          told = JSON.parse(request.responseText);
        } catch {}
        reject(new Refused(request.status, told)); // without effect where it is resolved
      };
      request.open("POST", `${this.url}${path}`);
      request.setRequestHeader("X-Project-Id", this.project);
      if (!(body instanceof FormData)) request.setRequestHeader("Content-Type", "application/json");
      request.send(body instanceof FormData ? body : JSON.stringify(body));
    });
    return { done, abort: () => request.abort() };
  }
}
