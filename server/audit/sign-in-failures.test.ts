import { expect, it } from "vitest";
import { type AuditEvent, auditEventSchema } from "../../core/audit/audit-event.ts";
import { SignInFailures } from "./sign-in-failures.ts";

type Failed = Extract<AuditEvent, { act: "session.sign-in-failed" }>;
type Flood = Extract<AuditEvent, { act: "session.sign-in-flood" }>;

function createLog() {
  const rows: { event: AuditEvent; clientAddress: string | null }[] = [];
  const failures = new SignInFailures(async (event, origin) => {
    rows.push({ event: auditEventSchema.parse(event), clientAddress: origin?.clientAddress ?? null });
  });
  const fail = (account: string, clientAddress: string) =>
    failures.note({ account, reason: "refused", origin: { clientAddress, requestId: "r" } });
  const attempts = () => rows.reduce((sum, { event }) => sum + (event as Failed | Flood).details.attempts, 0);
  return { rows, failures, fail, attempts };
}

it("writes the first failure at once and the next ones of the minute as one row, each account and address apart", async () => {
  const { rows, failures, fail } = createLog();
  for (let i = 0; i < 500; i++) await fail("ada@example.org", "10.0.0.7");
  await fail("ada@example.org", "10.0.0.8");
  expect(rows).toHaveLength(2);
  await failures.flush();
  await failures.flush();
  expect(rows.map(({ event, clientAddress }) => [(event as Failed).details.attempts, clientAddress])).toEqual([
    [1, "10.0.0.7"],
    [1, "10.0.0.8"],
    [499, "10.0.0.7"],
  ]);
});

it("a day of failures under ever new names from ever new addresses is a bounded number of rows, and none is uncounted", async () => {
  const { rows, failures, fail, attempts } = createLog();
  const PER_MINUTE = 40;
  for (let minute = 0; minute < 24 * 60; minute++) {
    for (let i = 0; i < PER_MINUTE; i++) await fail(`name${minute}-${i}@example.org`, `10.${minute % 250}.${i}.1`);
    await fail("steady@example.org", "10.0.0.7");
    await fail("steady@example.org", "10.0.0.7");
    await failures.flush();
  }
  await failures.flush();
  expect(attempts()).toBe(24 * 60 * (PER_MINUTE + 2));
  expect(rows.length).toBeLessThan(24 * 60 * 7 + 40);
  const floods = rows.filter(({ event }) => event.act === "session.sign-in-flood").map(({ event }) => event as Flood);
  expect(Math.max(...floods.map(({ details }) => details.accounts))).toBeGreaterThan(30);
});

it("keeps of a name that a stranger typed one plain, bounded line", () => {
  const event = auditEventSchema.parse({
    act: "session.sign-in-failed",
    by: null,
    details: { account: `a\u0000\r\n\u202e\ud800,=cmd()\u2028${"x".repeat(5_000)}`, reason: "refused", attempts: 1 },
  }) as Failed;
  expect(event.details.account).toMatch(/^a {5},=cmd\(\) x+$/);
  expect(event.details.account?.length).toBeLessThanOrEqual(320);
});

it("takes no fact that the act does not allow", () => {
  const event = { act: "session.signed-in", by: "u", details: { method: "password", password: "secret" } };
  expect(() => auditEventSchema.parse(event)).toThrow("password");
});
