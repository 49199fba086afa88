import { startPostmaster } from "../embedded/postmaster.ts";

/** Starts what stands for PostgreSQL, which never answers: `start-stand-in.ts <data> <program>`. For tests that kill it on the way. */
const [data, postgres] = process.argv.slice(2);
await startPostmaster(
  { root: data, data, socketFolder: data },
  { postgres, identity: { prefix: [] }, ask: async () => "absent", say: () => {} },
);
