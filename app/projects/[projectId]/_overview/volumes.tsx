"use client";
import { Button, Group, Skeleton, Table } from "@mantine/core";
import { IconStack2, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { RoomInUse } from "../../../../components/import/room-in-use.tsx";
import { EmptyState } from "../../../../components/ui/empty-state.tsx";
import { ProblemAlert } from "../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../components/ui/section.tsx";
import { hasRole } from "../../../../core/roles.ts";
import { problemOfError } from "../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../_trpc/trpc.ts";
import { useProject } from "../_project/project-context.ts";
import { BringInEdits } from "./bring-in-edits.tsx";
import { DeleteVolume } from "./delete-volume.tsx";
import type { ShownVolume } from "./shown-volume.ts";
import { VolumeRow } from "./volume-row.tsx";

export function Volumes() {
  const project = useProject();
  const trpc = useTRPC();
  const volumes = useQuery(trpc.volume.list.queryOptions({ projectId: project.id }));
  const [deleting, setDeleting] = useState<ShownVolume | null>(null);
  const [bringingInto, setBringingInto] = useState<ShownVolume | null>(null);
  const mayImport = hasRole(project.role, "reviewer");
  const room = useQuery({
    ...trpc.volume.roomInUse.queryOptions({ projectId: project.id }),
    enabled: mayImport && Boolean(volumes.data?.length),
  });
  const importButton = (
    <Button component={Link} href={`/projects/${project.id}/import`} size="sm" leftSection={<IconUpload size={16} />}>
      Import volumes
    </Button>
  );
  return (
    <Section title="Volumes" action={mayImport && volumes.data?.length ? importButton : undefined}>
      {volumes.error && <ProblemAlert problem={problemOfError(volumes.error)} onRetry={() => void volumes.refetch()} />}
      {volumes.isPending && !volumes.error && <Skeleton h={80} />}
      {volumes.data?.length === 0 && (
        <EmptyState
          icon={<IconStack2 size={40} stroke={1.2} />}
          title="No volumes yet"
          text={
            mayImport
              ? "Bring TIFF, OME-TIFF, HDF5 or zipped OME-Zarr stacks, with or without labels; or try a synthetic sample."
              : "A reviewer or owner of the project can import them."
          }
        >
          {mayImport && <Group mt="xs">{importButton}</Group>}
        </EmptyState>
      )}
      {Boolean(volumes.data?.length) && (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Specimen</Table.Th>
              <Table.Th>Voxels, z × y × x</Table.Th>
              <Table.Th>Voxel size, µm</Table.Th>
              <Table.Th>Nuclei</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {volumes.data?.map((volume) => (
              <VolumeRow
                key={volume.id}
                volume={volume}
                mayMark={hasRole(project.role, "annotator")}
                onDelete={project.role === "owner" ? () => setDeleting(volume) : null}
                onBringInEdits={project.role === "owner" ? () => setBringingInto(volume) : null}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {room.data && <RoomInUse rooms={[["This project", room.data.project]]} />}
      {bringingInto && <BringInEdits volume={bringingInto} onClose={() => setBringingInto(null)} />}
      <DeleteVolume volume={deleting} onClose={() => setDeleting(null)} />
    </Section>
  );
}
