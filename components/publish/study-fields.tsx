import { Group, Select, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import {
  PUBLICATION_BOUNDS as bounds,
  doiOf,
  isWebAddress,
  type WorkRelation,
  workRelations,
} from "../../core/publication/publication.ts";
import type { FieldsProps } from "./fields-props.ts";
import { MissingNote } from "./missing-note.tsx";
import { RowList } from "./row-list.tsx";

const relationWords: Readonly<Record<WorkRelation, string>> = {
  IsSupplementTo: "belongs to the paper",
  IsDerivedFrom: "is made from",
  IsDocumentedBy: "is described in",
  References: "refers to",
};

/** What the data set is about (REMBI: Study, Publication, Funding). */
export function StudyFields({ draft, change, missing }: FieldsProps) {
  return (
    <Stack gap="sm">
      <TextInput
        label={
          <>
            Title
            <MissingNote targets={missing.get("title")} />
          </>
        }
        placeholder="e.g. Nuclei of mouse blastocysts, labelled in 3D"
        maxLength={bounds.title}
        value={draft.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <Textarea
        label={
          <>
            Description
            <MissingNote targets={missing.get("summary")} />
          </>
        }
        description="For somebody who finds it by searching: what is shown, why it was imaged, what the labels are good for."
        autosize
        minRows={3}
        maxLength={bounds.text}
        value={draft.summary}
        onChange={(event) => change({ summary: event.currentTarget.value })}
      />
      <TagsInput
        label={
          <>
            Keywords
            <MissingNote targets={missing.get("keywords")} />
          </>
        }
        description="Press Enter after each."
        maxTags={bounds.keywords}
        maxLength={bounds.word}
        value={[...draft.keywords]}
        onChange={(keywords) => change({ keywords })}
      />
      <Group align="flex-start" grow preventGrowOverflow={false}>
        <RowList
          label={
            <>
              Funding
              <MissingNote targets={missing.get("funding")} />
            </>
          }
          noun="grant"
          rows={draft.funding}
          empty={{ funder: "", award: "" }}
          most={bounds.funding}
          onChange={(funding) => change({ funding })}
        >
          {(row, set, index) => (
            <>
              <TextInput
                flex={2}
                aria-label={`Funder of grant ${index + 1}`}
                placeholder="Funder"
                maxLength={bounds.word}
                value={row.funder}
                onChange={(event) => set({ funder: event.currentTarget.value })}
              />
              <TextInput
                flex={1}
                aria-label={`Number of grant ${index + 1}`}
                placeholder="Number"
                maxLength={bounds.word}
                value={row.award}
                onChange={(event) => set({ award: event.currentTarget.value })}
              />
            </>
          )}
        </RowList>
        <RowList
          label="Related works"
          noun="work"
          rows={draft.relatedWorks}
          empty={{ identifier: "", relation: "IsSupplementTo" as WorkRelation }}
          most={bounds.relatedWorks}
          onChange={(relatedWorks) => change({ relatedWorks })}
        >
          {(row, set, index) => (
            <>
              <Select
                w={190}
                aria-label={`How work ${index + 1} is related`}
                allowDeselect={false}
                data={workRelations.map((value) => ({ value, label: relationWords[value] }))}
                value={row.relation}
                onChange={(relation) => relation && set({ relation: relation as WorkRelation })}
              />
              <TextInput
                flex={1}
                aria-label={`DOI or address of work ${index + 1}`}
                placeholder="10.1234/… or https://…"
                maxLength={500}
                error={
                  row.identifier && !doiOf(row.identifier) && !isWebAddress(row.identifier)
                    ? "This is no DOI and no address."
                    : undefined
                }
                value={row.identifier}
                onChange={(event) => set({ identifier: event.currentTarget.value })}
              />
            </>
          )}
        </RowList>
      </Group>
    </Stack>
  );
}
