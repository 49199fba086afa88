"use client";
import { Anchor, Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { DisagreementView } from "../../../../../components/agreement/disagreement-view.tsx";
import { PairsTable, PlacesTable, StudySummary } from "../../../../../components/agreement/study-figures.tsx";
import { nucleusTable, pairTable } from "../../../../../components/agreement/study-tables.ts";
import { beginningWords, placeWords, stateWords } from "../../../../../components/agreement/study-words.ts";
import { FigureCard } from "../../../../../components/dashboard/figure-card.tsx";
import { ProblemAlert } from "../../../../../components/ui/problem-alert.tsx";
import { Section } from "../../../../../components/ui/section.tsx";
import { layerLetter } from "../../../../../core/agreement/blind-study.ts";
import { boxShape } from "../../../../../core/volume/voxel-space.ts";
import { problemOfError } from "../../../../_trpc/problem-of-error.ts";
import { useTRPC } from "../../../../_trpc/trpc.ts";
import { useProject } from "../../_project/project-context.ts";
import { Adjudication } from "./adjudication.tsx";

/** How far the annotators of one study agree, and what is made of it. */
export function StudyPage({ studyId }: { studyId: string }) {
  const { id: projectId } = useProject();
  const trpc = useTRPC();
  const study = useQuery(trpc.study.byId.queryOptions({ projectId, studyId }));
  if (study.error && !study.data)
    return (
      <Stack align="flex-start" gap="sm">
        <ProblemAlert problem={problemOfError(study.error)} onRetry={() => void study.refetch()} />
        <Button component={Link} href={`/projects/${projectId}/agreement`} variant="default">
          Back to the studies of this project
        </Button>
      </Stack>
    );
  if (!study.data) return <Skeleton h={240} />;
  const { result, layers } = study.data;
  const about = `${study.data.volumeName}, ${placeWords(study.data.box)}. ${study.data.annotators} people drew. ${beginningWords[study.data.beginsWith]}.`;
  if (!result)
    return (
      <Section title="Agreement" text={about}>
        <Text size="sm">{stateWords(study.data)}</Text>
      </Section>
    );
  const loaded = { data: result, problem: null, retry: () => void study.refetch() };
  const [, rows, columns] = boxShape(result.box);
  const opened = layers?.filter(({ volumeId }) => volumeId !== null) ?? [];
  return (
    <Stack gap="lg">
      <Section title="Agreement" text={about}>
        <StudySummary result={result} />
        {opened.length > 0 && (
          <Text size="sm">
            Layers:{" "}
            {opened.map(({ number, name, volumeId }, i) => (
              <span key={number}>
                {i > 0 && ", "}
                <Anchor component={Link} href={`/volumes/${volumeId}`} size="sm">
                  {layerLetter(number)}
                  {name && ` (${name})`}
                </Anchor>
              </span>
            ))}
          </Text>
        )}
      </Section>
      <Adjudication study={study.data} />
      <FigureCard
        title="Pairs"
        text="Objects are the same nucleus from IoU 0.5 on; the other figures are means over those."
        loaded={loaded}
        csv={(data) => ({ name: "agreement-pairs", table: pairTable(data) })}
        empty={() => null}
      >
        {(data) => <PairsTable result={data} />}
      </FigureCard>
      <Section title="Where they disagree">
        <DisagreementView view={result.view} aspect={columns / rows} />
      </Section>
      <FigureCard
        title="Nuclei"
        text="Those that fewest have first. A place opens in the editor."
        loaded={loaded}
        csv={(data) => ({ name: "agreement-nuclei", table: nucleusTable(data) })}
        empty={(data) => (data.clusters.length === 0 ? "Nobody drew a nucleus." : null)}
      >
        {(data) => (
          <PlacesTable
            result={data}
            link={(placeZyx, words) => (
              <Anchor component={Link} href={`/volumes/${study.data.volumeId}#at=${placeZyx.join(",")}`} size="sm">
                {words}
              </Anchor>
            )}
          />
        )}
      </FigureCard>
    </Stack>
  );
}
