// The pure parts of the canvas, run by node: geometry, types, edits, layout, timeline.
import assert from "node:assert/strict";
import test from "node:test";

const at = (name) => new URL(`../../../assets/flow_canvas/${name}`, import.meta.url);
const { corners, track, wayAround } = await import(at("geometry.js"));
const { bridge, closesCircle, refusal, sortKinds } = await import(at("types.js"));
const { columns, runOrder, tidy } = await import(at("layout.js"));
const { builder, edgeOf, freeId, fromDocument, outputsOf, toDocument, wire } = await import(at("document.js"));
const { apply, undoing } = await import(at("operations.js"));
const { axis, criticalPath, isOpen } = await import(at("timeline.js"));
const { parts, storedFor, typing, variablesFor } = await import(at("variables.js"));
const { fitted, hides } = await import(at("view.js"));
const { ofSettings } = await import(at("derived.js"));
const { freePlace, overlaps } = await import(new URL("../../../assets/ui/placing.js", import.meta.url));

const KINDS = [
  { kind: "input", title: "Input", starts: true, inputs: [], outputs: [], dynamic_outputs: { field: "fields", name_key: "name", type_key: "type", last: [{ name: "history", type: "message" }], only_if: { mode: "chat" } }, defaults: { mode: "chat", fields: [{ name: "question", type: "text" }] } },
  { kind: "search", title: "Knowledge search", inputs: [{ name: "query", type: "text", required: true }, { name: "data", type: "any" }], outputs: [{ name: "passages", type: "documents" }, { name: "text", type: "text" }], defaults: {} },
  { kind: "template", title: "Template", inputs: [{ name: "data", type: "any", many: true }], outputs: [{ name: "text", type: "text" }], defaults: {} },
  { kind: "llm", title: "LLM answer", effect: true, inputs: [{ name: "prompt", type: "text" }], outputs: [{ name: "text", type: "text" }], defaults: {} },
];
const DOCUMENT = {
  format: "signalbox.flow/1",
  nodes: [
    { id: "input", kind: "input", title: "", plate: 1, config: {}, policy: {} },
    { id: "template", kind: "template", title: "", plate: 2, config: {}, policy: {} },
  ],
  edges: [{ id: "e", source: "input", source_port: "question", target: "template", target_port: "data" }],
  layout: { input: { x: 0, y: 0 }, template: { x: 240, y: 0 } },
};

test("a track turns by 45 degrees over 12 px and never bends elsewhere", () => {
  const path = track(0, 0, 100, 60);
  assert.equal(path, "M0 0 L38 0 L50 12 L50 48 L62 60 L100 60");
  assert.ok(!/[CQSA]/.test(track(100, 0, 0, 60)));
});

test("a track leads around the nodes in its way", () => {
  const box = { x: 100, y: -20, width: 80, height: 60 };
  const way = wayAround(0, 0, 300, 0, [box]);
  const hit = corners(0, 0, 300, 0, way).some(([x, y]) => x > 94 && x < 186 && y > -26 && y < 46);
  assert.ok(way.lane !== undefined && !hit);
});

test("a refusal says why and what helps", () => {
  assert.equal(refusal("documents", "text", KINDS, {}), "documents does not fit text. Add a Template between them.");
  assert.equal(refusal("text", "documents", KINDS, {}), "text does not fit documents. Add a Knowledge search between them.");
  assert.equal(refusal("text", "message", KINDS, { text: ["message"] }), "");
  assert.equal(bridge("file", "tool", KINDS), null);
});

test("kinds are sorted by how they fit", () => {
  const sorted = sortKinds(KINDS, { side: "source", type: "documents" }, {});
  assert.deepEqual(sorted.here.map((e) => e.kind.kind), ["search", "template"]);
  assert.deepEqual(sorted.between.map((e) => [e.kind.kind, e.step.kind]), [["llm", "template"]]);
  assert.deepEqual(sorted.not.map((e) => e.kind.kind), ["input"]);
});

test("a circle is seen before it is closed", () => {
  const edges = [{ source: "a", target: "b" }, { source: "b", target: "c" }];
  assert.ok(closesCircle("c", "a", edges));
  assert.ok(!closesCircle("a", "c", edges));
});

