import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { auditActs } from "../../core/audit/audit-event.ts";
import { exportQuery, filterOf } from "./audit-filter.tsx";
import { AuditTable } from "./audit-table.tsx";
import { actChoices, wordsOfAct } from "./audit-words.ts";

it("has words for every act, and offers owners those of projects only", () => {
  for (const act of auditActs) expect(wordsOfAct(act, {}).does, act).not.toBe(act);
  const offered = (ofProjects: boolean) =>
    actChoices({ ofProjects }).flatMap(({ items }) => items.map(({ value }) => value));
  expect(offered(false).sort()).toEqual([...auditActs].sort());
  expect(offered(true).filter((act) => /^(session|account|settings|link)\./.test(act))).toEqual([]);
  expect(offered(true)).toContain("member.removed");
});

it("shows an act of another version, and facts of another shape, as they are", () => {
  expect(wordsOfAct("future.act", { a: 1 })).toEqual({ does: "future.act", tells: '{"a":1}', alarming: false });
  expect(wordsOfAct("project.changed", { odd: true }).tells).toBe('{"odd":true}');
});

it("says what changed in the words of the forms", () => {
  const details = {
    fields: ["name", "trainMinutes"],
    from: "name: A; trainMinutes: 6",
    to: "name: B; trainMinutes: 3",
  };
  expect(wordsOfAct("project.changed", details).tells).toBe(
    "name: A; minutes of one training: 6 → name: B; minutes of one training: 3",
  );
});

it("asks for whole days of the reader's calendar", () => {
  const question = { who: " ada ", acts: [], projectId: null, firstDay: "2026-03-01", lastDay: "2026-03-31" };
  expect(filterOf(question)).toEqual({
    who: "ada",
    acts: undefined,
    from: new Date(2026, 2, 1),
    until: new Date(2026, 3, 1),
  });
  const query = new URLSearchParams(exportQuery({ ...question, acts: ["volume.deleted", "box.removed"] }, "csv"));
  expect(query.getAll("act")).toEqual(["volume.deleted", "box.removed"]);
  expect(query.get("until")).toBe(new Date(2026, 3, 1).toISOString());
});

it("shows what strangers typed as text, and addresses to administrators only", () => {
  const row = {
    position: 1,
    at: new Date("2026-03-01T10:00:00Z"),
    act: "session.sign-in-failed",
    actorId: null,
    actorName: null,
    actorEmail: null,
    projectName: null,
    details: { account: "<img src=x onerror=alert(1)>", reason: "refused", attempts: 3 },
    clientAddress: "192.0.2.7",
  };
  const render = (forAdministrators: boolean) =>
    renderToStaticMarkup(
      <MantineProvider>
        <AuditTable
          rows={[row]}
          forAdministrators={forAdministrators}
          hasMore={false}
          loadingMore={false}
          onMore={() => {}}
        />
      </MantineProvider>,
    );
  expect(render(true)).toContain("&lt;img src=x");
  expect(render(true)).not.toContain("<img");
  expect(render(true)).toContain("192.0.2.7");
  expect(render(true)).toContain("3 attempts");
  expect(render(false)).not.toContain("192.0.2.7");
});
