import type { BrickKey } from "../../core/volume/brick.ts";
import { liveVolumesOf } from "../collab/live-volumes.ts";
import type { Services } from "../services.ts";

/** The annotators' labels of a brick as the server knows them now; null where all is background. Never write into it. */
export async function readLiveBrick(services: Services, volumeId: string, key: BrickKey): Promise<Uint32Array | null> {
  const live = await liveVolumesOf(services).get(volumeId);
  return live.labels.readBrick(key);
}

/** What a person has said of a label; undefined where nobody has. */
export async function readLiveStatus(services: Services, volumeId: string, label: number): Promise<string | undefined> {
  const live = await liveVolumesOf(services).get(volumeId);
  return live.room.fold.facts.fieldsOf(label).status;
}
