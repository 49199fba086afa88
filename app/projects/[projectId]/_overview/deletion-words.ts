import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../../server/index.ts";

export type DeletionEffects = inferRouterOutputs<AppRouter>["volume"]["deletionEffects"];

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** What goes with a volume and what stays, in sentences. */
export function deletionWords({ nuclei, people, boxes, proposals, models, versions }: DeletionEffects): string {
  const goes = [
    "its image",
    nuclei === null ? "all its labels" : nuclei > 0 && counted(nuclei, "labelled nucleus", "labelled nuclei"),
    people > 0 && `the history of what ${counted(people, "person", "people")} painted`,
    boxes > 0 && counted(boxes, "box", "boxes"),
    proposals > 0 && counted(proposals, "open proposal", "open proposals"),
  ].filter((part) => part !== false);
  const held = versions.map((version) => `v${version}`);
  const stays = [
    versions.length > 0 &&
      `Dataset ${versions.length === 1 ? "version" : "versions"} ${listed(held)} ${versions.length === 1 ? "holds" : "hold"} it and ${versions.length === 1 ? "stays" : "stay"} whole.`,
    models > 0 &&
      `${counted(models, "model", "models")} that learned from it ${models === 1 ? "stays" : "stay"} as ${models === 1 ? "it is" : "they are"}.`,
    versions.length === 0 && "No dataset version holds it: freeze one first for what you want to keep.",
  ].filter((part) => part !== false);
  return [`For everybody and for good go ${listed(goes)}.`, ...stays].join(" ");
}
