import { z } from "zod";
import { depositPlaces } from "../publication/deposit.ts";
import { roles } from "../roles.ts";
import { tokenScopes } from "../token-scope.ts";

/**
 * What the audit log knows: a closed set of acts, each with the facts that may be written down about it and no others.
 * `by` is the account that acted; null for a stranger and for the server itself. Acts of a project carry its id, and its
 * owners see them; the others are for administrators only.
 */

/** Control and format characters, line separators, halves of surrogate pairs: a stranger's text stays one plain line. */
const NOT_PLAIN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Cut and made plain rather than refused: what strangers type must never keep a row from being written. */
const line = (maxLength: number) =>
  z.string().transform((text) => text.slice(0, maxLength).replace(NOT_PLAIN, " ").trim());

const name = line(200);
const id = line(100);
const boxPlace = z.object({
  kind: line(40),
  minZyx: z.array(z.int()).length(3),
  maxZyx: z.array(z.int()).length(3),
});
const count = z.int().min(0);
/** Null: nobody has said it. */
const micrometres = z.number().min(0).max(1e6).nullable();
const role = z.enum(roles);
/** An account as it was at that moment. */
const person = z.strictObject({ id, name: line(80), email: line(320) });
const setting = z.union([line(200), z.number(), z.boolean(), z.null()]);
const linkPurpose = z.enum(["administrator", "reset"]);

const place = z.enum(depositPlaces);
const ofDeposit = { depositId: id, version: count, place };
const ofTask = { volumeId: id, volume: name, taskId: id };
const ofStudy = { studyId: id, volumeId: id, volume: name };
const ofThread = { volumeId: id, volume: name, threadId: id };

const by = z.string().min(1).max(100).nullable();
const general = <const Act extends string, Details extends z.ZodRawShape>(act: Act, details: Details) =>
  z.strictObject({ act: z.literal(act), by, details: z.strictObject(details) });
const ofProject = <const Act extends string, Details extends z.ZodRawShape>(act: Act, details: Details) =>
  z.strictObject({ act: z.literal(act), by, projectId: z.uuid(), details: z.strictObject(details) });

