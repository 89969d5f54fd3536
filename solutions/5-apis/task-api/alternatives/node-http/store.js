// Tasks in SQLite: ids are random, so a number keeps the order of creation; tags have a table of their own.
"use strict";

const crypto = require("node:crypto");
const { Database } = require("node-sqlite3-wasm");
const { Problem } = require("./json.js");

const file = (process.env.DATABASE_URL ?? "sqlite:///app.db").replace(/^sqlite:\/\/\//, "");
const database = new Database(file);
database.exec(`
  PRAGMA busy_timeout = 10000;
  CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, description TEXT NOT NULL,
    status TEXT NOT NULL, priority INTEGER NOT NULL, due_at TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, completed_at TEXT
  );
  CREATE TABLE IF NOT EXISTS tags (task INTEGER NOT NULL, place INTEGER NOT NULL, tag TEXT NOT NULL,
    PRIMARY KEY (task, place));
  CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, body TEXT NOT NULL, id TEXT NOT NULL);
`);
process.on("SIGTERM", () => { database.close(); process.exit(0); });

function transaction(work) {
  database.exec("BEGIN IMMEDIATE");
  try {
    const value = work();
    database.exec("COMMIT");
    return value;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function taskOf({ number, ...row }) {
  const tags = database.all("SELECT tag FROM tags WHERE task = ? ORDER BY place", [number]).map(({ tag }) => tag);
  return { ...row, tags };
}

function find(id) {
  const row = /^[0-9a-f]{32}$/.test(id) ? database.get("SELECT * FROM tasks WHERE id = ?", [id]) : null;
  return row ? taskOf(row) : null;
}

function setTags(number, tags) {
  database.run("DELETE FROM tags WHERE task = ?", [number]);
  tags.forEach((tag, place) => database.run("INSERT INTO tags VALUES (?, ?, ?)", [number, place, tag]));
}

function insert({ tags, ...values }) {
  const moment = new Date().toISOString();
  const completed_at = values.status === "done" ? moment : null;
  const id = crypto.randomBytes(16).toString("hex");
  const row = { ...values, id, created_at: moment, updated_at: moment, completed_at };
  const marks = Object.keys(row).map(() => "?").join();
  const sql = `INSERT INTO tasks (${Object.keys(row).join()}) VALUES (${marks})`;
  setTags(database.run(sql, Object.values(row)).lastInsertRowid, tags);
  return find(id);
}

const add = (values) => transaction(() => insert(values));

function addOnce(values, key, body) {
  return transaction(() => {
    const earlier = database.get("SELECT * FROM keys WHERE key = ?", [key]);
    if (earlier && earlier.body !== body) throw new Problem(422, "idempotency_key_reused");
    if (earlier) return find(earlier.id);
    const task = insert(values);
    database.run("INSERT INTO keys VALUES (?, ?, ?)", [key, body, task.id]);
    return task;
  });
}

function change(task, values) {
  const changed = Object.keys(values).filter((name) => JSON.stringify(values[name]) !== JSON.stringify(task[name]));
  if (!changed.length) return task;
  const { tags, ...sets } = Object.fromEntries(changed.map((name) => [name, values[name]]));
  sets.updated_at = new Date(Math.max(Date.now(), Date.parse(task.updated_at) + 1)).toISOString();
  if (sets.status) sets.completed_at = sets.status === "done" ? sets.updated_at : null;
  transaction(() => {
    const columns = Object.keys(sets).map((name) => `${name} = ?`).join();
    database.run(`UPDATE tasks SET ${columns} WHERE id = ?`, [...Object.values(sets), task.id]);
    if (tags) setTags(database.get("SELECT number FROM tasks WHERE id = ?", [task.id]).number, tags);
  });
  return find(task.id);
}

function remove({ id }) {
  transaction(() => {
    database.run("DELETE FROM tags WHERE task = (SELECT number FROM tasks WHERE id = ?)", [id]);
    database.run("DELETE FROM tasks WHERE id = ?", [id]);
  });
}

function page({ conditions, values, order, limit, offset }) {
  const source = `FROM tasks WHERE ${conditions.join(" AND ")}`;
  const { total } = database.get(`SELECT count(*) AS total ${source}`, values);
  const rows = database.all(`SELECT * ${source} ORDER BY ${order}, number LIMIT ${limit} OFFSET ${offset}`, values);
  return { items: rows.map(taskOf), total };
}

module.exports = { add, addOnce, change, find, page, remove };
