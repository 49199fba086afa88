import { Button, Skeleton, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type FigureTable, figureCsv } from "../../core/dashboard/figure-csv.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { ProblemAlert } from "../ui/problem-alert.tsx";
import { Section } from "../ui/section.tsx";

interface FigureCardProps<T> {
  readonly title: string;
  readonly text: string;
  readonly loaded: Loaded<T>;
  /** Name of the file without its end, and what is in it; null where there is nothing yet. */
  csv(data: T): { readonly name: string; readonly table: FigureTable } | null;
  /** Said instead of the figure; null where there is one. */
  empty(data: T): string | null;
  children(data: T): ReactNode;
}

/** A figure of the dashboard: it comes, fails and is tried again by itself, and can be had as a table. */
export function FigureCard<T>({ title, text, loaded, csv, empty, children }: FigureCardProps<T>) {
  const { data, problem, retry } = loaded;
  const file = data === undefined ? null : csv(data);
  const nothing = data === undefined ? null : empty(data);
  return (
    <Section
      title={title}
      text={text}
      action={
        file && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            aria-label={`${title} as CSV`}
            onClick={() => save(`${file.name}.csv`, figureCsv(file.table))}
          >
            CSV
          </Button>
        )
      }
    >
      {data === undefined ? (
        problem ? (
          <ProblemAlert problem={problem} onRetry={retry} />
        ) : (
          <Skeleton h={120} aria-label={`${title}: loading`} role="status" />
        )
      ) : (
        <>
          {problem && (
            <Text size="xs" c="dimmed" role="status">
              These figures may be old: the server cannot be reached.
            </Text>
          )}
          {nothing ? (
            <Text size="sm" c="dimmed">
              {nothing}
            </Text>
          ) : (
            children(data)
          )}
        </>
      )}
    </Section>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
