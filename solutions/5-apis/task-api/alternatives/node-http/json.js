// Strict JSON, and errors that are answers.
"use strict";

const MAX_BYTES = 1_048_576;
const MAX_DEPTH = 64;

class Problem extends Error {
  constructor(status, code, errors = [], headers = {}) {
    super(code);
    Object.assign(this, { status, code, errors, headers });
  }
}

const fault = (field, code) => ({ field, code, message: `is wrong: ${code}` });
const notFound = () => new Problem(404, "not_found");
const malformed = () => new Problem(400, "malformed_request");

// JSON.parse() makes the same number of 2 and 2.0. One with a fraction or an exponent becomes a Float here, so
// that it can be told from an integer; only the hardening stage asks for it.
class Float {}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}]|-?\d[\d.eE+-]*/g;
const MARK = "\u0000float";

function parse(text) {
  JSON.parse(text); // throws a SyntaxError unless all of it is JSON
  let depth = 0;
  const marked = text.replace(TOKEN, (token) => {
    if ("[{".includes(token) && ++depth > MAX_DEPTH) throw malformed();
    if ("]}".includes(token)) depth--;
    if (!/^[-\d]/.test(token)) return token;
    if (!Number.isFinite(Number(token))) throw malformed();
    return /[.eE]/.test(token) ? JSON.stringify(MARK) : token;
  });
  return JSON.parse(marked, (_, value) => (value === MARK ? new Float() : value));
}

async function readJson(request, ...more) {
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (!["application/json", ...more].includes(mediaType)) throw new Problem(415, "unsupported_media_type");
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
  if (value === null || typeof value !== "object" || Array.isArray(value) || value instanceof Float) {
    throw new Problem(422, "validation_failed", [fault("", "type")]);
  }
  return value;
}

module.exports = { Float, Problem, fault, notFound, readJson };
