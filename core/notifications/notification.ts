import type { Role } from "../roles.ts";
import type { Zyx } from "../volume/voxel-space.ts";

/** What a person is told of beside what they look at. Each can be switched off for mails. */
export const notificationKinds = ["invitation", "mention", "task", "sent-back", "training", "pace", "study"] as const;

export type NotificationKind = (typeof notificationKinds)[number];

export const kindWords: Readonly<Record<NotificationKind, string>> = {
  invitation: "Invitations to a project",
  mention: "Comments that mention you",
  task: "Tasks that are given to you, and what becomes of those that you gave",
  "sent-back": "Nuclei that a reviewer sent back to you",
  training: "Trainings that have finished or failed",
  pace: "A project begins or ceases to show how much each member does",
  study: "Boxes that you are asked to draw blind",
};

/** Forgotten so many days after they came, read or not. */
export const NOTIFICATION_DAYS = 60;
/** Of one person; the oldest make room. */
export const MOST_NOTIFICATIONS = 200;

/** What happened. No texts of comments, and nothing that opens anything: it may leave the server in a mail. */
export type NotificationFacts =
  | { readonly kind: "invitation"; readonly by: string; readonly role: Role }
  | { readonly kind: "mention"; readonly by: string }
  | { readonly kind: "task"; readonly by: string; readonly was: "given" | "reopened" | "done" }
  | {
      readonly kind: "sent-back";
      readonly by: string;
      readonly nuclei: number;
      readonly label: number;
      readonly placeZyx: Zyx;
    }
  | { readonly kind: "training"; readonly outcome: "done" | "failed" }
  | { readonly kind: "pace"; readonly by: string; readonly shown: boolean }
  /** The place to draw is found on the page My work: a layer's address is told to nobody by mail. */
  | { readonly kind: "study"; readonly by: string };

export interface Notification {
  readonly facts: NotificationFacts;
  /** Which thread, task, invitation, volume, job: the same one is told once until it is read. */
  readonly subject: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly volumeId: string | null;
  readonly volumeName: string | null;
}

/** What it says in the list and in a mail, and the page that it leads to, from the root of the installation's address. */
export function tellNotification({ facts, subject, projectId, projectName, volumeId, volumeName }: Notification): {
  readonly text: string;
  readonly path: string;
} {
  const where = volumeName === null ? projectName : `${volumeName} (${projectName})`;
  const editor = `/volumes/${volumeId}`;
  const project = `/projects/${projectId}`;
  switch (facts.kind) {
    case "invitation":
      return { text: `${facts.by} invites you to ${projectName} as ${facts.role}`, path: "/work" };
    case "mention":
      return { text: `${facts.by} mentioned you in ${where}`, path: `${editor}#comment=${subject}` };
    case "task": {
      const text = { given: "gave you a task in", reopened: "reopened your task in", done: "finished a task in" }[
        facts.was
      ];
      return { text: `${facts.by} ${text} ${where}`, path: `${editor}#task=${subject}` };
    }
    case "sent-back": {
      const what = facts.nuclei === 1 ? "a nucleus" : `${facts.nuclei} nuclei`;
      return {
        text: `${facts.by} sent ${what} back to you in ${where}`,
        path: `${editor}#at=${facts.placeZyx.join(",")}&nucleus=${facts.label}`,
      };
    }
    case "training":
      return {
        text: `A training of ${projectName} has ${facts.outcome === "done" ? "finished" : "failed"}`,
        path: project,
      };
    case "pace":
      return {
        text: facts.shown
          ? `${facts.by} switched on that ${projectName} shows to its members how much each of them does`
          : `${projectName} no longer shows how much each member does`,
        path: `${project}/tasks`,
      };
    case "study":
      return { text: `${facts.by} asks you to draw a box of ${where} blind`, path: "/work" };
  }
}

/** Which kinds a person wants no mails of: their setting `mail`, as `{ off: […] }`. What cannot be read switches nothing off. */
export function mailSwitchedOff(setting: unknown): ReadonlySet<NotificationKind> {
  const off: unknown = (setting as { off?: unknown } | null | undefined)?.off;
  return new Set(Array.isArray(off) ? notificationKinds.filter((kind) => off.includes(kind)) : []);
}
