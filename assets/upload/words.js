const MB = 1024 * 1024;

export const sizeWords = (bytes) =>
  bytes < 1024 ? `${bytes} B` : bytes < MB ? `${Math.round(bytes / 1024).toLocaleString("en")} KB` : `${(bytes / MB).toFixed(1)} MB`;

export const words = {
  sending: (count) => `Sending ${count} ${count === 1 ? "file" : "files"}`,
  known: (name) => `Already here as “${name}”`,
  beside: "Added beside an older one of this name, and both answer. Delete the older one if this takes its place.",
  tooLarge: (limit) => `Larger than ${limit / MB} MB, the most that a document may have. Split it into parts.`,
  broken: "The connection broke. Send it again.",
  signedOut: "You are signed out. Sign in, then send it again.",
  failed: "It did not get through. Send it again.",
};
