// What callers may write: each reader returns a clean value, or throws a list of [place, code].
"use strict";

const { Float, fault } = require("./json.js");

const STATUSES = ["todo", "doing", "done"];
const DEFAULTS = { description: "", status: "todo", priority: 3, due_at: null, tags: [] };
const READ_ONLY = ["id", "created_at", "updated_at", "completed_at"];
const TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const UNFIT = /[\u0000]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const refuse = (code, place = "") => { throw [[place, code]]; };
const length = (text) => [...text].length; // text.length would count an emoji twice
const trim = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

function text(value, longest) {
  if (typeof value !== "string") refuse("type");
  if (length(value) > longest) refuse("too_long");
  if (UNFIT.test(value)) refuse("characters");
  return value;
}

function name(value, longest) {
  if (typeof value !== "string") refuse("type");
  return text(trim(value), longest) || refuse("blank");
}

function status(value) {
  return STATUSES.includes(text(value, 200)) ? value : refuse("choice");
}

function priority(value) {
  if (value instanceof Float || !Number.isInteger(value)) refuse("type");
  if (value < 1) refuse("too_small");
  return value > 5 ? refuse("too_large") : value;
}

function dueAt(value) {
  if (value === null) return null;
  if (typeof value !== "string") refuse("type");
  return time(value);
}

function time(sent) {
  const match = TIME.exec(sent) ?? refuse("format");
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, Number((match[7] ?? "").padEnd(3, "0").slice(0, 3)));
  // Date turns February 30 into March 2: what comes out has to be what went in.
  const same = local.toISOString().slice(0, 19) === sent.slice(0, 19).toUpperCase();
  const [hours, minutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (!same || hours > 23 || minutes > 59) refuse("format");
  const ahead = (hours * 60 + minutes) * (match[8] === "-" ? -60_000 : 60_000);
  const moment = new Date(local.getTime() - ahead).toISOString();
  return moment.length === 24 ? moment : refuse("format"); // years below 0 or above 9999 are longer
}

function tags(value) {
  if (!Array.isArray(value)) refuse("type");
  const found = new Set();
  const faults = [];
  value.forEach((item, index) => {
    try {
      found.add(tag(item));
    } catch (told) {
      faults.push(...told.map(([, code]) => [`[${index}]`, code]));
    }
  });
  if (found.size > 10) faults.push(["", "too_many"]);
  if (faults.length) throw faults;
  return [...found];
}

const tag = (value) => name(value, 30).toLowerCase();

const READERS = {
  title: (value) => name(value, 200),
  description: (value) => text(value, 5000),
  status, priority, due_at: dueAt, tags,
};

function readTask(body, partial) {
  const values = partial ? {} : { ...DEFAULTS };
  const errors = partial || Object.hasOwn(body, "title") ? [] : [fault("title", "required")];
  for (const [member, value] of Object.entries(body)) {
    try {
      if (READ_ONLY.includes(member)) refuse("read_only");
      if (!Object.hasOwn(READERS, member)) refuse("unknown_field");
      if (value === null && member !== "due_at") refuse("null");
      values[member] = READERS[member](value);
    } catch (told) {
      if (!Array.isArray(told)) throw told;
      errors.push(...told.map(([place, code]) => fault(member + place, code)));
    }
  }
  return { values, errors };
}

module.exports = { STATUSES, readTask, tag, text, time };
