"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Editor } from "../../../../components/editor/editor.tsx";
import type { EditorApi, EditorBox, NucleusClass } from "../../../../components/editor/editor-contract.ts";
import { FetchedImageVoxels } from "../../../../components/editor/layers/fetched-image-voxels.ts";
import { filterOfSearch } from "../../../../components/nuclei/nuclei-link.ts";
import type { ImageSource } from "../../../../components/viewer/viewer-contract.ts";
import type { VoxelBox } from "../../../../core/volume/voxel-space.ts";
import { LayerOfStudyChip, useLayerOfStudy } from "../../../_agreement/layer-of-study.tsx";
import { downloadEdits } from "../../../_collab/download-edits.ts";
import { useLabelDocument } from "../../../_collab/use-label-document.ts";
import { followLink } from "../../../_comments/follow-link.ts";
import { pinsOf, useThreads } from "../../../_comments/use-comments.ts";
import { NotificationBell } from "../../../_notifications/notification-bell.tsx";
import { useReview } from "../../../_review/use-review.ts";
import { useSecondLook } from "../../../_second-look/use-second-look.ts";
import { usePerson } from "../../../_shell/require-person.tsx";
import { useVolumeTask, VolumeTaskChip } from "../../../_tasks/volume-task.tsx";
import { useTRPC, useTRPCClient } from "../../../_trpc/trpc.ts";
import { AskWhenOffline } from "./ask-when-offline.tsx";
import type { VolumeRow } from "./image-source.ts";
import { keepAddress } from "./keep-address.ts";
import { linkedPages } from "./linked-pages.ts";
import { loadModelOf } from "./load-model.ts";
import { loadedOf, throwingProblems } from "./loaded-query.ts";
import { nucleusRowsOf } from "./nucleus-rows.ts";
import { TrainingStatus } from "./training-status.tsx";
import { usePanels } from "./use-panels.ts";
import { usePersonSettings } from "./use-person-settings.ts";
import { useProposals } from "./use-proposals.ts";
import { Waiting } from "./whole-page.tsx";

interface EditorStageProps {
  readonly volume: VolumeRow;
  readonly image: ImageSource;
  readonly projectName: string;
  readonly guidelines: string;
}

