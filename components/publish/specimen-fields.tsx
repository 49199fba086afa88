import { Autocomplete, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { PUBLICATION_BOUNDS as bounds } from "../../core/publication/publication.ts";
import { taxa, taxonOf } from "../../core/publication/taxa.ts";
import type { FieldsProps } from "./fields-props.ts";
import { MissingNote } from "./missing-note.tsx";
import { RowList } from "./row-list.tsx";

const IMAGING = [
  "confocal microscopy",
  "spinning disk confocal microscopy",
  "light sheet microscopy",
  "two-photon microscopy",
  "wide-field fluorescence microscopy",
  "structured illumination microscopy",
  "stimulated emission depletion microscopy",
  "expansion microscopy",
] as const;

/** What was imaged and how (REMBI: Biosample, Specimen, Image acquisition). */
export function SpecimenFields({ draft, change, missing }: FieldsProps) {
  const long = (field: "specimenPreparation" | "stain" | "acquisition", label: string, placeholder: string) => (
    <Textarea
      label={
        <>
          {label}
          <MissingNote targets={missing.get(field)} />
        </>
      }
      placeholder={placeholder}
      autosize
      minRows={2}
      maxLength={bounds.text}
      value={draft[field]}
      onChange={(event) => change({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <Stack gap="sm">
      <RowList
        label={
          <>
            Organisms
            <MissingNote targets={missing.get("organisms")} />
          </>
        }
        description="Chosen from the list, its number of the NCBI Taxonomy goes along."
        noun="organism"
        rows={draft.organisms}
        empty={{ name: "", taxonId: null as number | null, strain: "" }}
        most={bounds.organisms}
        onChange={(organisms) => change({ organisms })}
      >
        {(row, set, index) => (
          <>
            <Autocomplete
              flex={2}
              aria-label={`Organism ${index + 1}`}
              placeholder="e.g. Mus musculus, or mouse"
              maxLength={bounds.word}
              data={taxa.map(({ name }) => name)}
              filter={({ options, search }) => {
                const wanted = search.trim().toLowerCase();
                const fitting = new Set<string>(
                  taxa
                    .filter(({ name, commonName }) => `${name} ${commonName}`.toLowerCase().includes(wanted))
                    .map(({ name }) => name),
                );
                return options.filter((option) => "value" in option && fitting.has(option.value));
              }}
              renderOption={({ option }) => (
                <Text size="sm">
                  <i>{option.value}</i>, {taxonOf(option.value)?.commonName}
                </Text>
              )}
              value={row.name}
              onChange={(name) => set({ name, taxonId: taxonOf(name)?.taxonId ?? null })}
              onBlur={() => {
                const known = taxonOf(row.name);
                if (known) set({ name: known.name, taxonId: known.taxonId });
              }}
              description={row.taxonId ? `NCBI Taxonomy ${row.taxonId}` : undefined}
              inputWrapperOrder={["label", "input", "description", "error"]}
            />
            <TextInput
              flex={1}
              aria-label={`Strain of organism ${index + 1}`}
              placeholder="Strain or line"
              maxLength={bounds.word}
              value={row.strain}
              onChange={(event) => set({ strain: event.currentTarget.value })}
            />
          </>
        )}
      </RowList>
      {long(
        "specimenPreparation",
        "Preparation of the specimen",
        "How it was grown, treated, fixed, cleared and mounted",
      )}
      <Group align="flex-start" grow>
        {long("stain", "Stain", "What was stained or expressed, and what the labelled channel shows")}
        <Autocomplete
          label={
            <>
              Imaging method
              <MissingNote targets={missing.get("imagingMethod")} />
            </>
          }
          placeholder="e.g. confocal microscopy"
          data={[...IMAGING]}
          maxLength={bounds.title}
          value={draft.imagingMethod}
          onChange={(imagingMethod) => change({ imagingMethod })}
        />
      </Group>
      {long(
        "acquisition",
        "Acquisition",
        "Microscope, objective and aperture, immersion, laser lines, detector, step in z",
      )}
    </Stack>
  );
}
