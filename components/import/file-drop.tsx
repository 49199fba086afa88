"use client";
import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { chosenFiles, droppedFiles, type FileWithPath } from "./dropped-files.ts";

/** Drop files or choose them; several at once. */
export function FileDrop(props: {
  disabled?: boolean;
  /** Files are there already: they matter more. */
  compact?: boolean;
  onFiles(files: FileWithPath[]): void;
}) {
  const { disabled, compact, onFiles } = props;
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  return (
    <Paper
      withBorder
      p={compact ? "sm" : "xl"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!disabled) void droppedFiles(event.dataTransfer).then(onFiles);
      }}
      style={{
        borderStyle: "dashed",
        borderWidth: 2,
        ...(over && {
          borderColor: "var(--mantine-primary-color-filled)",
          background: "var(--mantine-primary-color-light)",
        }),
      }}
    >
      <Stack align="center" gap="xs">
        {!compact && <IconUpload size={32} stroke={1.4} aria-hidden />}
        <Text fw={600}>{over ? "Let go to upload" : compact ? "Drop more volumes here" : "Drop volumes here"}</Text>
        {!compact && (
          <Text size="sm" c="dimmed" ta="center" maw={620}>
            TIFF stacks (ImageJ, OME, BigTIFF), HDF5, NIfTI, NRRD, MetaImage, NumPy, slices as PNG, or an OME-Zarr or
            TIFF slices packed as .zip. Label images can come along: a pair such as embryo_image.tif and
            embryo_labels.tif is put together by its name.
          </Text>
        )}
        <Group gap="xs">
          <Button variant="default" disabled={disabled} onClick={() => input.current?.click()}>
            Choose files
          </Button>
          <Button variant="default" disabled={disabled} onClick={() => folder.current?.click()}>
            Choose a folder
          </Button>
        </Group>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Volumes to import"
          accept=".tif,.tiff,.tf8,.btf,.lsm,.stk,.h5,.hdf5,.hdf,.ims,.nii,.gz,.nrrd,.mha,.npy,.npz,.png,.zip"
          onChange={(event) => {
            onFiles(chosenFiles(event.currentTarget.files ?? []));
            // The same file chosen again must be noticed: it resumes.
            event.currentTarget.value = "";
          }}
        />
        <input
          ref={(element) => {
            folder.current = element;
            // React knows no such attribute.
            element?.setAttribute("webkitdirectory", "");
          }}
          type="file"
          hidden
          aria-label="Folder to import"
          onChange={(event) => {
            onFiles(chosenFiles(event.currentTarget.files ?? []));
            event.currentTarget.value = "";
          }}
        />
      </Stack>
    </Paper>
  );
}
