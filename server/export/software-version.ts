import { readFileSync } from "node:fs";
import { z } from "zod";

const packageSchema = z.object({ version: z.string() });

/** Written into everything that leaves the platform. */
export const software = {
  name: "Karyoloop",
  version: packageSchema.parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")))
    .version,
} as const;
