import { expect, it } from "vitest";
import { deliveryWords, type ShownDelivery } from "./webhook-view.ts";

const delivery: ShownDelivery = {
  id: "m",
  event: "test",
  state: "waiting",
  attempts: 0,
  outcome: "",
  createdAt: new Date(0),
  dueAt: new Date(0),
};
const words = (of: Partial<ShownDelivery>) => deliveryWords({ ...delivery, ...of }, () => "at noon");

it("what became of a message is one sentence", () => {
  expect(words({})).toBe("Waits to be sent");
  expect(words({ attempts: 1, outcome: "nothing listens there" })).toBe(
    "Tried once: nothing listens there. Next try at noon",
  );
  expect(words({ attempts: 3, state: "delivered", outcome: "answered with 204" })).toBe(
    "Delivered: answered with 204, at try 3",
  );
  expect(words({ attempts: 7, state: "failed", outcome: "answered with 503" })).toBe(
    "Given up after it was tried 7 times: answered with 503",
  );
});
