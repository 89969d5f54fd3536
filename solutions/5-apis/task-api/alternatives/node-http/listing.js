// Query parameters in; conditions, order and page out, in the words of SQL.
"use strict";

const { STATUSES, tag, text, time } = require("./fields.js");
const { Problem, fault } = require("./json.js");

const SORTS = {
  created_at: "created_at", updated_at: "updated_at", due_at: "due_at", priority: "priority", title: "lower(title)",
  status: "CASE status WHEN 'todo' THEN 0 WHEN 'doing' THEN 1 ELSE 2 END",
};
const REPEATABLE = ["status", "tag"];

// Each reader gets all values of its parameter and returns [condition, values], or throws [[place, code]].
const FILTERS = {
  status: (values) => [`status IN (${values.map(() => "?").join()})`, values.map((one) => choice(one, STATUSES))],
  priority_min: ([value]) => ["priority >= ?", [whole(value, 1, 5)]],
  priority_max: ([value]) => ["priority <= ?", [whole(value, 1, 5)]],
  tag: (values) => [
    values.map(() => "EXISTS (SELECT 1 FROM tags WHERE task = tasks.number AND tag = ?)").join(" AND "),
    values.map(tag),
  ],
  q: ([value]) => {
    if (!value) throw [["", "blank"]];
    text(value, 100);
    return ["instr(lower(title), lower(?)) + instr(lower(description), lower(?)) > 0", [value, value]];
  },
  due_before: ([value]) => ["due_at < ?", [time(value)]],
  due_after: ([value]) => ["due_at >= ?", [time(value)]],
  overdue: ([value]) => [
    `${choice(value, ["true", "false"]) === "true" ? "" : "NOT "}(ifnull(due_at < ?, 0) AND status <> 'done')`,
    [new Date().toISOString()],
  ],
};

function choice(value, choices) {
  if (!choices.includes(value)) throw [["", "choice"]];
  return value;
}

function whole(value, least, most) {
  if (!/^-?[0-9]+$/.test(value)) throw [["", "type"]];
  if (Number(value) < least) throw [["", "too_small"]];
  if (Number(value) > most) throw [["", "too_large"]];
  return Number(value);
}

function sort([value]) {
  const keys = value.split(",").map((key) => [key.replace(/^-/, ""), key.startsWith("-") ? "DESC" : "ASC"]);
  for (const [name] of keys) choice(name, Object.keys(SORTS));
  if (new Set(keys.map(([name]) => name)).size < keys.length) throw [["", "duplicate"]];
  if (keys.length > 3) throw [["", "too_many"]];
  return keys.map(([name, direction]) => `${SORTS[name]} ${direction} NULLS LAST`).join(", ");
}

function readListing(parameters) {
  const listing = { conditions: ["1"], values: [], order: "created_at DESC", limit: 20, offset: 0 };
  const readers = {
    sort: (values) => { listing.order = sort(values); },
    limit: ([value]) => { listing.limit = whole(value, 1, 100); },
    offset: ([value]) => { listing.offset = whole(value, 0, 100_000); },
  };
  for (const [name, read] of Object.entries(FILTERS)) {
    readers[name] = (values) => {
      const [condition, wanted] = read(values);
      listing.conditions.push(`(${condition})`);
      listing.values.push(...wanted);
    };
  }
  const errors = [];
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    try {
      if (!Object.hasOwn(readers, name)) throw [["", "unknown_field"]];
      if (values.length > 1 && !REPEATABLE.includes(name)) throw [["", "duplicate"]];
      readers[name](values);
    } catch (told) {
      if (!Array.isArray(told)) throw told;
      errors.push(...told.map(([, code]) => fault(name, code)));
    }
  }
  if (errors.length) throw new Problem(400, "invalid_parameter", errors);
  return listing;
}

module.exports = { readListing };
