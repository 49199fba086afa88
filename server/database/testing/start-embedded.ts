import { startEmbeddedPostgres } from "../embedded/embedded-postgres.ts";

/** Brings the database of a data root up, says so, and stays: for tests that kill it on the way. */
await startEmbeddedPostgres(process.argv[2]);
console.log("ready");
setInterval(() => {}, 1000);
