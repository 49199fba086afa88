import type { KeptChannel } from "./file-channels.ts";
import type { LabelFacts } from "./label-facts.ts";
import type { LabelParts } from "./label-findings.ts";

/** What an import does, as kept in the database until it is over: enough to start again after a restart. */
export type ImageOrigin =
  | {
      readonly kind: "upload";
      readonly uploadId: string;
      readonly fileName: string;
      /** Path of the image inside the file, as the inspection named it. */
      readonly image: string;
      readonly channel: number;
      readonly time: number;
    }
  /** The synthetic volume; for labels, the share of its nuclei that are taken. */
  | { readonly kind: "sample"; readonly seed: number; readonly share: number };

/** `accepted`: truth from the start. `proposals`: to be judged one by one. */
export type LabelMode = "accepted" | "proposals";

export interface ImportRequest {
  /** Null where only labels are added to a volume that is there. */
  readonly image: ImageOrigin | null;
  /** What is kept of an image of several channels, the labelled one among them; absent where it has one. */
  readonly channels?: readonly KeptChannel[];
  readonly labels: {
    readonly origin: ImageOrigin;
    readonly mode: LabelMode;
    /** Every nucleus of the volume is in it: what it leaves empty is known to be background. */
    readonly complete: boolean;
    /** Absent: nobody was asked, as it did not seem to matter. */
    readonly parts?: LabelParts;
    /** Said beside the file; where it is absent, what the file itself says is taken. */
    readonly facts?: LabelFacts;
    /** The first three channels are red, green and blue, and every colour but black is a nucleus. */
    readonly colours?: boolean;
  } | null;
}

/** What an import of labels did, for the person to read. */
export interface ImportedLabels {
  readonly mode: LabelMode;
  readonly count: number;
  readonly largestId: number;
  /** The file's ids that got new ones; empty where they were kept. */
  readonly renamed: Readonly<Record<string, number>>;
  /** Labels of the file, where each connected part became a nucleus. */
  readonly partsOf?: number;
  /** Nuclei that came with their class. */
  readonly classified?: number;
  /** Boxes that came with them, in which everything is labelled. */
  readonly boxes?: number;
}
