// The same service on Node's own http module: one file, nothing to install.
"use strict";

const http = require("node:http");

const MAX_BYTES = 1_048_576;
const MAX_DEPTH = 64;
const [SMALLEST, LARGEST] = [-(2n ** 63n), 2n ** 63n - 1n];

class Problem extends Error {
  constructor(status, code, errors = [], headers = {}) {
    super(code);
    Object.assign(this, { status, code, errors, headers });
  }
}

const fault = (field, code) => ({ field, code, message: `is wrong: ${code}` });
const notFound = () => new Problem(404, "not_found");
const malformed = () => new Problem(400, "malformed_request");

// Each path knows its methods; a view returns [status, value].
const ROUTES = [
  [/^\/healthz$/, { GET: () => [200, { status: "ok" }] }],
  [/^\/v1\/hello$/, { GET: (request, url) => [200, hello(url.searchParams)] }],
  [/^\/v1\/echo\/([^/]+)$/, { GET: (request, url, text) => [200, echo(text)] }],
  [/^\/v1\/sum$/, { POST: async (request) => [200, sum(await readObject(request))] }],
  [/^\/v1\/counter$/, { GET: () => [200, { value: clicks }], POST: () => [201, { value: ++clicks }] }],
  [/^\/v1\/boom$/, { GET: () => { throw new Error("on purpose"); } }],
];

let clicks = 0; // one thread: ++ cannot be interrupted

function hello(parameters) {
  const errors = [...new Set(parameters.keys())]
    .filter((name) => name !== "name")
    .map((name) => fault(name, "unknown_field"));
  const name = (parameters.get("name") ?? "World").trim();
  const length = [...name].length; // name.length would count an emoji twice
  if (length === 0) errors.push(fault("name", "blank"));
  if (length > 50) errors.push(fault("name", "too_long"));
  if (errors.length) throw new Problem(400, "invalid_parameter", errors);
  return { message: `Hello, ${name}!` };
}

function echo(escaped) {
  let text;
  try {
    text = decodeURIComponent(escaped);
  } catch {
    throw notFound(); // not UTF-8
  }
  const characters = [...text];
  return { text, length: characters.length, reversed: characters.reverse().join("") };
}

function sum(body) {
  const errors = Object.keys(body).filter((name) => name !== "numbers").map((name) => fault(name, "unknown_field"));
  const numbers = Object.hasOwn(body, "numbers") ? body.numbers : undefined;
  if (numbers === undefined) errors.push(fault("numbers", "required"));
  else if (!Array.isArray(numbers)) errors.push(fault("numbers", numbers === null ? "null" : "type"));
  else if (numbers.length === 0) errors.push(fault("numbers", "too_short"));
  else if (numbers.length > 1000) errors.push(fault("numbers", "too_many"));
  else numbers.forEach((number, index) => errors.push(...numberFaults(`numbers[${index}]`, number)));
  if (errors.length) throw new Problem(422, "validation_failed", errors);
  const total = numbers.reduce((left, right) => left + BigInt(right.digits), 0n);
  return { sum: { digits: String(total) }, count: numbers.length };
}

function numberFaults(field, number) {
  if (!(number instanceof Numeral) || !/^-?\d+$/.test(number.digits)) return [fault(field, "type")];
  const value = BigInt(number.digits);
  if (value < SMALLEST) return [fault(field, "too_small")];
  if (value > LARGEST) return [fault(field, "too_large")];
  return [];
}

// JSON.parse() makes a double of every number: 2**53 + 1 changes, 2.0 and 2 are the same. So numbers are
// handed on as the digits that were sent. The core checks ask for none of this.
class Numeral {
  constructor(digits) {
    this.digits = digits;
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]|-?\d[\d.eE+-]*/g;
const MARK = "\u0000number:";

function parse(text) {
  JSON.parse(text); // throws a SyntaxError unless all of it is JSON
  let depth = 0;
  const marked = text.replace(TOKEN, (token) => {
    if ("[{".includes(token) && ++depth > MAX_DEPTH) throw malformed();
    if ("]}".includes(token)) depth--;
    if (!/^[-\d]/.test(token)) return token;
    if (!Number.isFinite(Number(token))) throw malformed();
    return JSON.stringify(MARK + token);
  });
  return JSON.parse(marked, (key, value) =>
    typeof value === "string" && value.startsWith(MARK) ? new Numeral(value.slice(MARK.length)) : value);
}

async function readObject(request) {
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (mediaType !== "application/json") throw new Problem(415, "unsupported_media_type");
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BYTES) throw new Problem(413, "payload_too_large");
  let value;
  try {
    value = parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw error instanceof Problem ? error : malformed();
  }
  if (value === null || typeof value !== "object" || Array.isArray(value) || value instanceof Numeral) {
    throw new Problem(422, "validation_failed", [fault("", "type")]);
  }
  return value;
}

async function answer(request) {
  const url = new URL("http://localhost" + request.url);
  for (const [pattern, views] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (!match) continue;
    const view = views[request.method === "HEAD" ? "GET" : request.method];
    if (view) return view(request, url, ...match.slice(1));
    const methods = Object.keys(views).concat(views.GET ? ["HEAD"] : []).join(", ");
    throw new Problem(405, "method_not_allowed", [], { Allow: methods });
  }
  throw notFound();
}

// The sum is written as its digits, since no JavaScript number could hold it.
function write(value) {
  return JSON.stringify(value).replace(/\{"digits":"(-?\d+)"\}/g, "$1");
}

async function serve(request, response) {
  let status, value, headers;
  try {
    [status, value] = await answer(request);
    headers = { "Content-Type": "application/json" };
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    const problem = error instanceof Problem ? error : new Problem(500, "internal_error");
    status = problem.status;
    value = { title: problem.code, status, code: problem.code };
    if (problem.errors.length) value.errors = problem.errors;
    headers = { "Content-Type": "application/problem+json", ...problem.headers };
  }
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : write(value));
}

http.createServer(serve).listen(Number(process.env.PORT ?? 8000), process.env.HOST ?? "127.0.0.1");
