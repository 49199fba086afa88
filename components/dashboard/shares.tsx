import { Text } from "@mantine/core";
import { exactInterval } from "../../core/metrics/exact-interval.ts";
import type { Loaded } from "../editor/editor-contract.ts";
import { auditWords } from "../training/stopping-words.ts";
import type { AuditSample } from "../training/training-contract.ts";
import type { VigilanceRate } from "./dashboard-contract.ts";
import { FigureCard } from "./figure-card.tsx";
import { vigilanceWords } from "./vigilance-words.ts";

const WIDTH = 320;
const LEFT = 8;
const SPAN = WIDTH - 2 * LEFT - 8;

/** A share as a dot on 0…100 %, with its exact 95 % interval. */
function ShareBar({ of, among, label }: { of: number; among: number; label: string }) {
  const { low, high } = exactInterval(of, among);
  const x = (share: number) => LEFT + share * SPAN;
  const ink = "var(--mantine-color-dimmed)";
  const dots = "var(--mantine-color-teal-6)";
  const percent = (share: number) => (100 * share).toFixed(1);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} 44`}
      width="100%"
      style={{ maxWidth: WIDTH, display: "block" }}
      fontSize={11}
      fill={ink}
      role="img"
      aria-label={`${label}: ${of} of ${among}, ${percent(of / among)} %, exact 95 % interval ${percent(low)} to ${percent(high)} %`}
    >
      <path d={`M${x(0)} 24H${x(1)}`} stroke={ink} />
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <path d={`M${x(share)} 20V28`} stroke={ink} />
          <text x={x(share)} y={40} textAnchor={share === 1 ? "end" : share === 0 ? "start" : "middle"}>
            {100 * share} %
          </text>
        </g>
      ))}
      <path d={`M${x(low)} 14H${x(high)}`} stroke={dots} strokeWidth={3} />
      <circle cx={x(of / among)} cy={14} r={5} fill={dots} />
    </svg>
  );
}

const shareTable = (rows: readonly (readonly [string, number])[], of: number, among: number) => {
  const { low, high } = exactInterval(of, among);
  return {
    columns: ["answer", "count", "share", "low_95", "high_95"],
    rows: rows.map(([name, count], i) => [
      ...[name, count],
      ...(i === 0 && among > 0 ? [of / among, low, high] : [null, null, null]),
    ]),
  };
};

const answered = ({ accepted, corrected, rejected }: AuditSample): number => accepted + corrected + rejected;

/** What random questions say of the open proposals. */
export function AuditFigure({ audit }: { audit: Loaded<AuditSample> }) {
  return (
    <FigureCard
      title="Audit"
      text="Every tenth question is drawn at random: how many of the model's proposals are right."
      loaded={audit}
      empty={(data) => (answered(data) === 0 ? auditWords(data) : null)}
      csv={(data) => {
        const { accepted, corrected, rejected } = data;
        const rows = [
          ["right", accepted] as const,
          ["corrected", corrected] as const,
          ["no nucleus", rejected] as const,
        ];
        return answered(data) === 0 ? null : { name: "audit", table: shareTable(rows, accepted, answered(data)) };
      }}
    >
      {(data) => (
        <>
          <ShareBar of={data.accepted} among={answered(data)} label="Right proposals among random ones" />
          <Text size="sm">{auditWords(data)}</Text>
        </>
      )}
    </FigureCard>
  );
}

/** How often a wrong proposal that was planted is taken for a nucleus. */
export function VigilanceFigure({ vigilance }: { vigilance: Loaded<VigilanceRate> }) {
  const taken = ({ accepted, corrected }: VigilanceRate): number => accepted + corrected;
  return (
    <FigureCard
      title="Vigilance"
      text="How often a wrong proposal that was planted is taken for a nucleus: of the project, never of a person."
      loaded={vigilance}
      empty={(data) => (answered(data) === 0 ? vigilanceWords(data) : null)}
      csv={(data) => {
        const { accepted, corrected, rejected } = data;
        const rows = [
          ["taken for a nucleus", accepted + corrected] as const,
          ["of these accepted", accepted] as const,
          ["of these corrected", corrected] as const,
          ["rejected", rejected] as const,
        ];
        return answered(data) === 0
          ? null
          : { name: "vigilance", table: shareTable(rows, taken(data), answered(data)) };
      }}
    >
      {(data) => (
        <>
          <ShareBar of={taken(data)} among={answered(data)} label="Planted proposals that were taken for nuclei" />
          <Text size="sm">{vigilanceWords(data)}</Text>
        </>
      )}
    </FigureCard>
  );
}
