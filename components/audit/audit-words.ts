import type { AuditAct, AuditEvent } from "../../core/audit/audit-event.ts";
import { type DepositPlace, placeNames } from "../../core/publication/deposit.ts";

type DetailsOf<Act extends AuditAct> = Extract<AuditEvent, { act: Act }>["details"];

interface Words<Details> {
  readonly group:
    | "Signing in"
    | "Accounts"
    | "Installation"
    | "People of projects"
    | "Projects"
    | "Volumes"
    | "Models"
    | "Exports";
  /** Goes on after the name of who did it. */
  readonly does: string;
  readonly tell?: (details: Details) => string;
  /** Something an administrator looks for. */
  readonly alarming?: boolean;
}

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const who = ({ person }: { person: { name: string; email: string } | null }): string =>
  person ? `${person.name} (${person.email})` : "";
const named = ({ name }: { name: string }): string => `“${name}”`;
const renamed = ({ from, to }: { from: string; to: string }): string => `“${from}” to “${to}”`;
const linkWords = { administrator: "for the first account", reset: "to set a new password" } as const;
const link = (details: { purpose: keyof typeof linkWords; person: { name: string; email: string } | null }): string =>
  [linkWords[details.purpose], who(details)].filter(Boolean).join(": ");
const inVolume = ({ volume }: { volume: string }): string => `in “${volume}”`;
const ofTask = (details: { volume: string; person: { name: string; email: string } | null }): string =>
  [details.person ? `to ${who(details)}` : "to whoever takes it", inVolume(details)].join(" ");
const version = (details: { version: number; approvedOnly?: boolean | undefined }): string =>
  `version ${details.version}${details.approvedOnly ? ", approved nuclei only" : ""}`;

const deposited = (details: { version: number; place: DepositPlace }): string =>
  `version ${details.version}, ${placeNames[details.place]}`;
const depositedDoi = (details: { version: number; place: DepositPlace; doi?: string | undefined }): string =>
  [deposited(details), details.doi].filter(Boolean).join(", ");

/** Names of fields and settings, as their forms say them. */
const fieldWords: Readonly<Record<string, string>> = {
  dataLicence: "licence",
  trainMinutes: "minutes of one training",
  retrainAfterDecisions: "decisions until the next training",
  autoRetrain: "next training by itself",
  autoBegin: "proposals and a first round by itself",
  reviewScope: "second look",
  reviewSharePercent: "share of the second look, percent",
  newcomerDays: "days for which a member is new",
  trainApprovedOnly: "trainings learn from approved nuclei only",
  plantEvery: "one of so many questions is a planted wrong proposal",
  projectMakers: "who may make projects",
  administratorsNeedTwoFactor: "administrators need a second factor",
  personQuotaGb: "room for each person, GB",
  projectQuotaGb: "room for each project, GB",
  auditDays: "days that this log is kept",
  relatedWorks: "related works",
  specimenPreparation: "preparation of the specimen",
  imagingMethod: "imaging method",
  labelHistoryDays: "days that the history of labels is kept",
  apiOrigins: "other sites whose pages may use the API",
  privateImportHosts: "servers of the own network from which volumes may be fetched",
  privateWebhookHosts: "servers of the own network that may be told of events",
};
const originWords = { own: "own", others: "of others", unknown: "not said" } as const;
const fieldWord = (field: string): string => fieldWords[field] ?? field;
/** `trainMinutes: 6; name: Embryos` with the fields in words. */
const fieldsInWords = (text: string): string =>
  text.replace(/(^|; )(\w+): /g, (_, start, field) => `${start}${fieldWord(field)}: `);

