const MB = 1024 * 1024;

export const sizeWords = (bytes) =>
  bytes < 1024 ? `${bytes} B` : bytes < MB ? `${Math.round(bytes / 1024).toLocaleString("en")} KB` : `${(bytes / MB).toFixed(1)} MB`;

export const words = {
  sending: (count) => `Sending ${count} ${count === 1 ? "file" : "files"}`,
  known: (name) => `Already here as “${name}”`,
  knownElsewhere: (name) => `Already here as “${name}”. Another document has this name, and both answer.`,
  beside: (count) =>
    count > 1 ? `Added beside ${count} older ones of this name, and all answer.` : "Added beside an older one of this name, and both answer.",
  replace: (count) => (count > 1 ? "Replace them" : "Replace it"),
  open: (count) => (count > 1 ? "Open the newest of them" : "Open the older one"),
  keep: (count) => (count > 1 ? "Keep all" : "Keep both"),
  tooLarge: (limit) => `Larger than ${limit / MB} MB, the most that a document may have. Split it into parts.`,
  broken: "The connection broke. Send it again.",
  signedOut: "You are signed out. Sign in, then send it again.",
  failed: "It did not get through. Send it again.",
};
