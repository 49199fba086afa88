"use client";
import { Anchor, Skeleton, Stack } from "@mantine/core";
import { IconPackageExport } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import type { DatasetVersion } from "../../../../components/publish/dataset-version.ts";
import { DownloadChoice } from "../../../../components/publish/download-choice.tsx";
import { VersionCard } from "../../../../components/publish/version-card.tsx";
import { ConfirmDialog } from "../../../../components/ui/confirm-dialog.tsx";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { ZenodoDeposits } from "./zenodo-deposits.tsx";

export function VersionList() {
  const { id: projectId, role } = useProject();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const versions = useQuery(trpc.export.list.queryOptions({ projectId }));
  const [removing, setRemoving] = useState<DatasetVersion | null>(null);
  const remove = useMutation(
    trpc.export.remove.mutationOptions({
      onSuccess: async () => {
        setRemoving(null);
        await queryClient.invalidateQueries({ queryKey: trpc.export.pathKey() });
      },
    }),
  );
  if (versions.error)
    return <ProblemAlert problem={problemOfError(versions.error)} onRetry={() => void versions.refetch()} />;
  if (versions.isPending) return <Skeleton h={160} />;
  if (versions.data.length === 0)
    return (
      <EmptyState
        icon={<IconPackageExport size={40} stroke={1.2} />}
        title="No dataset version yet"
        text={
          role === "owner"
            ? "Once some nuclei are finished, freeze a version above and fetch it in the formats you need."
            : "An owner of the project freezes a version; then you can fetch it here."
        }
      />
    );
  const freezing = removing?.state === "freezing";
  return (
    <Stack gap="md">
      {versions.data.map((version) => (
        <VersionCard
          key={version.id}
          version={version}
          mayRemove={role === "owner"}
          onRemove={() => setRemoving(version)}
        >
          {version.state === "ready" && (
            <>
              <DownloadChoice
                version={version}
                packageHref={`/api/projects/${projectId}/exports/${version.id}/bioimageio`}
                zipHref={(formats) =>
                  `/api/projects/${projectId}/exports/${version.id}/zip?${new URLSearchParams(
                    formats.map((format) => ["format", format]),
                  )}`
                }
              />
              <Anchor
                component={Link}
                href={`/projects/${projectId}/publish/shapes?version=${version.id}`}
                underline="always"
                size="sm"
              >
                Shapes of its nuclei, by class and specimen
              </Anchor>
              <ZenodoDeposits
                version={{ id: version.id, version: version.version, licence: version.contents?.licence ?? "" }}
              />
            </>
          )}
        </VersionCard>
      ))}
      <ConfirmDialog
        opened={removing !== null}
        title={freezing ? `Cancel version ${removing?.version}?` : `Delete version ${removing?.version}?`}
        text={
          freezing
            ? "What has been copied so far is removed. The labels in the editor stay as they are."
            : "Papers and models may refer to it. Its frozen labels are removed; the labels in the editor stay as they are."
        }
        confirmLabel={freezing ? "Cancel it" : "Delete it"}
        pending={remove.isPending}
        problem={remove.error ? problemOfError(remove.error) : null}
        onClose={() => setRemoving(null)}
        onConfirm={() => removing && remove.mutate({ projectId, versionId: removing.id })}
      />
    </Stack>
  );
}