/** What pages say of each act. */
const words: { readonly [Act in AuditAct]: Words<DetailsOf<Act>> } = {
  "session.signed-in": { group: "Signing in", does: "signed in", tell: ({ method }) => `by ${method}` },
  "session.sign-in-failed": {
    group: "Signing in",
    does: "failed to sign in",
    alarming: true,
    tell: ({ account, reason, attempts }) =>
      [
        account ? `as ${account}` : "",
        { refused: "wrong email or password", "second-factor": "wrong second factor", "too-many": "too many attempts" }[
          reason
        ],
        attempts > 1 ? times(attempts, "attempt") : "",
      ]
        .filter(Boolean)
        .join(", "),
  },
  "session.sign-in-flood": {
    group: "Signing in",
    does: "failed to sign in, many at once",
    alarming: true,
    tell: (d) => `${times(d.attempts, "attempt")}, ${times(d.accounts, "account")}, ${times(d.addresses, "address")}`,
  },
  "session.signed-out": { group: "Signing in", does: "signed out" },
  "session.ended": {
    group: "Signing in",
    does: "ended sessions",
    tell: (d) => `${times(d.sessions, "session")} of ${who(d)}`,
  },
  "second-factor.switched-on": { group: "Signing in", does: "switched the second factor on" },
  "second-factor.switched-off": { group: "Signing in", does: "switched the second factor off" },
  "second-factor.reset": { group: "Signing in", does: "took the second factor away", tell: (d) => `of ${who(d)}` },
  "second-factor.recovery-codes-made": { group: "Signing in", does: "made recovery codes" },
  "second-factor.recovery-code-used": { group: "Signing in", does: "used a recovery code" },
  "passkey.added": { group: "Signing in", does: "added a passkey", tell: named },
  "passkey.renamed": { group: "Signing in", does: "renamed a passkey", tell: renamed },
  "passkey.removed": { group: "Signing in", does: "removed a passkey", tell: named },
  "institution.linked": { group: "Signing in", does: "linked their institution" },
  "institution.unlinked": { group: "Signing in", does: "unlinked their institution" },

  "account.created": { group: "Accounts", does: "made an account", tell: who },
  "account.renamed": { group: "Accounts", does: "changed their name", tell: renamed },
  "account.email-changed": {
    group: "Accounts",
    does: "changed an email",
    tell: (d) => `${d.person.name}: ${d.from} to ${d.to}`,
  },
  "account.password-changed": { group: "Accounts", does: "changed their password" },
  "account.password-reset": { group: "Accounts", does: "set a new password by a link", tell: who },
  "account.switched-off": { group: "Accounts", does: "switched an account off", tell: who },
  "account.switched-on": { group: "Accounts", does: "switched an account on", tell: who },
  "account.deleted": { group: "Accounts", does: "deleted an account", tell: who },
  "administrator.made": { group: "Accounts", does: "made an administrator", tell: who },
  "administrator.unmade": { group: "Accounts", does: "took the administrator's rights", tell: (d) => `of ${who(d)}` },
  "link.made": { group: "Accounts", does: "made a one-time link", tell: link },
  "link.used": { group: "Accounts", does: "used a one-time link", tell: link },
  "link.revoked": { group: "Accounts", does: "took a one-time link back", tell: link },

  "personal-token.made": { group: "Installation", does: "made a token for programs", tell: named },
  "personal-token.revoked": { group: "Installation", does: "took a token of programs back", tell: named },
  "trainer-token.made": { group: "Installation", does: "made a trainer's token", tell: named },
  "trainer-token.changed": { group: "Installation", does: "changed a trainer's token", tell: named },
  "trainer-token.revoked": { group: "Installation", does: "took a trainer's token back", tell: named },
  "repository-token.kept": { group: "Accounts", does: "kept a token", tell: (d) => `for ${placeNames[d.place]}` },
  "repository-token.removed": { group: "Accounts", does: "removed a token", tell: (d) => `for ${placeNames[d.place]}` },
  "settings.changed": {
    group: "Installation",
    does: "changed a setting",
    tell: (d) => `${fieldWord(d.setting)}: ${String(d.from ?? "none")} to ${String(d.to ?? "none")}`,
  },
  "backup.made": { group: "Installation", does: "made a backup", tell: named },
  "backup.restored": { group: "Installation", does: "restored a backup", tell: named },
  "backup.failed": {
    group: "Installation",
    does: "failed to make a backup",
    alarming: true,
    tell: (d) => `“${d.name}”: ${d.problem}`,
  },
  "audit.exported": { group: "Installation", does: "exported this log", tell: (d) => d.format },
  "audit.pruned": {
    group: "Installation",
    does: "deleted old rows of this log",
    tell: (d) => `${times(d.rows, "row")} before ${d.before.slice(0, 10)}`,
  },

  "invitation.made": {
    group: "People of projects",
    does: "made an invitation",
    tell: (d) => `${d.role}, for ${times(d.days, "day")}`,
  },
  "invitation.used": { group: "People of projects", does: "used an invitation", tell: (d) => d.role },
  "invitation.revoked": { group: "People of projects", does: "took an invitation back", tell: (d) => d.role },
  "member.role-given": { group: "People of projects", does: "joined", tell: (d) => `${d.person.name} as ${d.role}` },
  "member.role-changed": {
    group: "People of projects",
    does: "changed a role",
    tell: (d) => `${who(d)}: ${d.from} to ${d.to}`,
  },
  "member.removed": { group: "People of projects", does: "removed somebody", tell: (d) => `${who(d)}, ${d.role}` },
  "member.left": { group: "People of projects", does: "left", tell: (d) => `as ${d.role}` },

  "project.created": { group: "Projects", does: "made the project", tell: named },
  "project.changed": {
    group: "Projects",
    does: "changed the project",
    tell: (d) =>
      d.to ? `${fieldsInWords(d.from ?? "")} → ${fieldsInWords(d.to)}` : d.fields.map(fieldWord).join(", "),
  },
  "project.deleted": {
    group: "Projects",
    does: "deleted the project",
    tell: (d) => `“${d.name}” with ${times(d.volumes, "volume")}`,
  },
  "class.made": { group: "Projects", does: "made a nucleus class", tell: named },
  "class.changed": { group: "Projects", does: "changed a nucleus class", tell: renamed },
  "class.removed": { group: "Projects", does: "removed a nucleus class", tell: named },

  "volume.import-started": { group: "Volumes", does: "imported a volume", tell: (d) => `“${d.name}” from ${d.source}` },
  "volume.import-cancelled": { group: "Volumes", does: "ended an import", tell: named },
  "volume.labels-added": { group: "Volumes", does: "imported labels", tell: (d) => `to “${d.name}” from ${d.source}` },
  "volume.edits-brought-in": {
    group: "Volumes",
    does: "brought in edits from a file",
    tell: (d) => `${times(d.edits, "record")} of ${who(d)}, into “${d.name}”; checksum ${d.file.slice(0, 12)}`,
  },
  "volume.renamed": { group: "Volumes", does: "renamed a volume", tell: renamed },
  "volume.done": { group: "Volumes", does: "marked a volume as done", tell: named },
  "volume.reopened": { group: "Volumes", does: "marked a volume as not done", tell: named },
  "volume.nucleus-size-set": {
    group: "Volumes",
    does: "said how wide nuclei are",
    tell: (d) => `${d.toUm === null ? "as the image says" : `${Number(d.toUm.toPrecision(3))} µm`}, in “${d.name}”`,
  },
  "volume.deleted": { group: "Volumes", does: "deleted a volume", tell: named },
  "box.changed": {
    group: "Volumes",
    does: "changed a box",
    tell: (d) => `${d.from.kind === d.to.kind ? d.to.kind : `${d.from.kind} to ${d.to.kind}`}, in “${d.volume}”`,
  },
  "box.removed": { group: "Volumes", does: "removed a box", tell: (d) => `${d.kind}, in “${d.volume}”` },

  "task.given": { group: "Volumes", does: "gave a task", tell: ofTask },
  "task.passed-on": { group: "Volumes", does: "passed a task on", tell: ofTask },
  "task.done": { group: "Volumes", does: "finished a task", tell: inVolume },
  "task.reopened": { group: "Volumes", does: "reopened a task", tell: inVolume },
  "task.withdrawn": { group: "Volumes", does: "took a task back", tell: inVolume },
  "study.started": {
    group: "Volumes",
    does: "started a blind study",
    tell: (d) => `${d.annotators} people draw, ${inVolume(d)}`,
  },
  "study.layer-done": { group: "Volumes", does: "was done with a layer of a blind study", tell: inVolume },
  "study.layer-reopened": { group: "Volumes", does: "was not done with a layer after all", tell: inVolume },
  "study.closed": { group: "Volumes", does: "closed a blind study", tell: inVolume },
  "study.compared-again": { group: "Volumes", does: "had a blind study compared again", tell: inVolume },
  "study.consensus-proposed": {
    group: "Volumes",
    does: "proposed the consensus of a blind study",
    tell: (d) => `by ${d.method === "staple" ? "STAPLE" : "majority"}, ${inVolume(d)}`,
  },
  "study.adjudicated": { group: "Volumes", does: "was through with a blind study", tell: inVolume },
  "study.deleted": { group: "Volumes", does: "deleted a blind study", tell: inVolume },
  "comment.written": { group: "Volumes", does: "wrote a comment", tell: inVolume },
  "comment.changed": { group: "Volumes", does: "changed a comment", tell: inVolume },
  "comment.deleted": {
    group: "Volumes",
    does: "deleted a comment",
    tell: (d) => `of ${d.person.name || "an account that is gone"}, ${inVolume(d)}`,
  },
  "comment.resolved": { group: "Volumes", does: "resolved a conversation", tell: inVolume },
  "comment.reopened": { group: "Volumes", does: "opened a conversation again", tell: inVolume },

  "training.started": {
    group: "Models",
    does: "started a training",
    tell: (d) => {
      const begun =
        d.from === "nothing" ? "from nothing" : d.from === "product" ? "from the product's own weights" : null;
      return [d.automatic ? "by itself" : begun, d.approvedOnly && "approved nuclei only"].filter(Boolean).join(", ");
    },
  },
  "training.cancelled": { group: "Models", does: "cancelled a training" },
  "training.specimen-kept-out": {
    group: "Models",
    does: "changed the split",
    tell: (d) => `${d.specimen} is ${d.keptOut ? "kept out of" : "back in"} training`,
  },
  "model.made-current": { group: "Models", does: "chose the model that proposes" },

  "publication.changed": {
    group: "Exports",
    does: "changed what data sets say of themselves",
    tell: (d) => d.fields.map(fieldWord).join(", "),
  },
  "publication.origins-set": {
    group: "Exports",
    does: "said where images come from",
    tell: (d) =>
      `${d.volumes === 1 ? `“${d.first}”` : `${times(d.volumes, "volume")}, “${d.first}” first`}: ${originWords[d.origin]}`,
  },
  "export.version-frozen": { group: "Exports", does: "froze a dataset", tell: version },
  "export.version-deleted": { group: "Exports", does: "deleted a dataset", tell: version },
  "export.downloaded": {
    group: "Exports",
    does: "downloaded a dataset",
    tell: (d) => `${version(d)} as ${d.formats.join(", ")}`,
  },
  "export.model-downloaded": { group: "Exports", does: "downloaded a model" },
  "deposit.begun": {
    group: "Exports",
    does: "began a draft",
    tell: (d) => `${deposited(d)}${d.newVersionOf ? `, a new version of record ${d.newVersionOf}` : ""}`,
  },
  "deposit.gone-on": { group: "Exports", does: "went on with a draft", tell: deposited },
  "deposit.cancelled": { group: "Exports", does: "stopped the sending of a draft", tell: deposited },
  "deposit.publish-asked": { group: "Exports", does: "asked to publish a draft", tell: depositedDoi },
  "deposit.published": { group: "Exports", does: "published a dataset", tell: depositedDoi },
  "deposit.discard-asked": { group: "Exports", does: "discarded a draft", tell: deposited },
  "deposit.forgotten": { group: "Exports", does: "took a draft off the list", tell: depositedDoi },
  "webhook.made": { group: "Exports", does: "added a webhook", tell: (d) => `${d.address}: ${d.events}` },
  "webhook.removed": { group: "Exports", does: "removed a webhook", tell: (d) => d.address },
  "webhook.tested": { group: "Exports", does: "sent a test to a webhook" },
  "audit.project-exported": { group: "Exports", does: "exported this log", tell: (d) => d.format },
};

