"use client";
import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { Section } from "../../../../components/ui/section.tsx";
import { useProject } from "../_project/project-context.ts";

export function CurrentModel() {
  const { id: projectId, currentCheckpointId } = useProject();
  return (
    <Section
      title="Model alone"
      text="The weights that make the current proposals, with all that is needed to run them."
    >
      {currentCheckpointId ? (
        <Group>
          <Button
            component="a"
            variant="default"
            href={`/api/projects/${projectId}/checkpoints/${currentCheckpointId}/zip`}
            download
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download the current model
          </Button>
          <Text size="sm" c="dimmed">
            TensorFlow.js weights, configuration, id of the labels it learnt from, and the command that runs it.
          </Text>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          No model was trained yet. Label some nuclei and press Train on the overview.
        </Text>
      )}
    </Section>
  );
}
