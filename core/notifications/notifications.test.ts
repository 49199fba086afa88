import { expect, it } from "vitest";
import { composeMail, MOST_IN_A_MAIL } from "./mail-text.ts";
import { mailSwitchedOff, type NotificationFacts, notificationKinds, tellNotification } from "./notification.ts";

const examples: readonly (readonly [NotificationFacts, string, string])[] = [
  [{ kind: "invitation", by: "Ada", role: "reviewer" }, "Ada invites you to Embryos as reviewer", "/work"],
  [{ kind: "mention", by: "Ada" }, "Ada mentioned you in Emb05 (Embryos)", "/volumes/v#comment=s"],
  [{ kind: "task", by: "Ada", was: "given" }, "Ada gave you a task in Emb05 (Embryos)", "/volumes/v#task=s"],
  [{ kind: "task", by: "Ada", was: "reopened" }, "Ada reopened your task in Emb05 (Embryos)", "/volumes/v#task=s"],
  [{ kind: "task", by: "Ada", was: "done" }, "Ada finished a task in Emb05 (Embryos)", "/volumes/v#task=s"],
  [
    { kind: "sent-back", by: "Ada", nuclei: 1, label: 7, placeZyx: [3, 20, 41.5] },
    "Ada sent a nucleus back to you in Emb05 (Embryos)",
    "/volumes/v#at=3,20,41.5&nucleus=7",
  ],
  [
    { kind: "sent-back", by: "Ada", nuclei: 3, label: 7, placeZyx: [3, 20, 41] },
    "Ada sent 3 nuclei back to you in Emb05 (Embryos)",
    "/volumes/v#at=3,20,41&nucleus=7",
  ],
  [{ kind: "training", outcome: "failed" }, "A training of Embryos has failed", "/projects/p"],
  [{ kind: "training", outcome: "done" }, "A training of Embryos has finished", "/projects/p"],
  [
    { kind: "pace", by: "Ada", shown: true },
    "Ada switched on that Embryos shows to its members how much each of them does",
    "/projects/p/tasks",
  ],
  [{ kind: "study", by: "Ada" }, "Ada asks you to draw a box of Emb05 (Embryos) blind", "/work"],
  [{ kind: "pace", by: "Ada", shown: false }, "Embryos no longer shows how much each member does", "/projects/p/tasks"],
];

const told = (facts: NotificationFacts) =>
  tellNotification({
    facts,
    subject: "s",
    projectId: "p",
    projectName: "Embryos",
    volumeId: "v",
    volumeName: ["training", "pace", "invitation"].includes(facts.kind) ? null : "Emb05",
  });

it("says of every kind what happened, and leads to its place", () => {
  for (const [facts, text, path] of examples) expect(told(facts)).toEqual({ text, path });
  expect(new Set(examples.map(([{ kind }]) => kind))).toEqual(new Set(notificationKinds));
});

it("a mail is plain lines under the configured address; a name makes no header and no line of its own", () => {
  const address = "https://nuclei.example.org";
  const one = composeMail({
    name: "Ben",
    told: [{ text: "Ada\r\nBcc: x@y mentioned you", path: "/volumes/v#comment=s" }],
    address,
  });
  expect(one.subject).toBe("Ada Bcc: x@y mentioned you");
  expect(one.text.split("\n")).toContain("https://nuclei.example.org/volumes/v#comment=s");
  expect(one.text).not.toMatch(/\r|^Bcc/m);
  const many = composeMail({
    name: "Ben",
    told: Array.from({ length: MOST_IN_A_MAIL + 3 }, (_, i) => ({ text: `Thing ${i}`, path: `/p/${i}` })),
    address,
  });
  expect(many.subject).toBe("23 things for you in Karyoloop");
  expect(many.text.match(/^Thing/gm)).toHaveLength(MOST_IN_A_MAIL);
  expect(many.text).toContain("And 3 more: https://nuclei.example.org/work");
  expect([
    ...composeMail({ name: "B", told: [{ text: "\u{1F52C}".repeat(400), path: "/" }], address }).subject,
  ]).toHaveLength(150);
});

it("a choice that cannot be read switches nothing off, and names of other versions are let be", () => {
  expect([...mailSwitchedOff({ off: ["mention", "pace", "of the future", 7] })]).toEqual(["mention", "pace"]);
  for (const setting of [undefined, null, 7, "off", [], { off: "mention" }, { off: null }])
    expect(mailSwitchedOff(setting).size).toBe(0);
});
