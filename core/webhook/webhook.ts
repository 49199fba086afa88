/** What an address outside can be told of. `test`: somebody asked for a message, to see whether it arrives. */
export const webhookEvents = ["version.frozen", "training.done", "test"] as const;

export type WebhookEvent = (typeof webhookEvents)[number];

/** Those that a person chooses from. */
export const chosenEvents = ["version.frozen", "training.done"] as const satisfies readonly WebhookEvent[];

export type ChosenEvent = (typeof chosenEvents)[number];

export const deliveryStates = ["waiting", "delivered", "failed"] as const;

export type DeliveryState = (typeof deliveryStates)[number];

interface OfProject {
  readonly project: { readonly id: string; readonly name: string };
}

/** The message as it is sent, JSON: names and numbers, never labels or images, which are asked for with a token. */
export type WebhookBody = {
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
} & (
  | {
      readonly type: "version.frozen";
      readonly data: OfProject & {
        readonly version: {
          readonly id: string;
          readonly number: number;
          readonly nuclei: number;
          readonly volumes: number;
        };
      };
    }
  | {
      readonly type: "training.done";
      readonly data: OfProject & {
        readonly checkpoint: {
          readonly id: string;
          readonly nucleiLabelled: number;
          /** It proposes nuclei from now on; false where it was worse than the one before. */
          readonly promoted: boolean;
        };
      };
    }
  | { readonly type: "test"; readonly data: OfProject }
);

/** More tell a project's owner no more, and each message is sent to all of them. */
export const MAX_WEBHOOKS = 10;

/** Waits before the second try, the third …; then it is given up: about 15 hours in all. */
export const RETRY_AFTER_MS: readonly number[] = [30_000, 120_000, 600_000, 3_600_000, 14_400_000, 36_000_000];

/** Kept of each address, newest first. */
export const KEPT_DELIVERIES = 50;
