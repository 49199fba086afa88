import { Stack, Text } from "@mantine/core";
import { balancedAccuracy } from "../../core/classes/class-counts.ts";
import type { ClassScores } from "../../core/contract/class-scores.ts";
import { percent } from "../ui/proposed-class.tsx";
import styles from "./class-scores-card.module.css";
import { classAdvice } from "./class-words.ts";
import type { CheckpointRow } from "./training-contract.ts";

/** How well classes are told, by the model that proposes now, else by the newest one that knows. */
export function ClassScoresCard({ checkpoints }: { checkpoints: readonly CheckpointRow[] }) {
  const row =
    checkpoints.find(({ current, classes }) => current && classes) ?? checkpoints.find(({ classes }) => classes);
  const scores = row?.classes ?? null;
  return (
    <Stack gap="xs">
      {scores?.measured && <Confusion measured={scores.measured} />}
      {classAdvice(scores).map((words) => (
        <Text key={words} size="sm" c="dimmed">
          {words}
        </Text>
      ))}
    </Stack>
  );
}

function Confusion({ measured }: { measured: NonNullable<ClassScores["measured"]> }) {
  const { classes, counts, by } = measured;
  return (
    <>
      <Text size="sm">
        {percent(balancedAccuracy(counts))} told right, each class counting the same; by chance it would be{" "}
        {percent(1 / classes.length)}.
      </Text>
      <div className={styles.scroller}>
        <table className={styles.matrix} aria-label="Classes by people and by the model">
          <thead>
            <tr>
              <th scope="col">by people ↓ by the model →</th>
              {classes.map((name) => (
                <th key={name} scope="col" title={name}>
                  {name}
                </th>
              ))}
              <th scope="col">found</th>
            </tr>
          </thead>
          <tbody>
            {classes.map((name, i) => {
              const all = counts[i].reduce((sum, count) => sum + count, 0);
              return (
                <tr key={name}>
                  <th scope="row" title={name}>
                    {name}
                  </th>
                  {counts[i].map((count, j) => (
                    <td
                      key={classes[j]}
                      title={`${count} of ${all} nuclei of class ${name} were told as ${classes[j]}`}
                      data-right={i === j || undefined}
                      style={{ "--share": all === 0 ? 0 : count / all } as React.CSSProperties}
                    >
                      {count}
                    </td>
                  ))}
                  <td>{all === 0 ? "–" : percent(counts[i][i] / all)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Text size="xs" c="dimmed">
        {by === "specimen"
          ? "Each nucleus was told by a model of the classes that had seen no nucleus of its specimen."
          : "Each nucleus was told by a model of the classes that had not seen it, though others of its specimen. In new specimens expect less."}
      </Text>
    </>
  );
}