test("ports follow from the settings, and from the defaults where nothing is set", () => {
  assert.deepEqual(outputsOf(KINDS[0], { mode: "form", fields: [{ name: "n", type: "number" }] }).map((p) => [p.name, p.type]), [["n", "number"]]);
  const node = builder(KINDS, {})(DOCUMENT.nodes[0], { x: 0, y: 0 });
  assert.deepEqual(node.data.outputs.map((p) => p.name), ["question", "history"]);
});

test("every edit is undone exactly, also several at once", () => {
  const build = builder(KINDS, {});
  const before = fromDocument(DOCUMENT, build);
  const edge = { ...edgeOf(DOCUMENT.edges[0]) };
  const ops = [
    { op: "move", node: "input", from: { x: 0, y: 0 }, to: { x: 24, y: 48 } },
    { op: "configure", node: "template", value: { template: "Hi" }, was: {} },
    { op: "rename", node: "template", value: "Greeting", was: "" },
    { op: "disconnect", edge },
    { op: "remove_node", item: { ...DOCUMENT.nodes[1], config: { template: "Hi" }, title: "Greeting" }, at: { x: 240, y: 0 } },
  ];
  const after = apply(before, ops, build);
  assert.deepEqual(after.nodes.map((n) => n.id), ["input"]);
  const back = toDocument(apply(after, undoing(ops), build));
  assert.deepEqual(back, { format: DOCUMENT.format, nodes: DOCUMENT.nodes, edges: DOCUMENT.edges, layout: DOCUMENT.layout });
});

test("the wire carries what the server reads and nothing of undo", () => {
  assert.deepEqual(wire({ op: "move", node: "a", from: { x: 0, y: 0 }, to: { x: 1, y: 2 } }), { op: "move", node: "a", x: 1, y: 2 });
  assert.deepEqual(wire({ op: "disconnect", edge: { id: "e" } }), { op: "disconnect", edge: "e" });
  assert.equal(freeId("llm", new Set(["llm", "llm_2"])), "llm_3");
});

test("nodes that came without a place stand beside each other in run order", () => {
  const build = builder(KINDS, {});
  const { nodes } = fromDocument({ ...DOCUMENT, layout: {} }, build);
  assert.deepEqual(nodes.map((n) => n.position), [{ x: 0, y: 0 }, { x: 288, y: 0 }]);
  const partly = fromDocument({ ...DOCUMENT, layout: { input: { x: 12, y: 480 } } }, build);
  assert.deepEqual(partly.nodes.map((n) => n.position), [{ x: 12, y: 480 }, { x: 288, y: 0 }]);
});

test("tidy follows the run order and lets nothing overlap", () => {
  const ids = ["a", "b", "c", "d"];
  const edges = [["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"]].map(([source, target]) => ({ source, target }));
  assert.deepEqual([...columns(ids, edges).values()], [0, 1, 1, 2]);
  const sizes = Object.fromEntries(ids.map((id) => [id, { width: 160, height: 72 }]));
  const placed = tidy(ids, edges, sizes);
  assert.ok(placed.a.x + 160 < placed.b.x && placed.b.x + 160 < placed.d.x);
  assert.ok(Math.abs(placed.b.y - placed.c.y) >= 72);
  const nodes = ids.map((id) => ({ id, position: placed[id] }));
  assert.equal(runOrder(nodes, edges)[0].id, "a");
});

test("the critical path is the time one waits for", () => {
  const nodes = ["a", "b", "c", "d"].map((id) => ({ id }));
  const edges = [["a", "b"], ["a", "c"], ["b", "d"], ["c", "d"]].map(([source, target]) => ({ source, target }));
  const marks = { a: { status: "done", offset_ms: 0, time_ms: 10 }, b: { status: "done", offset_ms: 10, time_ms: 5 }, c: { status: "done", offset_ms: 10, time_ms: 80 }, d: { status: "done", offset_ms: 90, time_ms: 10 } };
  const path = criticalPath(nodes, edges, marks);
  assert.deepEqual([path.ids, path.total, path.longest, path.share], [["a", "c", "d"], 100, "c", 80]);
  assert.ok(axis(4810).ticks.length <= 6);
});

