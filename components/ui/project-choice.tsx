import { MultiSelect, Select } from "@mantine/core";

/** The ids of the projects that something is for; null: all of them, also those that come later. */
export type ProjectChoice = readonly string[] | null;

export const isChosen = (choice: ProjectChoice): boolean => choice === null || choice.length > 0;

/** The names of chosen projects; a project that was deleted since is in none. */
export const projectChoiceWords = (projects: readonly { readonly name: string }[] | null, all: string): string =>
  projects ? projects.map(({ name }) => name).join(", ") || "none: its projects were deleted" : all;

export interface ProjectChoiceProps {
  readonly label: string;
  /** What stands for all of them. */
  readonly all: string;
  /** Undefined while they are asked for. */
  readonly projects: readonly { readonly id: string; readonly name: string }[] | undefined;
  readonly choice: ProjectChoice;
  onChange(choice: ProjectChoice): void;
}

/** Two fields of a form in a row: all projects, or which. */
export function ProjectChoiceFields({ label, all, projects, choice, onChange }: ProjectChoiceProps) {
  return (
    <>
      <Select
        label={label}
        data={[
          { value: "all", label: all },
          { value: "chosen", label: "Chosen projects" },
        ]}
        allowDeselect={false}
        value={choice ? "chosen" : "all"}
        onChange={(value) => onChange(value === "chosen" ? (choice ?? []) : null)}
      />
      {choice && (
        <MultiSelect
          label="Projects"
          placeholder={choice.length === 0 ? "Choose one or more" : undefined}
          required
          searchable
          flex={1}
          miw={220}
          data={(projects ?? []).map((one) => ({ value: one.id, label: one.name }))}
          nothingFoundMessage={projects ? "No project of this name" : "Loading…"}
          value={[...choice]}
          onChange={onChange}
        />
      )}
    </>
  );
}
