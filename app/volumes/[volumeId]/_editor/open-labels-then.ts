import { FetchedLabelBricks } from "../../../../components/editor/layers/fetched-label-bricks.ts";
import type { LabelsThenSource } from "../../../../core/history/bring-back.ts";
import { nucleiThen } from "../../../../core/history/then-facts.ts";
import { Problem } from "../../../../core/problem.ts";
import { brickKeyOf } from "../../../../core/volume/brick.ts";
import type { VoxelSpace } from "../../../../core/volume/voxel-space.ts";

export interface OpenedThen extends LabelsThenSource {
  readonly bricks: FetchedLabelBricks;
}

const BOUND_MS = 30_000;

/** The labels as of a position of the journal, brick by brick as they are looked at. Rejects with a Problem. */
export async function openLabelsThen(given: {
  readonly volumeId: string;
  readonly space: VoxelSpace;
  readonly position: number;
}): Promise<OpenedThen> {
  const address = `/api/volumes/${given.volumeId}/history/${given.position}`;
  const response = await fetch(`${address}/facts`, { signal: AbortSignal.timeout(BOUND_MS) }).catch((cause) => {
    throw new Problem(
      { tag: "history-unreachable", what: "The server cannot be reached.", hint: "Try again when it is back." },
      { cause },
    );
  });
  if (!response.ok) throw await refusalOf(response);
  const facts = await new Response(response.body?.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  const { shapeZyx, voxelSizeZyx } = given.space;
  return {
    nuclei: nucleiThen(new Uint8Array(facts)),
    bricks: new FetchedLabelBricks({
      shapeZyx,
      voxelSizeZyx,
      chunkUrl: (bz, by, bx) => `${address}/bricks/${brickKeyOf(bz, by, bx)}`,
    }),
  };
}

async function refusalOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const { tag, what, hint } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  return new Problem({
    tag: text(tag) ?? "history-refused",
    what: text(what) ?? "The labels of that time cannot be shown.",
    hint: text(hint) ?? "Try again in a moment.",
  });
}
