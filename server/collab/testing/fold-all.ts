import { baseOf, currentGenerationNumber } from "../../../core/sync/document/document-layout.ts";
import type { Services } from "../../services.ts";
import { liveVolumesOf } from "../live/live-volumes.ts";
import { waitFor } from "./wait-for.ts";

/** Seals the volume's generations and waits until everything that was durable is folded. */
export async function foldAll(services: Services, volumeId: string): Promise<void> {
  const { room } = await liveVolumesOf(services).use(volumeId, async (live) => live);
  const last = currentGenerationNumber(room.doc);
  for (let i = 0; i < 3; i++) room.seal();
  await room.readState();
  const folded = () => baseOf(room.doc).foldedGeneration;
  await waitFor(
    () => folded() >= last && room.isSettled,
    () => `generation ${last} folded, but ${folded()}`,
    30_000,
  );
  await room.readState();
}
