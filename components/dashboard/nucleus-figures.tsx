import { Text } from "@mantine/core";
import type { DayCounts } from "../../core/dashboard/course-of-days.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { nucleiHref } from "../nuclei/nuclei-link.ts";
import { CourseChart } from "./course-chart.tsx";
import type { NucleusCourse } from "./dashboard-contract.ts";
import { FigureCard } from "./figure-card.tsx";
import { VolumeTable } from "./volume-table.tsx";

const NOTHING = "No nucleus is labelled yet: open a volume and draw one, or accept a proposal.";

const statuses = [
  { key: "accepted", name: "accepted", color: "var(--mantine-color-teal-6)" },
  { key: "corrected", name: "corrected", color: "var(--mantine-color-blue-6)" },
  { key: "unfinished", name: "unfinished", color: "var(--mantine-color-gray-5)" },
] as const;

const isEmpty = ({ days, uncounted }: NucleusCourse): string | null =>
  days.length > 0 ? null : uncounted > 0 ? "The nuclei are being counted: a moment." : NOTHING;

function CountingNote({ uncounted }: { uncounted: number }) {
  if (uncounted === 0) return null;
  return (
    <Text size="xs" c="dimmed" role="status">
      {uncounted === 1 ? "One volume is" : `${uncounted} volumes are`} being counted anew: its figures follow.
    </Text>
  );
}

export function StatusFigure({ course, today }: { course: Loaded<NucleusCourse>; today: string }) {
  return (
    <FigureCard
      title="Nuclei by status"
      text="What people have vouched for, at the end of each day (UTC)."
      loaded={course}
      empty={isEmpty}
      csv={({ days }) => ({
        name: "nuclei-by-status",
        table: {
          columns: ["day", ...statuses.map(({ key }) => key), "approved_by_second_person"],
          rows: days.map((one) => [one.day, ...statuses.map(({ key }) => one[key]), one.approved]),
        },
      })}
    >
      {({ days, volumes, uncounted }) => (
        <>
          <CourseChart
            label="Nuclei by status"
            days={days.map(({ day }) => day)}
            today={today}
            series={statuses.map(({ key, name, color }) => ({ name, color, values: days.map((one) => one[key]) }))}
          />
          <CountingNote uncounted={uncounted} />
          <VolumeTable
            label="Nuclei by status, by volume"
            columns={statuses.map(({ name }) => name)}
            rows={volumes.map((one) => ({
              ...one,
              cells: statuses.map(({ key, name }) => ({
                count: one.now?.[key] ?? null,
                href: nucleiHref(one.volumeId, { statuses: [key] }),
                words: name,
              })),
            }))}
          />
        </>
      )}
    </FigureCard>
  );
}

/** Of classes that the project does not have any more, in turn. */
const OTHER_COLORS = ["grape", "orange", "cyan", "lime", "pink", "indigo"] as const;
const NO_CLASS = "no class";

function namesOf(days: readonly DayCounts[], colors: ReadonlyMap<string, string>): string[] {
  const seen = new Set(days.flatMap(({ classes }) => Object.keys(classes)));
  return [...colors.keys()].filter((name) => seen.delete(name)).concat([...seen].sort());
}

const countOf = (of: DayCounts, name: string): number =>
  name === NO_CLASS
    ? of.accepted + of.corrected - Object.values(of.classes).reduce((sum, count) => sum + count, 0)
    : Object.hasOwn(of.classes, name)
      ? of.classes[name]
      : 0;

interface ClassFigureProps {
  readonly course: Loaded<NucleusCourse>;
  readonly today: string;
  readonly colors: ReadonlyMap<string, string>;
}

export function ClassFigure({ course, today, colors }: ClassFigureProps) {
  const names = [...namesOf(course.data?.days ?? [], colors), NO_CLASS];
  const series = names.map((name, i) => ({
    name,
    color:
      name === NO_CLASS
        ? "var(--mantine-color-gray-5)"
        : (colors.get(name) ?? `var(--mantine-color-${OTHER_COLORS[i % OTHER_COLORS.length]}-6)`),
    values: course.data?.days.map((one) => countOf(one, name)) ?? [],
  }));
  return (
    <FigureCard
      title="Nuclei by class"
      text="Of the accepted and corrected ones."
      loaded={course}
      empty={(data) =>
        isEmpty(data) ??
        (names.length > 1 ? null : "No nucleus has a class yet: the number keys of the editor give it.")
      }
      csv={({ days }) => ({
        name: "nuclei-by-class",
        table: { columns: ["day", ...names], rows: days.map((one) => [one.day, ...names.map((n) => countOf(one, n))]) },
      })}
    >
      {({ days, volumes }) => (
        <>
          <CourseChart label="Nuclei by class" days={days.map(({ day }) => day)} today={today} series={series} />
          <VolumeTable
            label="Nuclei by class, by volume"
            columns={names}
            rows={volumes.map((one) => ({
              ...one,
              cells: names.map((name) => ({
                count: one.now && countOf(one.now, name),
                // The list has no filter for those without a class.
                href: name === NO_CLASS ? null : nucleiHref(one.volumeId, { ...FINISHED, text: name }),
                words: name,
              })),
            }))}
          />
        </>
      )}
    </FigureCard>
  );
}

const FINISHED = { statuses: ["accepted", "corrected"] } as const;
