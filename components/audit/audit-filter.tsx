import { Group, MultiSelect, Select, TextInput } from "@mantine/core";
import type { AuditAct } from "../../core/audit/audit-event.ts";
import { actChoices } from "./audit-words.ts";

/** As the fields hold it; days are `YYYY-MM-DD` of the reader's own calendar, both inclusive. */
export interface AuditQuestion {
  readonly who: string;
  readonly acts: readonly AuditAct[];
  readonly projectId: string | null;
  readonly firstDay: string;
  readonly lastDay: string;
}

export const everything: AuditQuestion = { who: "", acts: [], projectId: null, firstDay: "", lastDay: "" };

/** Midnight of the reader's own clock. */
const startOf = (day: string, plusDays = 0): Date | undefined => {
  const [year, month, date] = day.split("-").map(Number);
  const start = new Date(year, month - 1, date + plusDays);
  return day && !Number.isNaN(start.getTime()) ? start : undefined;
};

/** The same as the server takes it. */
export const filterOf = ({ who, acts, firstDay, lastDay }: AuditQuestion) => ({
  who: who.trim() || undefined,
  acts: acts.length > 0 ? [...acts] : undefined,
  from: startOf(firstDay),
  until: startOf(lastDay, 1),
});

/** The query of the address that exports what is shown. */
export function exportQuery(question: AuditQuestion, format: "csv" | "jsonl"): string {
  const { who, acts, from, until } = filterOf(question);
  const query = new URLSearchParams({ format });
  if (who) query.set("who", who);
  for (const act of acts ?? []) query.append("act", act);
  if (question.projectId) query.set("projectId", question.projectId);
  if (from) query.set("from", from.toISOString());
  if (until) query.set("until", until.toISOString());
  return query.toString();
}

export function AuditFilterFields(props: {
  question: AuditQuestion;
  /** Null where the log is of one project. */
  projects: readonly { readonly id: string; readonly name: string }[] | null;
  onChange(question: AuditQuestion): void;
}) {
  const { question, projects, onChange } = props;
  const set = (change: Partial<AuditQuestion>) => onChange({ ...question, ...change });
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label="Who"
        placeholder="Name or email"
        w={190}
        maxLength={200}
        value={question.who}
        onChange={(event) => set({ who: event.currentTarget.value })}
      />
      <MultiSelect
        label="What"
        placeholder={question.acts.length === 0 ? "Everything" : undefined}
        miw={220}
        flex={1}
        searchable
        clearable
        data={actChoices({ ofProjects: projects === null })}
        value={[...question.acts]}
        onChange={(acts) => set({ acts: acts as AuditAct[] })}
      />
      {projects && (
        <Select
          label="Project"
          placeholder="All"
          w={190}
          searchable
          clearable
          data={projects.map(({ id, name }) => ({ value: id, label: name || id }))}
          value={question.projectId}
          onChange={(projectId) => set({ projectId })}
        />
      )}
      <TextInput
        label="From"
        type="date"
        w={150}
        value={question.firstDay}
        max={question.lastDay || undefined}
        onChange={(event) => set({ firstDay: event.currentTarget.value })}
      />
      <TextInput
        label="To"
        type="date"
        w={150}
        value={question.lastDay}
        min={question.firstDay || undefined}
        onChange={(event) => set({ lastDay: event.currentTarget.value })}
      />
    </Group>
  );
}
