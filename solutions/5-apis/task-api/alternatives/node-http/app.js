// The same service on Node's own http module. One thread and a database that answers at once: from the first
// look at a task to the last write nothing else runs, so that a transaction is all a change needs.
"use strict";

const crypto = require("node:crypto");
const http = require("node:http");
const { Problem, fault, notFound, readJson } = require("./json.js");
const { readTask } = require("./fields.js");
const { readListing } = require("./listing.js");
const store = require("./store.js");

const MERGE_PATCH = "application/merge-patch+json";

// Each path knows its methods; a view returns [status, value, headers].
const ROUTES = [
  [/^\/healthz$/, { GET: () => [200, { status: "ok" }] }],
  [/^\/v1\/tasks$/, { POST: create, GET: list }],
  [/^\/v1\/tasks\/([^/]+)$/, { DELETE: remove, PATCH: patch, PUT: replace, GET: show }],
];

// A hash of all that is shown: equal states have equal tags, and no column has to count versions.
const etag = (task) => `"${crypto.createHash("sha256").update(JSON.stringify(task)).digest("base64url")}"`;
const shown = (status, task, headers = {}) => [status, task, { ETag: etag(task), ...headers }];

async function create({ request }) {
  const body = await readJson(request);
  const key = request.headers["idempotency-key"];
  if (key !== undefined && !/^[!-~]{1,64}$/.test(key)) {
    throw new Problem(400, "invalid_parameter", [fault("Idempotency-Key", "format")]);
  }
  const { values, errors } = readTask(body, false);
  if (errors.length) throw new Problem(422, "validation_failed", errors);
  const task = key === undefined ? store.add(values) : store.addOnce(values, key, canonical(body));
  return shown(201, task, { Location: `/v1/tasks/${task.id}` });
}

// The same text for equal JSON values, whatever the order of their members.
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part);
}

function list({ url }) {
  const { limit, offset, ...wanted } = readListing(url.searchParams);
  const { items, total } = store.page({ limit, offset, ...wanted });
  return [200, { items, page: { limit, offset, total } }];
}

function show({ request, id }) {
  const task = find(id);
  const known = request.headers["if-none-match"];
  if (known !== undefined && matches(known.replaceAll("W/", ""), task)) return [304, undefined, { ETag: etag(task) }];
  return shown(200, task);
}

async function replace(call) {
  return change(call, readTask(await readJson(call.request), false));
}

async function patch(call) {
  return change(call, readTask(await readJson(call.request, MERGE_PATCH), true));
}

// No await from here to the end: nobody can come between.
function change({ request, id }, { values, errors }) {
  const task = find(id);
  demandMatch(request, task);
  if (errors.length) throw new Problem(422, "validation_failed", errors);
  return shown(200, store.change(task, values));
}

function remove({ request, id }) {
  const task = find(id);
  demandMatch(request, task);
  store.remove(task);
  return [204];
}

function find(id) {
  const task = store.find(id);
  if (!task) throw notFound();
  return task;
}

function demandMatch(request, task) {
  const wanted = request.headers["if-match"];
  if (wanted !== undefined && !matches(wanted, task)) throw new Problem(412, "precondition_failed");
}

const matches = (header, task) =>
  header.trim() === "*" || header.split(",").some((tag) => tag.trim() === etag(task));

async function answer(request) {
  const url = new URL("http://localhost" + request.url);
  for (const [pattern, views] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (!match) continue;
    const view = views[request.method === "HEAD" ? "GET" : request.method];
    if (view) return view({ request, url, id: match[1] });
    throw new Problem(405, "method_not_allowed", [], { Allow: [...Object.keys(views), "HEAD"].join(", ") });
  }
  throw notFound();
}

async function serve(request, response) {
  let status, value, headers;
  let type = "application/json";
  try {
    [status, value, headers = {}] = await answer(request);
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    const problem = error instanceof Problem ? error : new Problem(500, "internal_error");
    ({ status, headers } = problem);
    value = { title: problem.code, status, code: problem.code };
    if (problem.errors.length) value.errors = problem.errors;
    type = "application/problem+json";
  }
  response.writeHead(status, value === undefined ? headers : { "Content-Type": type, ...headers });
  response.end(value === undefined || request.method === "HEAD" ? undefined : JSON.stringify(value));
}

http.createServer(serve).listen(Number(process.env.PORT ?? 8000), process.env.HOST ?? "127.0.0.1");
