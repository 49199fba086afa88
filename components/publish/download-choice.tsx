import { Accordion, Badge, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import type { DatasetVersion } from "./dataset-version.ts";
import { type FormatGroup, type FormatOffer, formatGroups } from "./export-formats.ts";

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
  const { volumes = [], refused = [] } = version.contents ?? {};
  if (volumes.some((volume) => volume.image === "gone"))
    return (
      <Text size="sm" c="dimmed">
        A volume of this version was deleted, and its images with it: it can no longer be fetched. Freeze a new version
        of what is there now.
      </Text>
    );
  const whyNot = ({ ofModel }: FormatGroup, { value }: FormatOffer): string | undefined =>
    ofModel && version.checkpointId === null
      ? "No model was trained when this version was frozen."
      : refused.find(({ format }) => format === value)?.why;
  return (
    <Stack gap="xs">
      <Checkbox.Group label="In the zip" value={formats} onChange={setFormats}>
        <Accordion
          multiple
          defaultValue={[formatGroups[0].id]}
          keepMountedMode="display-none"
          variant="separated"
          chevronPosition="left"
          mt={6}
        >
          {formatGroups.map((group) => {
            const chosen = group.offers.filter(({ value }) => formats.includes(value)).length;
            return (
              <Accordion.Item key={group.id} value={group.id}>
                <Accordion.Control>
                  <Group gap="sm" wrap="nowrap">
                    <Text size="sm" fw={500}>
                      {group.title}
                    </Text>
                    <Text size="sm" c="dimmed" truncate>
                      {group.offers.map(({ label }) => label).join(", ")}
                    </Text>
                    {chosen > 0 && (
                      <Badge variant="light" tt="none" flex="none">
                        {chosen} chosen
                      </Badge>
                    )}
                  </Group>
                </Accordion.Control>
                <Accordion.Panel>
                  <Stack gap={6}>
                    {group.offers.map((offer) => {
                      const why = whyNot(group, offer);
                      return (
                        <Checkbox
                          key={offer.value}
                          value={offer.value}
                          label={offer.label}
                          disabled={why !== undefined}
                          description={why ?? offer.text}
                        />
                      );
                    })}
                  </Stack>
                </Accordion.Panel>
              </Accordion.Item>
            );
          })}
        </Accordion>
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
            : "Always with it: the table of nuclei with their shapes, dataset.json, README, guidelines, and how to cite it. A format that nobody has asked for before is prepared first: of large volumes that takes some minutes."}
        </Text>
      </Group>
    </Stack>
  );
}
