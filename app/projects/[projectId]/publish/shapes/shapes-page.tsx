"use client";
import { Anchor, Group, SegmentedControl, Select, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { ShapeDistributions } from "../../../../../components/shapes/shape-distributions.tsx";
import { ProblemAlert } from "../../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../../components/ui/section.tsx";
import {
  type PlottedMeasureName,
  plottedMeasureNames,
  plottedMeasures,
} from "../../../../../core/morphometry/distribution/plotted-measures.ts";
import { problemOfError } from "../../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../../_trpc/trpc.ts";
import { useProject } from "../../_project/project-context.ts";

const groupings = [
  { value: "class", label: "By class" },
  { value: "specimen", label: "By specimen" },
] as const;

/** How the nuclei of a frozen version are shaped, by class and by specimen. */
export function ShapesPage({ versionId }: { versionId: string }) {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const [measure, setMeasure] = useState<PlottedMeasureName>("volume");
  const [by, setBy] = useState<"class" | "specimen">("class");
  const shapes = useQuery(
    trpc.export.shapes.queryOptions(
      { projectId, versionId, measure, by },
      { placeholderData: keepPreviousData, enabled: versionId !== "" },
    ),
  );
  const { words, unit, column } = plottedMeasures[measure];
  const title = unit ? `${words}, ${unit}` : words;
  return (
    <Stack gap="lg" maw={860}>
      <Anchor component={Link} href={`/projects/${projectId}/publish`} underline="always" size="sm">
        Back to all versions
      </Anchor>
      <Section
        title={shapes.data ? `Shapes in version ${shapes.data.version}` : "Shapes"}
        text="How one measure is distributed over the finished nuclei of this version. All groups have the same axis; the box below the bars holds the middle half of the nuclei, the thick line is the median."
      >
        <Stack gap="md">
          <Group align="flex-end" gap="md">
            <Select
              label="Measure"
              description={`Column ${column} of nuclei.csv`}
              w={340}
              allowDeselect={false}
              data={plottedMeasureNames.map((name) => ({ value: name, label: plottedMeasures[name].words }))}
              value={measure}
              onChange={(value) => value && setMeasure(value as PlottedMeasureName)}
            />
            <SegmentedControl
              aria-label="Groups"
              data={groupings.map((one) => ({ ...one }))}
              value={by}
              onChange={(value) => setBy(value as "class" | "specimen")}
            />
          </Group>
          {versionId === "" ? (
            <Text size="sm">Choose a version on the page Publish first.</Text>
          ) : shapes.error ? (
            <ProblemAlert problem={problemOfError(shapes.error)} onRetry={() => void shapes.refetch()} />
          ) : shapes.data ? (
            <ShapeDistributions {...shapes.data} title={title} />
          ) : (
            <Skeleton h={240} />
          )}
        </Stack>
      </Section>
    </Stack>
  );
}
