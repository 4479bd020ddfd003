import { test } from "node:test";
import assert from "node:assert/strict";
import { completions, holes, namesIn, openHole } from "../../assets/prompt_editor/holes.js";
import { costWords, estimatedTokens } from "../../assets/prompt_editor/tokens.js";

test("holes are found with their kinds", () => {
  assert.deepEqual(holes("a {{ b }} {% if c %}{# d #}"), [
    { from: 2, to: 9, kind: "v" }, { from: 10, to: 20, kind: "k" }, { from: 20, to: 27, kind: "c" },
  ]);
});

test("names are those that are read, once and in order", () => {
  assert.deepEqual(namesIn("{{ user.name | upper }}{% for p in rows %}{{ p }}{% endfor %}{# no #} out"), ["p", "rows", "user"]);
  assert.deepEqual(namesIn('{% prompt "house" label "x" %}{{ tone | default("calm") }}'), ["tone"]);
});

test("a hole is open from its braces to the caret", () => {
  assert.deepEqual(openHole("a {{ b", 6), { from: 2, kind: "v" });
  assert.deepEqual(openHole("{{ a }} {% ", 11), { from: 8, kind: "k" });
  assert.equal(openHole("{{ a }} b", 9), null);
});

test("values, blocks and prompts are completed where they fit", () => {
  const labels = (text) => completions(text, text.length, ["name", "rows"], ["house"])?.options.map((one) => one.label);
  assert.deepEqual(labels("{{ na"), ["name", "rows"]);
  assert.ok(labels("{% pr").includes("prompt"));
  assert.deepEqual(labels('{% prompt "ho'), ["house"]);
  assert.equal(labels("{{ rows."), undefined);
  assert.equal(labels("{{ rows | jo"), undefined);
  assert.equal(labels("plain"), undefined);
});

test("tokens are a quarter of the bytes", () => {
  assert.deepEqual(["", "abcd", "abcde", "日本"].map(estimatedTokens), [0, 1, 2, 2]);
  assert.equal(costWords(1, 0), "about 1 token before its values");
  assert.equal(costWords(1000, 3), "about 1,000 tokens before its values, $0.0030 a call");
  assert.equal(costWords(10, 1), "about 10 tokens before its values, under $0.0001 a call");
});
