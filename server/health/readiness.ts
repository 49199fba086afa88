import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { isMigrated } from "../../db/client.ts";
import { logOf } from "../log/log.ts";
import type { Services } from "../services.ts";
import { diskSpace } from "../storage/disk-room.ts";
import { createProbe, type Probe } from "./probe.ts";

/** What must be well for people to work. */
export const readinessParts = ["database", "migrations", "blobs", "disk"] as const;
export type ReadinessPart = (typeof readinessParts)[number];

const LOOK_WITHIN_MS = 1_000;
/** Strangers may ask: a look at most this often. */
const KEEP_MS = 1_000;
const log = logOf("health");

const holds: Readonly<Record<ReadinessPart, (services: Services) => Promise<boolean>>> = {
  async database({ connection }) {
    await connection.pool.query("select 1");
    return true;
  },
  migrations: ({ db }) => isMigrated(db),
  async blobs({ blobs, environment }) {
    await access(environment.dataRoot, constants.R_OK | constants.W_OK);
    // A folder or a bucket that can be listed, whatever is in it.
    for await (const _key of blobs.list("readiness/")) break;
    return true;
  },
  async disk({ environment }) {
    const { freeBytes, reserveBytes } = await diskSpace(environment.dataRoot);
    return freeBytes > reserveBytes;
  },
};

/** Asks each part; the log says what stops holding, and why. Resolves to the parts that do not hold. */
function createReadiness(services: Services): Probe<readonly ReadinessPart[]> {
  const probes = readinessParts.map((part) => ({
    part,
    ask: createProbe(() => holds[part](services), LOOK_WITHIN_MS),
    well: true,
  }));
  let lookedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly ReadinessPart[]> = Promise.resolve([]);
  const look = async (): Promise<readonly ReadinessPart[]> => {
    await Promise.all(
      probes.map(async (probe) => {
        const before = probe.well;
        probe.well = await probe.ask().catch((error) => {
          if (before) log.failed(`${probe.part}: no answer`, error);
          return false;
        });
        if (before !== probe.well) log.warn(`${probe.part}: ${probe.well ? "well again" : "not ready"}`);
      }),
    );
    return probes.filter(({ well }) => !well).map(({ part }) => part);
  };
  return () => {
    if (performance.now() - lookedAt >= KEEP_MS) {
      lookedAt = performance.now();
      answer = look();
    }
    return answer;
  };
}

const ofServices = new WeakMap<Services, Probe<readonly ReadinessPart[]>>();

/** The parts of a server that are not ready at this moment; none where all is well. */
export function partsNotReady(services: Services): Promise<readonly ReadinessPart[]> {
  let readiness = ofServices.get(services);
  if (!readiness) {
    readiness = createReadiness(services);
    ofServices.set(services, readiness);
  }
  return readiness();
}
