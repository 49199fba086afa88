import { Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import type { DatasetVersion } from "./dataset-version.ts";
import { formatOffers, IMAGEJ_MAX_NUCLEI, modelOffers } from "./export-formats.ts";

export interface DownloadChoiceProps {
  readonly version: DatasetVersion;
  /** Address of the zip with these formats. */
  zipHref(formats: readonly string[]): string;
  /** Address of the model's package for bioimage.io alone. */
  readonly packageHref: string;
}

/** Formats to put into the zip. The download is the browser's own: cancelled there, it stops here. */
export function DownloadChoice({ version, zipHref, packageHref }: DownloadChoiceProps) {
  const [formats, setFormats] = useState<string[]>(["ome-zarr"]);
  const volumes = version.contents?.volumes ?? [];
  if (volumes.some((volume) => volume.image === "gone"))
    return (
      <Text size="sm" c="dimmed">
        A volume of this version was deleted, and its images with it: it can no longer be fetched. Freeze a new version
        of what is there now.
      </Text>
    );
  const tooMany = volumes.some((volume) => volume.nuclei > IMAGEJ_MAX_NUCLEI);
  return (
    <Stack gap="xs">
      <Checkbox.Group label="In the zip" value={formats} onChange={setFormats}>
        <Stack gap={6} mt={6}>
          {formatOffers.map((offer) => {
            const refused = offer.value === "imagej" && tooMany;
            return (
              <Checkbox
                key={offer.value}
                value={offer.value}
                label={offer.label}
                disabled={refused}
                description={
                  refused
                    ? `ImageJ's label stacks hold ${IMAGEJ_MAX_NUCLEI.toLocaleString("en-GB")} nuclei; a volume here has more.`
                    : offer.text
                }
              />
            );
          })}
          {modelOffers.map((offer) => (
            <Checkbox
              key={offer.value}
              value={offer.value}
              label={offer.label}
              disabled={version.checkpointId === null}
              description={
                version.checkpointId === null ? "No model was trained when this version was frozen." : offer.text
              }
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Group>
        <Button
          component="a"
          href={formats.length > 0 ? zipHref(formats) : undefined}
          download
          data-disabled={formats.length === 0 || undefined}
          aria-disabled={formats.length === 0}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={(event) => {
            if (formats.length === 0) event.preventDefault();
          }}
        >
          Download version {version.version}
        </Button>
        {version.checkpointId !== null && (
          <Button component="a" href={packageHref} download variant="default">
            Model for bioimage.io
          </Button>
        )}
        <Text size="sm" c="dimmed">
          {formats.length === 0
            ? "Choose at least one format."
            : "Always with it: the table of nuclei with their shapes, dataset.json, README, guidelines."}
        </Text>
      </Group>
    </Stack>
  );
}
