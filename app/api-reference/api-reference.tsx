"use client";
import { Anchor, Code, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ApiDocument, operationsOf } from "../../components/api-reference/api-document.ts";
import { OperationCard, SchemaCard } from "../../components/api-reference/operation-card.tsx";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { Section } from "../../components/ui/section.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";

const DOCUMENT = "/api/v1/openapi.json";

async function readDocument(): Promise<ApiDocument> {
  const answer = await fetch(DOCUMENT);
  if (!answer.ok) throw new Error(`The document did not come: ${answer.status}.`);
  return answer.json();
}

/** What the server's own document of its API says, to read. */
export function ApiReference() {
  const document = useQuery({ queryKey: [DOCUMENT], queryFn: readDocument, staleTime: Number.POSITIVE_INFINITY });
  const { data } = document;
  return (
    <Stack gap="lg" maw={960}>
      <PageTitle
        title="Reference of the API"
        text={data?.info.description ?? "What programs can ask this server for."}
      />
      <Group gap="lg">
        <Anchor href={DOCUMENT} size="sm">
          The document (OpenAPI 3.1)
        </Anchor>
        {data?.tags.map(({ name }) => (
          <Anchor key={name} href={`#group-${name}`} size="sm">
            {name}
          </Anchor>
        ))}
        <Anchor href="#group-shapes" size="sm">
          Shapes
        </Anchor>
      </Group>
      {document.error && (
        <ProblemAlert problem={problemOfError(document.error)} onRetry={() => void document.refetch()} />
      )}
      {document.isPending && <Skeleton h={400} />}
      {data && (
        <>
          <Section title="How to ask" text="With a token from the page of your account, and nothing else.">
            <Code block>{`curl -H "Authorization: Bearer karyoloop_…" ${data.servers[0].url}/api/v1/projects`}</Code>
            <Text size="sm">
              What goes wrong is answered with a status and a Problem that says what, where and what to do.
            </Text>
          </Section>
          {data.tags.map(({ name }) => (
            <div key={name} id={`group-${name}`}>
              <Section title={name}>
                <Stack gap="xl">
                  {operationsOf(data, name).map((one) => (
                    <OperationCard key={one.operation.operationId} {...one} />
                  ))}
                </Stack>
              </Section>
            </div>
          ))}
          <div id="group-shapes">
            <Section title="Shapes" text="What is sent and answered, by name.">
              <Stack gap="xl">
                {Object.entries(data.components.schemas).map(([name, schema]) => (
                  <SchemaCard key={name} name={name} schema={schema} />
                ))}
              </Stack>
            </Section>
          </div>
        </>
      )}
    </Stack>
  );
}
