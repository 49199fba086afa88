import { Group, Stack, TextInput } from "@mantine/core";
import { readOrcid } from "../../core/publication/orcid.ts";
import { PUBLICATION_BOUNDS as bounds } from "../../core/publication/publication.ts";
import type { FieldsProps } from "./fields-props.ts";
import { MissingNote } from "./missing-note.tsx";
import { RowList } from "./row-list.tsx";

/** Who is cited, and who answers questions. */
export function PeopleFields({ draft, change, missing }: FieldsProps) {
  const { contact } = draft;
  return (
    <Stack gap="sm">
      <RowList
        label={
          <>
            Creators
            <MissingNote targets={missing.get("creators")} />
          </>
        }
        description="In the order in which they are cited. Who labelled is named by the version itself, as each person chose."
        noun="creator"
        rows={draft.creators}
        empty={{ givenName: "", familyName: "", affiliation: "", orcid: "" }}
        most={bounds.creators}
        onChange={(creators) => change({ creators })}
      >
        {(row, set, index) => (
          <>
            <TextInput
              flex={1}
              aria-label={`Given name of creator ${index + 1}`}
              placeholder="Given name"
              maxLength={bounds.word}
              value={row.givenName}
              onChange={(event) => set({ givenName: event.currentTarget.value })}
            />
            <TextInput
              flex={1}
              aria-label={`Family name of creator ${index + 1}`}
              placeholder="Family name"
              maxLength={bounds.word}
              value={row.familyName}
              onChange={(event) => set({ familyName: event.currentTarget.value })}
            />
            <TextInput
              flex={2}
              aria-label={`Affiliation of creator ${index + 1}`}
              placeholder="Affiliation"
              maxLength={bounds.title}
              value={row.affiliation}
              onChange={(event) => set({ affiliation: event.currentTarget.value })}
            />
            <TextInput
              w={200}
              aria-label={`ORCID of creator ${index + 1}`}
              placeholder="ORCID"
              maxLength={100}
              error={row.orcid && !readOrcid(row.orcid) ? "A digit of this ORCID is wrong." : undefined}
              value={row.orcid}
              onChange={(event) => set({ orcid: event.currentTarget.value })}
              onBlur={() => set({ orcid: readOrcid(row.orcid) ?? row.orcid })}
            />
          </>
        )}
      </RowList>
      <Group align="flex-end" grow maw={640}>
        <TextInput
          label={
            <>
              Contact
              <MissingNote targets={missing.get("contact")} />
            </>
          }
          placeholder="Name"
          maxLength={bounds.word}
          value={contact.name}
          onChange={(event) => change({ contact: { ...contact, name: event.currentTarget.value } })}
        />
        <TextInput
          aria-label="E-mail of the contact"
          placeholder="E-mail; stands in every copy"
          type="email"
          maxLength={320}
          value={contact.email}
          onChange={(event) => change({ contact: { ...contact, email: event.currentTarget.value } })}
        />
      </Group>
    </Stack>
  );
}
