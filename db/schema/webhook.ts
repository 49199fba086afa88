import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { deliveryStates, type WebhookBody, webhookEvents } from "../../core/webhook/webhook.ts";
import { user } from "./auth.ts";
import { bytea, createdAt, moment } from "./columns.ts";
import { project } from "./project.ts";

/** An address that is told of what happens in a project. */
export const webhook = pgTable(
  "webhook",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => project.id, { onDelete: "cascade" }),
    address: text("address").notNull(),
    events: text("events", { enum: webhookEvents }).array().notNull(),
    /** What messages are signed with, sealed (server/secrets/sealed-text.ts): the database alone does not open it. */
    sealedSecret: bytea("sealed_secret").notNull(),
    createdBy: text("created_by").references(() => user.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [index("webhook_project_idx").on(t.projectId)],
);

/** A message to one of them. `waiting` until it is delivered, or given up. */
export const webhookDelivery = pgTable(
  "webhook_delivery",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    webhookId: uuid("webhook_id")
      .notNull()
      .references(() => webhook.id, { onDelete: "cascade" }),
    body: jsonb("body").$type<WebhookBody>().notNull(),
    state: text("state", { enum: deliveryStates }).notNull().default("waiting"),
    attempts: integer("attempts").notNull().default(0),
    /** Not before; the database's clock decides. */
    dueAt: moment("due_at").notNull().defaultNow(),
    /** Of the last answer; null where none came. */
    status: integer("status"),
    /** What became of the last attempt, in words. */
    outcome: text("outcome").notNull().default(""),
    createdAt: createdAt(),
    triedAt: moment("tried_at"),
  },
  (t) => [
    index("webhook_delivery_due_idx").on(t.state, t.dueAt),
    index("webhook_delivery_webhook_idx").on(t.webhookId),
  ],
);