/** Wires the data of one ready volume into the editor. */
export function EditorStage(props: EditorStageProps) {
  const { volume, projectName, guidelines } = props;
  const { id: volumeId, projectId } = volume;
  // A refetch of the volume makes a new object: the editor stays on the one it was opened with.
  const [image] = useState(props.image);
  const [firstFilter] = useState(() => filterOfSearch(window.location.search));
  const imageVoxels = useMemo(() => new FetchedImageVoxels(image), [image]);
  const panels = usePanels();
  const person = usePerson();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const labels = useLabelDocument({
    volumeId,
    shapeZyx: image.shapeZyx,
    voxelSizeZyx: image.voxelSizeZyx,
    userId: person.id,
    userName: person.name,
  });
  const settings = usePersonSettings(person.id);
  const queryClient = useQueryClient();
  const proposals = useProposals(image);
  const { review, attach } = useReview(volumeId, person.id);
  const classes = useQuery(trpc.nucleusClass.list.queryOptions({ projectId }));
  const boxes = useQuery(trpc.box.list.queryOptions({ volumeId }));
  const nuclei = useQuery(trpc.nucleus.list.queryOptions({ volumeId }, { refetchOnMount: "always" }));
  const rows = useMemo(
    () => nuclei.data && nucleusRowsOf(nuclei.data, image.voxelSizeZyx),
    [nuclei.data, image.voxelSizeZyx],
  );
  const secondLook = useSecondLook(volumeId, rows);
  const { attach: attachSecondLook } = secondLook;
  const volumeTask = useVolumeTask(volumeId, image.shapeZyx, person.id);
  const { attach: attachTask } = volumeTask;
  const layer = useLayerOfStudy(volumeId);
  const { attach: attachLayer } = layer;
  const attachBoth = useCallback(
    (api: EditorApi) => {
      const stops = [attach, attachSecondLook, followLink, keepAddress, attachTask, attachLayer].map((to) => to(api));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [attach, attachSecondLook, attachTask, attachLayer],
  );
  const comments = useThreads(volumeId, false);
  const pins = useMemo(() => pinsOf(comments.data), [comments.data]);
  const editorBoxes = useMemo(() => boxes.data?.map(boxOf), [boxes.data]);
  const nucleusClasses = useMemo(() => (classes.data ?? []).map(classOf), [classes.data]);

  if (!labels) return <Waiting text="Connecting to the labels…" />;
  const { document } = labels;
  const loadedNuclei = loadedOf(nuclei, rows);
  const loadedBoxes = loadedOf(boxes, editorBoxes);
  return (
    <>
      <AskWhenOffline document={document} volumeId={volumeId} />
      <Editor
        projectName={projectName}
        projectHref={layer.href ?? `/projects/${projectId}`}
        volumeName={volume.name}
        role={volume.role}
        userId={person.id}
        userName={person.name}
        settings={settings}
        loadPages={async () =>
          linkedPages(projectId, volumeId, await queryClient.fetchQuery(trpc.volume.list.queryOptions({ projectId })))
        }
        image={image}
        nucleusDiameterUm={volume.nucleusDiameterUm}
        setNucleusDiameter={async (diameterUm) => {
          await throwingProblems(client.volume.setNucleusDiameter.mutate({ volumeId, diameterUm }));
          await queryClient.refetchQueries(trpc.volume.byId.queryFilter({ volumeId }));
        }}
        imageVoxels={imageVoxels}
        loadModel={loadModelOf(volumeId)}
        document={document}
        proposals={proposals.source}
        findProposal={proposals.find}
        isPlanted={proposals.isPlanted}
        classes={nucleusClasses}
        nuclei={loadedNuclei}
        boxes={loadedBoxes}
        quarantine={{
          download: () => downloadEdits(document, volumeId, person.id),
          dismiss: () => document.dismissRefusal(),
        }}
        weaknesses={labels.weaknesses}
        trainingStatus={
          <>
            <LayerOfStudyChip of={layer} />
            <VolumeTaskChip of={volumeTask} userId={person.id} />
            <TrainingStatus projectId={projectId} />
            <NotificationBell />
          </>
        }
        attach={attachBoth}
        pins={pins}
        taskBox={layer.box ?? volumeTask.task?.box ?? null}
        renderComments={(shown) =>
          panels && (
            <panels.VolumeComments
              shown={shown}
              open={comments}
              projectId={projectId}
              volumeId={volumeId}
              userId={person.id}
              role={volume.role}
            />
          )
        }
        renderNuclei={(shown) =>
          panels && <panels.NucleiPanel nuclei={loadedNuclei} firstFilter={firstFilter} {...shown} />
        }
        renderBoxes={(shown) =>
          panels && (
            <panels.BoxesPanel
              boxes={loadedBoxes}
              shapeZyx={image.shapeZyx}
              voxelSizeZyx={image.voxelSizeZyx}
              role={volume.role}
              createBox={async ({ minZyx, maxZyx }, kind) => {
                const { id } = await throwingProblems(
                  client.box.create.mutate({ volumeId, kind, minZyx: [...minZyx], maxZyx: [...maxZyx] }),
                );
                await boxes.refetch();
                return id;
              }}
              changeBox={async (boxId, { minZyx, maxZyx }, kind) => {
                await throwingProblems(
                  client.box.change.mutate({ volumeId, boxId, kind, minZyx: [...minZyx], maxZyx: [...maxZyx] }),
                );
                await boxes.refetch();
              }}
              {...(volume.role === "owner" && {
                studyHref: ({ minZyx, maxZyx }: VoxelBox) =>
                  `/projects/${projectId}/agreement?volume=${volumeId}&box=${[...minZyx, ...maxZyx].join(",")}`,
              })}
              removeBox={async (boxId) => {
                await throwingProblems(client.box.remove.mutate({ volumeId, boxId }));
                await boxes.refetch();
              }}
              {...shown}
            />
          )
        }
        renderHistory={(api, asked) =>
          panels && (
            <panels.VolumeHistory
              volumeId={volumeId}
              userId={person.id}
              role={volume.role}
              api={api}
              rows={rows ?? []}
              asked={asked}
            />
          )
        }
        renderQueue={() =>
          panels &&
          review && (
            <panels.BothQueues
              secondLook={secondLook}
              userId={person.id}
              role={volume.role}
              guidelines={guidelines}
              onLeaveProposals={() => review.session.release()}
            >
              <panels.VolumeQueue
                review={review}
                projectId={projectId}
                volumeId={volumeId}
                userId={person.id}
                role={volume.role}
              />
            </panels.BothQueues>
          )
        }
        renderReview={(_label, row) =>
          panels &&
          row && (
            <panels.NucleusReview
              secondLook={secondLook}
              volumeId={volumeId}
              row={row}
              userId={person.id}
              role={volume.role}
            />
          )
        }
      />
    </>
  );
}

const boxOf = (row: {
  id: string;
  kind: EditorBox["kind"];
  minZyx: EditorBox["box"]["minZyx"];
  maxZyx: EditorBox["box"]["maxZyx"];
  by: string;
  createdAt: Date;
}): EditorBox => ({
  id: row.id,
  kind: row.kind,
  box: { minZyx: row.minZyx, maxZyx: row.maxZyx },
  by: row.by,
  createdAt: row.createdAt.toISOString(),
});

const classOf = (row: { name: string; numberKey: number; color: string }): NucleusClass => ({
  name: row.name,
  digit: row.numberKey,
  color: row.color,
});
