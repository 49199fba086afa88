import type { Role } from "../roles.ts";
import { boxShape, intersectBoxes, isEmptyBox, type VoxelBox, voxelCount, type Zyx } from "../volume/voxel-space.ts";

/**
 * How a study stands, one way. `drawing`: each annotator in a layer of their own. `comparing`: the layers are closed for good and wait
 * to be compared. `compared`: there is a result, and a consensus may be proposed. `adjudicated`: the adjudicator is through.
 */
export const studyStates = ["drawing", "comparing", "compared", "adjudicated"] as const;
export type StudyState = (typeof studyStates)[number];

/** What every layer begins with: nothing, or the same proposals of one prediction. Never the labels of the volume. */
export const studyBeginnings = ["nothing", "proposals"] as const;
export type StudyBeginning = (typeof studyBeginnings)[number];

export const consensusMethods = ["majority", "staple"] as const;
export type ConsensusMethod = (typeof consensusMethods)[number];

export const FEWEST_ANNOTATORS = 2;
export const MOST_ANNOTATORS = 12;
/** Of a project, open and closed. */
export const MOST_STUDIES = 100;
/** 64 × 512 × 512. */
export const MOST_BOX_VOXELS = 2 ** 24;
/** Of all layers of the box together: the comparison holds them at once, four bytes each. */
export const MOST_LAYER_VOXELS = 2 ** 26;

export interface PlannedStudy {
  readonly box: VoxelBox;
  readonly annotatorIds: readonly string[];
  readonly adjudicatorId: string;
}

export interface StudyMember {
  readonly userId: string;
  readonly role: Role;
}

/** Why it cannot be begun, in words, and which field is to blame; null where it can. */
export function studyObjection(
  { box, annotatorIds, adjudicatorId }: PlannedStudy,
  shapeZyx: Zyx,
  members: readonly StudyMember[],
): { readonly field: "box" | "annotators" | "adjudicator"; readonly what: string } | null {
  const roleOf = new Map(members.map(({ userId, role }) => [userId, role]));
  const mayLabel = (userId: string): boolean => (roleOf.get(userId) ?? "viewer") !== "viewer";
  const people = new Set(annotatorIds);
  if (people.size !== annotatorIds.length) return { field: "annotators", what: "Somebody is named twice." };
  if (people.size < FEWEST_ANNOTATORS) return { field: "annotators", what: "At least two people have to draw." };
  if (people.size > MOST_ANNOTATORS)
    return { field: "annotators", what: `At most ${MOST_ANNOTATORS} people can draw in one study.` };
  if (!annotatorIds.every(mayLabel))
    return { field: "annotators", what: "Somebody who shall draw is no member who labels here." };
  if (people.has(adjudicatorId)) return { field: "adjudicator", what: "Who adjudicates does not draw." };
  if (!mayLabel(adjudicatorId))
    return { field: "adjudicator", what: "The adjudicator has to be a member who labels here." };
  if (isEmptyBox(box) || !contains(shapeZyx, box))
    return { field: "box", what: "The box is empty or reaches beyond the volume." };
  const voxels = voxelCount(boxShape(box));
  if (voxels > MOST_BOX_VOXELS)
    return { field: "box", what: `The box is too large: ${millions(MOST_BOX_VOXELS)} million voxels at most.` };
  if (voxels * people.size > MOST_LAYER_VOXELS)
    return {
      field: "box",
      what: `The box is too large for ${people.size} people: ${millions(MOST_LAYER_VOXELS / people.size)} million voxels at most.`,
    };
  return null;
}

function contains(shapeZyx: Zyx, box: VoxelBox): boolean {
  const inside = intersectBoxes(box, { minZyx: [0, 0, 0], maxZyx: shapeZyx });
  return inside !== null && voxelCount(boxShape(inside)) === voxelCount(boxShape(box));
}

const millions = (voxels: number): string => (voxels / 1e6).toFixed(1);

/** A person and a layer of a study. */
export interface Sitter {
  /** Null: no member of the study's project. */
  readonly projectRole: Role | null;
  readonly isAnnotator: boolean;
  readonly isAdjudicator: boolean;
}

/**
 * What somebody is at the desk where a layer is drawn; null: nobody, who does not learn that it is there. While people draw, only the
 * layer's own annotator sits there. Afterwards nobody draws any more, and the adjudicator and the owners look.
 */
export function deskRole(state: StudyState, { projectRole, isAnnotator, isAdjudicator }: Sitter): Role | null {
  if (projectRole === null) return null;
  if (state === "drawing") {
    if (!isAnnotator) return null;
    return projectRole === "viewer" ? "viewer" : "annotator";
  }
  return isAnnotator || isAdjudicator || projectRole === "owner" ? "viewer" : null;
}

export const studyActs = ["close", "propose", "finish", "remove"] as const;
export type StudyAct = (typeof studyActs)[number];

/** Why this person may not do it with a study that stands so; null where they may. */
export function studyActObjection(
  act: StudyAct,
  study: { readonly state: StudyState; readonly adjudicatorId: string },
  { userId, role }: { readonly userId: string; readonly role: Role },
): string | null {
  if (act === "remove") return role === "owner" ? null : "Only owners delete studies.";
  if (act === "close") {
    if (role !== "owner") return "Only owners close studies.";
    return study.state === "drawing" ? null : "This study is closed already.";
  }
  if (study.adjudicatorId !== userId) return "Only the adjudicator of this study does this.";
  if (study.state === "drawing" || study.state === "comparing") return "The layers have not been compared yet.";
  return study.state === "adjudicated" ? "This study has been adjudicated." : null;
}

/** What a layer is called in results: A, B, C …; who it is, the result does not say. */
export const layerLetter = (number: number): string => String.fromCharCode(65 + number);
