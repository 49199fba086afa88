"use client";
import { ActionIcon, Anchor, Button, Group, Progress, Table, Text, Tooltip } from "@mantine/core";
import { IconFileImport, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { type PicturedVolume, VolumeThumbnail } from "../../../../components/volumes/volume-thumbnail.tsx";
import { NucleusCount } from "./nucleus-count.tsx";
import type { ShownVolume } from "./shown-volume.ts";
import { VolumeProgress } from "./volume-progress.tsx";

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Null while nothing is known of its intensities. */
const picturedOf = ({ id, pixelType, voxelSizeZyx, levels, quality }: ShownVolume): PicturedVolume | null =>
  quality && {
    pixelType,
    voxelSizeZyx,
    levels,
    contrast: [quality.percentile1, quality.percentile998],
    chunkUrl: (scaleLevel, bz, by, bx) => `/zarr/${id}/image.ome.zarr/${scaleLevel}/c/${bz}/${by}/${bx}`,
  };

/** One volume: open it when it is ready, see how its import goes before. */
export function VolumeRow(props: {
  volume: ShownVolume;
  /** Say that it is done. */
  mayMark: boolean;
  /** Null for people who may not. */
  onDelete: (() => void) | null;
  onBringInEdits: (() => void) | null;
}) {
  const { volume, mayMark, onDelete, onBringInEdits } = props;
  const ready = volume.state === "ready";
  const pictured = ready ? picturedOf(volume) : null;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="sm" wrap="nowrap">
          {pictured && <VolumeThumbnail volume={pictured} />}
          {ready ? (
            <Anchor component={Link} href={`/volumes/${volume.id}`} fw={600} size="sm">
              {volume.name}
            </Anchor>
          ) : (
            <Text size="sm" fw={600}>
              {volume.name}
            </Text>
          )}
        </Group>
      </Table.Td>
      <Table.Td>{volume.specimen}</Table.Td>
      <Table.Td>{volume.shapeZyx.join(" × ")}</Table.Td>
      <Table.Td>{volume.voxelSizeZyx.map(short).join(" × ")}</Table.Td>
      <Table.Td>
        {ready && <NucleusCount projectId={volume.projectId} volumeId={volume.id} />}
        {volume.state === "importing" && (
          <>
            <Progress
              value={volume.import?.percent ?? volume.importPercent}
              aria-label={`Import of ${volume.name}`}
              w={120}
            />
            <Text size="xs" c="dimmed">
              {volume.import?.phase || "waiting"}
            </Text>
          </>
        )}
        {volume.state === "failed" && (
          <Text size="sm" c="red">
            Import failed: {volume.problem?.what ?? "see the import page"}
          </Text>
        )}
        {volume.state === "deleting" && "being deleted"}
      </Table.Td>
      <Table.Td>{ready && <VolumeProgress volume={volume} mayMark={mayMark} />}</Table.Td>
      <Table.Td>
        <Group gap="xs" justify="flex-end" wrap="nowrap">
          {ready && (
            <Button component={Link} href={`/volumes/${volume.id}`} size="compact-sm" variant="light">
              Open
            </Button>
          )}
          {ready && onBringInEdits && (
            <Tooltip label="Bring in edits that somebody's browser kept">
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={onBringInEdits}
                aria-label={`Bring kept edits into ${volume.name}`}
              >
                <IconFileImport size={16} />
              </ActionIcon>
            </Tooltip>
          )}
          {onDelete && (
            <Tooltip label="Delete this volume">
              <ActionIcon variant="subtle" color="gray" onClick={onDelete} aria-label={`Delete ${volume.name}`}>
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
