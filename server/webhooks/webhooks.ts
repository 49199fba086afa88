import { randomUUID } from "node:crypto";
import { and, desc, eq, inArray, notInArray, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import {
  type ChosenEvent,
  KEPT_DELIVERIES,
  MAX_WEBHOOKS,
  type WebhookBody,
  type WebhookEvent,
} from "../../core/webhook/webhook.ts";
import type { Transaction } from "../../db/client.ts";
import { project, webhook, webhookDelivery } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { assertMayBeAsked, shown } from "../ingest/address/guarded-client.ts";
import { readOrCreateSecret } from "../secrets/installation-secret.ts";
import { openSealedText, sealText } from "../secrets/sealed-text.ts";
import type { Services } from "../services.ts";
import { privateHostsOf } from "../settings/private-hosts.ts";
import { createWebhookSecret } from "./sign-message.ts";

const secretOf = ({ environment }: Services): string => readOrCreateSecret(environment.dataRoot, "webhooks");
const contextOf = (webhookId: string): string => `secret of webhook ${webhookId}`;

interface ByPerson {
  readonly projectId: string;
  readonly by: string;
}

/** The secret is told here, and never again. */
export async function addWebhook(
  services: Services,
  given: ByPerson & { readonly address: string; readonly events: readonly ChosenEvent[] },
): Promise<{ readonly id: string; readonly secret: string }> {
  const { projectId, by, events } = given;
  const url = addressOf(given.address);
  assertMayBeAsked(url, await privateHostsOf(services, "privateWebhookHosts"));
  const [id, secret] = [randomUUID(), createWebhookSecret()];
  const sealedSecret = sealText(secretOf(services), contextOf(id), secret);
  await services.db.transaction(async (tx) => {
    // One after the other: two at once must not both be the last.
    await tx.select({ id: project.id }).from(project).where(eq(project.id, projectId)).for("update");
    const there = await tx.select({ id: webhook.id }).from(webhook).where(eq(webhook.projectId, projectId));
    if (there.length >= MAX_WEBHOOKS)
      throw new Problem({
        tag: "too-many-webhooks",
        what: `This project has ${MAX_WEBHOOKS} webhooks already.`,
        hint: "Remove one that nobody needs.",
      });
    await tx
      .insert(webhook)
      .values({ id, projectId, address: url.href, events: [...events], sealedSecret, createdBy: by });
    await recordAudit(tx, {
      act: "webhook.made",
      by,
      projectId,
      details: { webhookId: id, address: shown(url), events: events.join(", ") },
    });
  });
  return { id, secret };
}

function addressOf(text: string): URL {
  const url = URL.parse(text.trim());
  if (!url)
    throw new Problem({
      tag: "webhook-address",
      what: "That is no address.",
      where: text.slice(0, 200),
      hint: "It looks like https://hooks.example.org/karyoloop.",
    });
  url.hash = "";
  return url;
}

export async function removeWebhook({ db }: Services, given: ByPerson & { readonly id: string }): Promise<void> {
  const { projectId, by, id } = given;
  await db.transaction(async (tx) => {
    const [gone] = await tx
      .delete(webhook)
      .where(and(eq(webhook.id, id), eq(webhook.projectId, projectId)))
      .returning({ address: webhook.address });
    if (!gone) throw noSuchWebhook();
    const address = shown(new URL(gone.address));
    await recordAudit(tx, { act: "webhook.removed", by, projectId, details: { webhookId: id, address } });
  });
}

export const noSuchWebhook = (): Problem =>
  new Problem({ tag: "webhook-unknown", what: "There is no such webhook in this project.", hint: "It is gone." });

/** With the last messages of each, newest first; without what they are signed with. */
export async function listWebhooks({ db }: Services, projectId: string) {
  const hooks = await db
    .select({ id: webhook.id, address: webhook.address, events: webhook.events, createdAt: webhook.createdAt })
    .from(webhook)
    .where(eq(webhook.projectId, projectId))
    .orderBy(desc(webhook.createdAt), desc(webhook.id));
  const ids = hooks.map(({ id }) => id);
  const deliveries =
    ids.length === 0
      ? []
      : await db
          .select({
            id: webhookDelivery.id,
            webhookId: webhookDelivery.webhookId,
            event: sql<WebhookEvent>`${webhookDelivery.body}->>'type'`,
            state: webhookDelivery.state,
            attempts: webhookDelivery.attempts,
            status: webhookDelivery.status,
            outcome: webhookDelivery.outcome,
            dueAt: webhookDelivery.dueAt,
            createdAt: webhookDelivery.createdAt,
            triedAt: webhookDelivery.triedAt,
          })
          .from(webhookDelivery)
          .where(inArray(webhookDelivery.webhookId, ids))
          .orderBy(desc(webhookDelivery.createdAt), desc(webhookDelivery.id));
  return hooks.map((hook) => ({
    ...hook,
    deliveries: deliveries.filter(({ webhookId }) => webhookId === hook.id).slice(0, KEPT_DELIVERIES),
  }));
}

type Undated<Body> = Body extends WebhookBody ? Omit<Body, "timestamp"> : never;
type NewBody = Undated<WebhookBody>;

/**
 * Puts a message to all addresses of a project that asked for its kind, in the transaction in which it happens: either both are
 * there or neither. Nudge the queue when that is through.
 */
export async function putMessages(tx: Transaction, projectId: string, body: NewBody): Promise<void> {
  const hooks = await tx
    .select({ id: webhook.id, events: webhook.events })
    .from(webhook)
    .where(eq(webhook.projectId, projectId));
  for (const { id, events } of hooks) if (events.includes(body.type)) await putMessage(tx, id, body);
}

export async function putMessage(tx: Transaction, webhookId: string, body: NewBody): Promise<void> {
  const timestamp = new Date().toISOString();
  await tx.insert(webhookDelivery).values({ webhookId, body: { ...body, timestamp } as WebhookBody });
  const kept = tx
    .select({ id: webhookDelivery.id })
    .from(webhookDelivery)
    .where(eq(webhookDelivery.webhookId, webhookId))
    .orderBy(desc(webhookDelivery.createdAt), desc(webhookDelivery.id))
    .limit(KEPT_DELIVERIES);
  await tx
    .delete(webhookDelivery)
    .where(and(eq(webhookDelivery.webhookId, webhookId), notInArray(webhookDelivery.id, kept)));
}

/** Null where it was sealed elsewhere, e.g. the data root came from another installation. */
export const openWebhookSecret = (
  services: Services,
  { id, sealedSecret }: { readonly id: string; readonly sealedSecret: Uint8Array },
): string | null => openSealedText(secretOf(services), contextOf(id), sealedSecret);

/** How a message names its project. */
export async function namedProject(tx: Transaction, projectId: string): Promise<{ id: string; name: string }> {
  const [row] = await tx.select({ id: project.id, name: project.name }).from(project).where(eq(project.id, projectId));
  return row;
}
