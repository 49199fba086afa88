import { SimpleGrid, Stack } from "@mantine/core";
import { LearningCurve } from "../training/learning-curve.tsx";
import type { DashboardProps } from "./dashboard-contract.ts";
import { DiskFigure } from "./disk-figure.tsx";
import { FigureCard } from "./figure-card.tsx";
import { ClassFigure, StatusFigure } from "./nucleus-figures.tsx";
import { QueueFigure, ReviewFigure } from "./open-work.tsx";
import { AuditFigure, VigilanceFigure } from "./shares.tsx";

/** How far a project is and how good: each figure by itself, with the nuclei behind it and its table. */
export function Dashboard(props: DashboardProps) {
  const { course, today } = props;
  return (
    <Stack gap="lg">
      <StatusFigure course={course} today={today} />
      <ClassFigure course={course} today={today} colors={props.classColors} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <QueueFigure queue={props.queue} />
        <ReviewFigure reviews={props.reviews} volumes={course.data?.volumes ?? []} />
        <AuditFigure audit={props.audit} />
        <VigilanceFigure vigilance={props.vigilance} />
      </SimpleGrid>
      <FigureCard
        title="Learning curve"
        text="Measured only on nuclei that were kept out of training."
        loaded={props.curve}
        empty={(points) =>
          points.length === 0
            ? "No training was measured yet: mark a box as “kept for validation”, or keep a specimen out of training."
            : null
        }
        csv={(points) =>
          points.length === 0
            ? null
            : {
                name: "learning-curve",
                table: {
                  columns: [
                    ...["trained_at", "checkpoint", "nuclei_labelled", "active_minutes"],
                    ...["ap50", "ap75", "dice", "kept_out_nuclei"],
                  ],
                  rows: points.map((point) => [
                    ...[point.createdAt.toISOString(), point.checkpointId, point.nucleiLabelled, point.activeMinutes],
                    ...[point.ap50, point.ap75, point.dice, point.keptOutNuclei],
                  ]),
                },
              }
        }
      >
        {(points) => <LearningCurve points={points} />}
      </FigureCard>
      <DiskFigure disk={props.disk} />
    </Stack>
  );
}