test("variables are those that come before, and unknown ones are marked", () => {
  const build = builder(KINDS, {});
  const graph = fromDocument(DOCUMENT, build);
  const known = variablesFor(graph, "template");
  assert.deepEqual(known.map((v) => v.name), ["input.question", "input.history", "inputs.data"]);
  const cut = parts("{% for p in inputs.data %}{{ p.text }}{% endfor %}{{ input.question }} {{ gone.away }}", known);
  assert.deepEqual(cut.filter((p) => p.kind).map((p) => p.kind), ["k", "v", "k", "v", "v miss"]);
  assert.deepEqual(typing("Hello {{ inp", 12), { start: 6, word: "inp" });
  assert.equal(typing("Hello {{ input.question }} x", 28), null);
});

test("fit leaves the boxes over the canvas free", () => {
  const boxes = [{ x: 0, y: 0, width: 160, height: 72 }, { x: 800, y: 0, width: 160, height: 72 }];
  const view = fitted(boxes, { width: 1200, height: 430 }, { width: 384, height: 150 });
  assert.ok(view.zoom <= 1);
  assert.ok(boxes.every((b) => b.x * view.zoom + view.x > 384 || b.y * view.zoom + view.y > 150));
});

test("a list of problems that grew lies over a node or it does not", () => {
  const [boxes, view] = [[{ x: 0, y: 0, width: 160, height: 72 }], { x: 100, y: 200, zoom: 1 }];
  assert.equal(hides({ width: 384, height: 150 }, boxes, view), false);
  assert.equal(hides({ width: 384, height: 260 }, boxes, view), true);
  assert.equal(hides({ width: 60, height: 260 }, boxes, view), false);
});

test("a toast stands in the corner, or at the nearest place where it covers nothing that can be pressed", () => {
  const [page, toast] = [{ width: 1440, height: 900 }, { width: 380, height: 60 }];
  const box = ({ right, bottom }) => ({ left: 1440 - right - 380, right: 1440 - right, top: 900 - bottom - 60, bottom: 900 - bottom });
  assert.deepEqual(freePlace(page, toast, []), { right: 16, bottom: 16 });
  const send = { left: 1330, right: 1420, top: 850, bottom: 884 };
  const above = freePlace(page, toast, [send]);
  assert.ok(!overlaps(box(above), send) && above.right === 16 && above.bottom < 80);
  const pane = { left: 1060, right: 1440, top: 44, bottom: 900 };
  const beside = freePlace(page, toast, [pane]);
  assert.ok(!overlaps(box(beside), pane) && beside.bottom === 16);
  assert.deepEqual(freePlace(page, toast, [{ left: 0, right: 1440, top: 0, bottom: 900 }]), { right: 16, bottom: 16 });
  assert.ok(freePlace({ width: 390, height: 844 }, { width: 390, height: 60 }, [{ left: 0, right: 390, top: 788, bottom: 844 }]).bottom >= 56);
  const full = [{ left: 0, right: 390, top: 0, bottom: 844 }];
  assert.equal(freePlace({ width: 390, height: 844 }, { width: 390, height: 60 }, full, 68).bottom, 68);
});

test("the settings are incomplete for a setting, not for a port without a track", () => {
  const nodes = [{ id: "ask", data: { kind: { schema: { properties: { model: {} } } } } }];
  assert.equal(ofSettings({ node: "ask", field: "model" }, nodes), true);
  assert.equal(ofSettings({ node: "ask", field: "policy.default" }, nodes), true);
  assert.equal(ofSettings({ node: "ask", field: "prompt" }, nodes), false);
  assert.equal(ofSettings({ node: "", field: "" }, nodes), false);
});

test("a secret is known where the kind may use one, and marked elsewhere", () => {
  const nodes = [{ id: "call", data: { kind: { secret_fields: ["headers"] } } }, { id: "agent", data: { kind: {} } }];
  const marked = (id, field) => parts("{{ secrets.CRM_TOKEN }} {{ variables.SHOP }} {{ gone.x }}", [], storedFor(nodes, id, field)).filter((part) => part.kind).map((part) => part.kind);
  assert.deepEqual(marked("call", "f-call-headers-0"), ["v", "v", "v miss"]);
  assert.deepEqual(marked("agent-tool-0", "f-agent-tool-0-url"), ["v", "v", "v miss"]);
  assert.deepEqual(marked("agent", "f-agent-prompt"), ["v miss", "v", "v miss"]);
});

test("a run that waits for a person goes on", () => {
  assert.deepEqual(["queued", "running", "waiting", "done", "cancelled"].map((status) => isOpen({ status })), [true, true, true, false, false]);
  assert.equal(isOpen(undefined), false);
});
