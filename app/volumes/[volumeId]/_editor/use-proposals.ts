import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { ProposalRef } from "../../../../components/editor/editor-contract.ts";
import { FetchedLabelBricks } from "../../../../components/editor/layers/fetched-label-bricks.ts";
import type { ImageSource } from "../../../../components/viewer/viewer-contract.ts";
import { proposedClassOf } from "../../../../core/classes/proposed-class.ts";
import type { LabelBrickSource } from "../../../../core/edit/label-document.ts";
import { Problem } from "../../../../core/problem.ts";
import { plantSeal } from "../../../../core/vigilance/plant-seal.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";

export interface Proposals {
  /** The label image of the current prediction; another one after each prediction. */
  readonly source: LabelBrickSource | null;
  readonly find: (label: number) => Promise<ProposalRef | null>;
  readonly isPlanted: (label: number) => boolean;
}

export function useProposals(image: ImageSource): Proposals {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { volumeId } = image;
  const current = useQuery(trpc.proposal.current.queryOptions({ volumeId }));
  const path = current.data?.path ?? null;
  const source = useMemo(
    () =>
      path === null
        ? null
        : new FetchedLabelBricks({
            shapeZyx: image.shapeZyx,
            voxelSizeZyx: image.voxelSizeZyx,
            chunkUrl: (bz, by, bx) => `/zarr/${image.volumeId}/${path}/0/c/${bz}/${by}/${bx}`,
          }),
    [image, path],
  );
  const find = useCallback(
    async (labelValue: number): Promise<ProposalRef | null> => {
      const options = trpc.proposal.at.queryOptions({ volumeId, labelValue }, { staleTime: 0 });
      const row = await queryClient.fetchQuery(options);
      if (row?.heldBy)
        throw new Problem({
          tag: "proposal-held",
          what: `${row.heldBy} is looking at this proposal.`,
          hint: "Two people never judge the same one: take another, or the next question of the queue.",
        });
      return (
        row && {
          id: `${row.predictionId}/${row.labelValue}`,
          label: row.labelValue,
          box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
          proposedClass: proposedClassOf(row.className, row.classProbability),
        }
      );
    },
    [trpc, queryClient, volumeId],
  );
  const known = current.data?.seals;
  const seals = useMemo(() => new Set(known), [known]);
  const isPlanted = useCallback((label: number) => seals.has(plantSeal(volumeId, label)), [seals, volumeId]);
  return { source, find, isPlanted };
}
