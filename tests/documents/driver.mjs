// What Node's `mongodb` driver does with the server whose URL is given; prints what came of it as JSON.
import { createRequire } from "node:module";

const [, , folder, url] = process.argv;
const { MongoClient } = createRequire(`${folder}/`)("mongodb");

const client = new MongoClient(url);
const db = client.db();
const notes = db.collection("notes");
const result = {};

await notes.insertMany(
  Array.from({ length: 250 }, (_, n) => ({ _id: n, n: n % 5, tags: n % 2 ? ["odd", "all"] : ["all"], items: [{ k: 1 }, { k: 2 }] })),
);
result.find = await notes.find({ n: 3 }, { projection: { n: 1 } }).sort({ n: 1, _id: -1 }).limit(2).toArray();
result.batches = (await notes.find({}, { batchSize: 40 }).toArray()).length;
const changed = await notes.updateOne({ _id: 1, "items.k": 2 }, { $set: { "items.$.done": true }, $inc: { n: 10 }, $push: { tags: "x" } });
result.update = [changed.matchedCount, changed.modifiedCount, await notes.findOne({ _id: 1 })];
result.noop = (await notes.updateOne({ _id: 1 }, { $set: { n: 11 } })).modifiedCount;
const upserted = await notes.updateOne({ slug: "a" }, { $setOnInsert: { n: 1 } }, { upsert: true });
result.upsert = [upserted.upsertedCount, upserted.upsertedId?.toHexString().length];
result.modify = await notes.findOneAndUpdate({ _id: 2 }, { $set: { n: 7 } }, { returnDocument: "after", projection: { n: 1 } });
result.raw = (await notes.findOneAndUpdate({ _id: "no" }, { $set: { n: 7 } }, { includeResultMetadata: true })).lastErrorObject;
await db.collection("names").insertMany([{ _id: 1, tag: "odd", name: "Odd" }]);
result.aggregate = await notes
  .aggregate([
    { $match: { _id: { $lt: 10 } } },
    { $unwind: "$tags" },
    { $group: { _id: "$tags", count: { $sum: 1 } } },
    { $lookup: { from: "names", localField: "_id", foreignField: "tag", as: "names" } },
    { $sort: { count: -1 } },
    { $project: { _id: 0, tag: "$_id", count: 1, names: "$names.name" } },
  ])
  .toArray();
await notes.createIndex({ slug: 1 }, { unique: true, partialFilterExpression: { slug: { $exists: true } } });
try {
  await notes.insertOne({ slug: "a" });
} catch (error) {
  result.duplicate = [error.code, error.keyPattern, error.keyValue];
}
result.indexes = (await notes.indexes()).map((index) => index.name);
result.bulk = await notes
  .bulkWrite([{ insertOne: { document: { _id: 900 } } }, { deleteOne: { filter: { _id: 900 } } }, { updateMany: { filter: { n: 4 }, update: { $set: { n: 5 } } } }])
  .then(({ insertedCount, deletedCount, modifiedCount }) => [insertedCount, deletedCount, modifiedCount]);
result.count = await notes.countDocuments({ tags: "odd" });
result.distinct = await notes.distinct("tags");
try {
  await db.command({ frobnicate: 1 });
} catch (error) {
  result.unknown = [error.code, error.codeName];
}
const session = client.startSession();
try {
  await session.withTransaction(() => notes.insertOne({}, { session }));
} catch (error) {
  result.transaction = error.message.split(".")[0];
}
await session.endSession();
await db.dropDatabase();
await client.close();
console.log(JSON.stringify(result));
