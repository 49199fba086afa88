import type { Mentionable } from "../../core/comments/mentions.ts";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

export interface SaidComment {
  readonly id: string;
  readonly userId: string;
  readonly by: string;
  /** Plain text with ends of lines. */
  readonly text: string;
  readonly createdAt: Date;
  readonly editedAt: Date | null;
}

export interface CommentThread {
  readonly id: string;
  readonly placeZyx: Zyx;
  readonly label: LabelValue | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly comments: readonly SaidComment[];
}

/** What a person does with comments. All resolve once the server has it, and reject with a Problem or a network error. */
export interface CommentActs {
  begin(at: { readonly placeZyx: Zyx; readonly label: LabelValue | null }, text: string): Promise<void>;
  reply(threadId: string, text: string): Promise<void>;
  change(commentId: string, text: string): Promise<void>;
  delete(commentId: string): Promise<void>;
  resolve(threadId: string, isResolved: boolean): Promise<void>;
}

/** Who looks at the panel, and whom they can mention. */
export interface CommentReader {
  readonly userId: string;
  readonly canWrite: boolean;
  readonly isOwner: boolean;
  readonly members: readonly Mentionable[];
}
