import type { ChosenEvent, DeliveryState, WebhookEvent } from "../../core/webhook/webhook.ts";

/** A message as the page lists it. */
export interface ShownDelivery {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly outcome: string;
  readonly createdAt: Date;
  /** When it is tried next, where it waits. */
  readonly dueAt: Date;
}

export interface ShownWebhook {
  readonly id: string;
  readonly address: string;
  readonly events: readonly WebhookEvent[];
  /** Newest first. */
  readonly deliveries: readonly ShownDelivery[];
}

export const eventWords: Readonly<Record<ChosenEvent, { readonly label: string; readonly description: string }>> = {
  "version.frozen": { label: "A version was frozen", description: "It can be fetched from then on" },
  "training.done": {
    label: "A training is done",
    description: "A model was kept, whether it proposes from now on or not",
  },
};

const shortWords: Readonly<Record<WebhookEvent, string>> = {
  "version.frozen": "version frozen",
  "training.done": "training done",
  test: "test",
};

export const eventWord = (event: WebhookEvent): string => shortWords[event];

/** "Delivered: answered with 204", "Tried 2 times: answered with 503. Next try at …". */
export function deliveryWords({ state, attempts, outcome, dueAt }: ShownDelivery, when: (at: Date) => string): string {
  const tries = attempts === 1 ? "once" : `${attempts} times`;
  if (state === "delivered") return `Delivered: ${outcome}${attempts > 1 ? `, at try ${attempts}` : ""}`;
  if (attempts === 0) return "Waits to be sent";
  if (state === "failed") return `Given up after it was tried ${tries}: ${outcome}`;
  return `Tried ${tries}: ${outcome}. Next try ${when(dueAt)}`;
}