export interface ShownAct {
  readonly does: string;
  readonly tells: string;
  readonly alarming: boolean;
}

/** An act that another version wrote down is shown by its name and its facts as they are. */
export function wordsOfAct(act: string, details: Readonly<Record<string, unknown>>): ShownAct {
  const known = words[act as AuditAct] as Words<unknown> | undefined;
  if (!known) return { does: act, tells: JSON.stringify(details), alarming: false };
  try {
    return { does: known.does, tells: known.tell?.(details) ?? "", alarming: known.alarming ?? false };
  } catch {
    return { does: known.does, tells: JSON.stringify(details), alarming: known.alarming ?? false };
  }
}

interface ActChoice {
  readonly value: AuditAct;
  readonly label: string;
}

/** For a choice of acts, by group; `ofProjects`: those that owners see. */
export function actChoices(given: { ofProjects: boolean }): { group: string; items: ActChoice[] }[] {
  const groups = new Map<string, ActChoice[]>();
  for (const [act, { group, does }] of Object.entries(words) as [AuditAct, Words<unknown>][]) {
    if (given.ofProjects && GENERAL_GROUPS.has(group)) continue;
    groups.set(group, [
      ...(groups.get(group) ?? []),
      { value: act, label: act === "audit.project-exported" ? "exported the log of a project" : does },
    ]);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

const GENERAL_GROUPS: ReadonlySet<string> = new Set(["Signing in", "Accounts", "Installation"]);
