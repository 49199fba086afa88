import { and, asc, eq, gte, sql } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import { claim, trainingBox, volume } from "../../../db/schema/index.ts";
import type { Services } from "../../services.ts";
import { findProposalsToFreeze } from "../../snapshots/proposals-to-freeze.ts";

/** What decides about labels, mask and proposals of a volume beside its voxels. */
export interface VolumeFacts {
  readonly projectId: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly boxes: readonly VoxelBox[];
  /** Somebody looks at them in the queue: not finished, and no truth. */
  readonly claimed: ReadonlySet<number>;
  readonly proposals: {
    /** Null where nothing is proposed. */
    readonly currentPrefix: string | null;
    readonly undecided: ReadonlySet<number>;
    readonly rejected: readonly { readonly labelValue: number; readonly box: VoxelBox; readonly blobPrefix: string }[];
  } | null;
}

/** Claims lapse without a word, and what another server told may be missed. */
const READ_AGAIN_MS = 5_000;
const MAX_KEPT = 64;

interface Kept {
  readonly facts: Promise<VolumeFacts | null>;
  readonly atMs: number;
  projectId: string | null;
}
const keptOf = new WeakMap<Services, Map<string, Kept>>();

function keptBy(services: Services): Map<string, Kept> {
  const there = keptOf.get(services);
  if (there) return there;
  const kept = new Map<string, Kept>();
  keptOf.set(services, kept);
  const changing: ReadonlySet<string> = new Set(["proposals", "boxes", "volume", "queue"]);
  services.events.subscribe((event) => {
    if (!changing.has(event.topic) || !("projectId" in event)) return;
    // Those that are just being read do not know their project yet.
    for (const [volumeId, one] of kept)
      if (one.projectId === event.projectId || one.projectId === null) kept.delete(volumeId);
  });
  return kept;
}

/** Read once for all chunks of a volume, and again when it has changed; null where the volume is gone. */
export async function volumeFacts(services: Services, volumeId: string): Promise<VolumeFacts | null> {
  const kept = keptBy(services);
  const known = kept.get(volumeId);
  if (known && performance.now() - known.atMs < READ_AGAIN_MS) return known.facts;
  const one: Kept = { facts: readFacts(services, volumeId), atMs: performance.now(), projectId: null };
  kept.delete(volumeId);
  kept.set(volumeId, one);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? "");
  one.facts.then(
    (facts) => {
      one.projectId = facts?.projectId ?? "";
    },
    () => {
      if (kept.get(volumeId) === one) kept.delete(volumeId);
    },
  );
  return one.facts;
}

/** Predictions come minutes apart: whoever meets two of them in one read has met all there are. */
const MAX_READS = 3;

/**
 * What `read` makes of facts that still hold when it is done; null where the volume is gone. The image of a prediction goes once
 * another has taken its place, and what is missing of an image reads as "nothing there".
 */
export async function readByFacts<T>(
  services: Services,
  volumeId: string,
  read: (facts: VolumeFacts) => Promise<T>,
): Promise<T | null> {
  for (let tries = 0; tries < MAX_READS; tries++) {
    const facts = await volumeFacts(services, volumeId);
    if (!facts) return null;
    const value = await read(facts);
    const after = await volumeFacts(services, volumeId);
    if (after?.proposals?.currentPrefix === facts.proposals?.currentPrefix) return value;
  }
  throw new Problem({
    tag: "proposals-replaced",
    what: "New proposals took the place of those that were being read.",
    hint: "Ask again.",
  });
}

async function readFacts({ db }: Services, volumeId: string): Promise<VolumeFacts | null> {
  const [row] = await db
    .select({ projectId: volume.projectId, shapeZyx: volume.shapeZyx, voxelSizeZyx: volume.voxelSizeZyx })
    .from(volume)
    .where(eq(volume.id, volumeId));
  if (!row) return null;
  const boxes = await db
    .select({ minZyx: trainingBox.minZyx, maxZyx: trainingBox.maxZyx })
    .from(trainingBox)
    .where(eq(trainingBox.volumeId, volumeId))
    .orderBy(asc(trainingBox.createdAt), asc(trainingBox.id));
  const claimed = await db
    .select({ label: claim.labelValue })
    .from(claim)
    .where(and(eq(claim.volumeId, volumeId), gte(claim.expiresAt, sql`now()`)));
  const proposals = await findProposalsToFreeze(db, volumeId);
  return {
    ...row,
    boxes,
    claimed: new Set(claimed.map(({ label }) => label)),
    proposals: proposals && {
      currentPrefix: proposals.currentPrefix,
      undecided: new Set(proposals.undecided),
      rejected: proposals.rejected,
    },
  };
}
