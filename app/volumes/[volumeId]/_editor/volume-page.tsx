"use client";
import { Button, Progress, Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { LiveData } from "../../../../components/ui/live-data.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { KeptEditsNotice } from "../../../_collab/kept-edits-notice.tsx";
import { useMentions } from "../../../_comments/use-mentions.tsx";
import { usePerson } from "../../../_shell/require-person.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProjectEvents } from "../../../_trpc/use-project-events.ts";
import { EditorStage } from "./editor-stage.tsx";
import { imageSourceOf, type VolumeRow } from "./image-source.ts";
import styles from "./volume-page.module.css";
import { Waiting, WholePage } from "./whole-page.tsx";

/** From an address to an editor: the volume, whether it can be opened, and what to say when it cannot. */
export function VolumePage({ volumeId }: { volumeId: string }) {
  const trpc = useTRPC();
  const volume = useQuery(trpc.volume.byId.queryOptions({ volumeId }));
  // What the server says to somebody who has been let go, or of a volume that has been deleted.
  const isRefused = volume.error !== null && ["NOT_FOUND", "FORBIDDEN"].includes(problemOfError(volume.error).tag);
  if (volume.data)
    return (
      <>
        {isRefused && (
          <div className={styles.over}>
            <ProblemAlert problem={problemOfError(volume.error)} />
            <KeptEditsNotice why="no-access" volumeId={volumeId} />
          </div>
        )}
        <ProjectOfVolume volume={volume.data} />
      </>
    );
  if (volume.error)
    return (
      <WholePage>
        <ProblemAlert problem={problemOfError(volume.error)} onRetry={() => void volume.refetch()} />
        {isRefused && <KeptEditsNotice why="no-access" volumeId={volumeId} />}
        <Button component={Link} href="/projects" variant="default" mt="sm">
          To your projects
        </Button>
      </WholePage>
    );
  return <Waiting text="Opening the volume…" />;
}

function ProjectOfVolume({ volume }: { volume: VolumeRow }) {
  const trpc = useTRPC();
  const shown = { projectId: volume.projectId, volumeId: volume.id };
  const { connected } = useProjectEvents(shown, useMentions(usePerson().id));
  const project = useQuery(trpc.project.byId.queryOptions({ projectId: volume.projectId }));
  if (project.error && !project.data)
    return (
      <WholePage>
        <ProblemAlert problem={problemOfError(project.error)} onRetry={() => void project.refetch()} />
      </WholePage>
    );
  // The image does not wait for the project's name.
  const image = imageSourceOf(volume);
  if (!image) return <NotReady volume={volume} projectHref={`/projects/${volume.projectId}`} />;
  // Labels that are imported under an open editor change what its document begins with: it is opened anew.
  const key = `${volume.id} ${volume.baseLabels}`;
  return (
    <LiveData connected={connected}>
      <EditorStage
        key={key}
        volume={volume}
        image={image}
        projectName={project.data?.name ?? "…"}
        guidelines={project.data?.guidelines ?? ""}
      />
    </LiveData>
  );
}

function NotReady({ volume, projectHref }: { volume: VolumeRow; projectHref: string }) {
  const back = (
    <Button component={Link} href={projectHref} variant="default" mt="sm">
      Back to the project
    </Button>
  );
  if (volume.state === "failed")
    return (
      <WholePage>
        <ProblemAlert
          problem={volume.problem ?? { tag: "import-failed", what: "This volume could not be imported." }}
        />
        {back}
      </WholePage>
    );
  if (volume.state === "deleting")
    return (
      <WholePage>
        <ProblemAlert problem={{ tag: "volume-deleted", what: "This volume is being deleted." }} />
        {back}
      </WholePage>
    );
  return (
    <WholePage>
      <EmptyState
        icon={<IconHourglass size={32} stroke={1.4} />}
        title={`${volume.name} is still being imported`}
        text="It opens here by itself as soon as its image pyramid is written."
      >
        <Progress value={volume.importPercent} w={260} aria-label="Import progress" />
        <Text size="xs" c="dimmed">
          {volume.importPercent} %
        </Text>
        {back}
      </EmptyState>
    </WholePage>
  );
}