export const auditEventSchema = z.discriminatedUnion("act", [
  general("session.signed-in", {
    method: z.enum(["password", "authenticator", "recovery-code", "passkey", "institution"]),
  }),
  /** `attempts`: how many within the minute that the row stands for; `account` is what was typed, null where unknown. */
  general("session.sign-in-failed", {
    account: line(320).nullable(),
    reason: z.enum(["refused", "second-factor", "too-many"]),
    attempts: count,
  }),
  /** What went beyond the bound on rows in one minute: told together. */
  general("session.sign-in-flood", { attempts: count, accounts: count, addresses: count }),
  general("session.signed-out", {}),
  /** Sessions of `person` ended by somebody: themselves, elsewhere, or an administrator. */
  general("session.ended", { person, sessions: count }),

  general("account.created", { person, through: z.enum(["first-link", "invitation", "institution", "console"]) }),
  general("account.renamed", { from: line(80), to: line(80) }),
  general("account.email-changed", { person, from: line(320), to: line(320) }),
  general("account.password-changed", { sessionsEnded: count }),
  general("account.password-reset", { person, sessionsEnded: count }),
  general("account.switched-off", { person }),
  general("account.switched-on", { person }),
  general("account.deleted", { person }),
  general("administrator.made", { person }),
  general("administrator.unmade", { person }),

  general("second-factor.switched-on", {}),
  general("second-factor.switched-off", {}),
  /** By an administrator, for somebody who lost theirs. */
  general("second-factor.reset", { person }),
  general("second-factor.recovery-codes-made", { codes: count }),
  general("second-factor.recovery-code-used", { left: count.nullable() }),
  general("passkey.added", { name }),
  general("passkey.renamed", { from: name, to: name }),
  general("passkey.removed", { name }),
  general("institution.linked", {}),
  general("institution.unlinked", {}),

  /** `person` is null for the link that makes the first account. */
  general("link.made", { purpose: linkPurpose, person: person.nullable() }),
  general("link.used", { purpose: linkPurpose, person: person.nullable() }),
  general("link.revoked", { purpose: linkPurpose, person: person.nullable() }),

  general("trainer-token.made", {
    name,
    tokenId: id,
    scope: name.optional(),
    expiresAt: line(40).nullable().optional(),
  }),
  general("trainer-token.changed", {
    name,
    tokenId: id,
    scope: name.optional(),
    expiresAt: line(40).nullable().optional(),
  }),
  general("trainer-token.revoked", { name, tokenId: id }),

  /** `scope` and `projects` in words; never the token. */
  general("personal-token.made", {
    name,
    tokenId: id,
    scope: z.enum(tokenScopes),
    projects: name,
    expiresAt: line(40),
  }),
  /** Of `person`, by themselves or an administrator. */
  general("personal-token.revoked", { person, name, tokenId: id }),

  /** A person's own token for a repository; never the token. */
  general("repository-token.kept", { place }),
  general("repository-token.removed", { place }),

  general("settings.changed", { setting: line(60), from: setting, to: setting }),
  general("backup.made", { name, sizeBytes: count.optional() }),
  general("backup.restored", { name }),
  general("backup.failed", { name, problem: name }),
  general("audit.exported", { format: z.enum(["csv", "jsonl"]), filter: line(400) }),
  /** Rows older than the installation keeps them. */
  general("audit.pruned", { rows: count, before: line(40) }),

  ofProject("invitation.made", { invitationId: id, role, days: count }),
  ofProject("invitation.used", { invitationId: id, role }),
  ofProject("invitation.revoked", { invitationId: id, role }),
  ofProject("member.role-given", { person, role }),
  ofProject("member.role-changed", { person, from: role, to: role }),
  ofProject("member.removed", { person, role }),
  ofProject("member.left", { role }),

  ofProject("project.created", { name }),
  /** Names of the fields; of the short ones what they were and are. */
  ofProject("project.changed", {
    fields: z.array(line(40)).max(20),
    from: line(200).optional(),
    to: line(200).optional(),
  }),
  ofProject("project.deleted", { name, volumes: count }),
  ofProject("webhook.made", { webhookId: id, address: line(300), events: name }),
  ofProject("webhook.removed", { webhookId: id, address: line(300) }),
  ofProject("webhook.tested", { webhookId: id }),
  ofProject("class.made", { name }),
  ofProject("class.changed", { from: name, to: name }),
  ofProject("class.removed", { name }),

  ofProject("volume.import-started", { volumeId: id, name, source: name }),
  ofProject("volume.import-cancelled", { volumeId: id, name, volumeRemoved: z.boolean() }),
  ofProject("volume.labels-added", { volumeId: id, name, source: name }),
  /** From a file that `person`'s browser had saved; `edits` are records that were new, `file` the checksum of the file. */
  ofProject("volume.edits-brought-in", { volumeId: id, name, person, edits: count, file: line(64) }),
  ofProject("volume.renamed", { volumeId: id, from: name, to: name }),
  ofProject("volume.done", { volumeId: id, name }),
  ofProject("volume.reopened", { volumeId: id, name }),
  ofProject("volume.nucleus-size-set", { volumeId: id, name, fromUm: micrometres, toUm: micrometres }),
  ofProject("volume.deleted", { volumeId: id, name }),
  ofProject("box.changed", { volumeId: id, volume: name, from: boxPlace, to: boxPlace }),
  ofProject("box.removed", { volumeId: id, volume: name, ...boxPlace.shape }),

  /** Never what it says. */
  ofProject("comment.written", ofThread),
  ofProject("comment.changed", ofThread),
  /** `person` wrote it. */
  ofProject("comment.deleted", { ...ofThread, person }),
  ofProject("comment.resolved", ofThread),
  ofProject("comment.reopened", ofThread),

  /** `person` is whose it is now; null: nobody's, whoever wants takes it. */
  ofProject("task.given", { ...ofTask, person: person.nullable() }),
  ofProject("task.passed-on", { ...ofTask, person: person.nullable() }),
  ofProject("task.done", ofTask),
  ofProject("task.reopened", ofTask),
  ofProject("task.withdrawn", ofTask),

  /** Never what a layer holds. */
  ofProject("study.started", { ...ofStudy, annotators: count }),
  ofProject("study.layer-done", ofStudy),
  ofProject("study.layer-reopened", ofStudy),
  ofProject("study.closed", ofStudy),
  ofProject("study.compared-again", ofStudy),
  ofProject("study.consensus-proposed", { ...ofStudy, method: line(20) }),
  ofProject("study.adjudicated", ofStudy),
  ofProject("study.deleted", ofStudy),

  ofProject("training.started", {
    jobId: id,
    automatic: z.boolean(),
    /** Rows of earlier versions do not say it. */
    from: z.enum(["current", "product", "nothing"]).optional(),
    /** Absent where it learns from all that people accepted. */
    approvedOnly: z.boolean().optional(),
  }),
  ofProject("training.cancelled", { jobId: id }),
  ofProject("training.specimen-kept-out", { specimen: name, keptOut: z.boolean() }),
  ofProject("model.made-current", { checkpointId: id }),

  ofProject("publication.changed", { fields: z.array(line(40)).max(20) }),
  ofProject("publication.origins-set", { volumes: count, first: name, origin: z.enum(["own", "others", "unknown"]) }),
  ofProject("export.version-frozen", { versionId: id, version: count, approvedOnly: z.boolean().optional() }),
  ofProject("export.version-deleted", { versionId: id, version: count }),
  ofProject("export.downloaded", { versionId: id, version: count, formats: z.array(line(20)).max(10) }),
  ofProject("export.model-downloaded", { checkpointId: id }),
  /** `newVersionOf`: number of the record. */
  ofProject("deposit.begun", { ...ofDeposit, newVersionOf: line(12).optional() }),
  ofProject("deposit.gone-on", ofDeposit),
  ofProject("deposit.cancelled", ofDeposit),
  /** Asked for by a person. What came of it is a row of its own. */
  ofProject("deposit.publish-asked", { ...ofDeposit, doi: line(300) }),
  ofProject("deposit.published", { ...ofDeposit, doi: line(300) }),
  ofProject("deposit.discard-asked", ofDeposit),
  /** Taken off the list here; what lies in the repository stays. */
  ofProject("deposit.forgotten", { ...ofDeposit, doi: line(300).optional() }),
  ofProject("audit.project-exported", { format: z.enum(["csv", "jsonl"]), filter: line(400) }),
]);

/** As callers give it; `auditEventSchema.parse` makes it plain. */
export type AuditEvent = z.input<typeof auditEventSchema>;
export type AuditAct = AuditEvent["act"];
export type AuditedPerson = z.output<typeof person>;

export const auditActs: readonly AuditAct[] = auditEventSchema.options.map(({ shape }) => shape.act.value);
