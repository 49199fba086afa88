import type { NucleusFields } from "../../core/edit/label-document.ts";
import type { BrickKey } from "../../core/volume/brick.ts";
import type { ReadLabelBrick } from "../label-images/brick-volume-source.ts";
import { unzipLabelBrick } from "../label-images/read-label-chunk.ts";
import type { Services } from "../services.ts";

/** One durable state of a volume's labels. */
export interface FrozenLabels {
  readonly journalPosition: number;
  /** Merges baked: every voxel has the smallest label of its group. */
  readonly readBrick: ReadLabelBrick;
  /** Effective values of the merged group. */
  fieldsOf(label: number): NucleusFields;
  /** Account id of who changed it last (names are an export's matter); null where it came with the file. */
  lastTouchedBy(label: number): string | null;
}

/** The annotators' labels as the server knows them now. */
export interface LiveLabels {
  readBrick(volumeId: string, key: BrickKey): Promise<Uint32Array | null>;
  statusOf(volumeId: string, label: number): Promise<string | undefined>;
  freeze(volumeId: string): Promise<FrozenLabels>;
}

export function liveLabels(services: Services): LiveLabels {
  const readBase = async (volumeId: string, key: BrickKey) => {
    const gzipped = await services.blobs.get(`volumes/${volumeId}/base/${key}`);
    return gzipped && unzipLabelBrick(gzipped);
  };
  return {
    readBrick: readBase,
    statusOf: async () => undefined,
    freeze: async (volumeId) => ({
      journalPosition: 0,
      readBrick: (key) => readBase(volumeId, key),
      fieldsOf: () => ({}),
      lastTouchedBy: () => null,
    }),
  };
}
