import type { Role } from "../../../core/roles.ts";
import { hasRole } from "../../../core/roles.ts";
import type { Database } from "../../../db/client.ts";
import { membershipInProject } from "../../access.ts";
import type { ServerEvents } from "../../events.ts";
import { failureLog } from "../../log/failure-log.ts";
import { keepTokenLines } from "../personal-token.ts";
import { keepSessions } from "./sessions.ts";

/** Sessions also end by themselves: who holds a line is looked up this often. */
const CHECK_EVERY_MS = 20_000;

/** A socket, an event stream, an upload or a download of a signed-in person: it lasts no longer than what let it in. */
export interface OpenLine {
  readonly userId: string;
  /** Of a session, or of a token (`lineOfToken`). */
  readonly sessionId: string;
  /** The role that it needs in a project, where a project's route let it in. */
  readonly needs: { readonly projectId: string; readonly role: Role } | null;
  end(reason: "signed-out" | "no-member"): void;
}

export interface OpenLines {
  /** Until the returned function is called, the line is ended as soon as its session or its person's role is. */
  hold(line: OpenLine): () => void;
  close(): void;
}

export function createOpenLines(db: Database, events: ServerEvents): OpenLines {
  const lines = new Set<OpenLine>();

  const end = (line: OpenLine, reason: Parameters<OpenLine["end"]>[0]): void => {
    if (lines.delete(line)) line.end(reason);
  };

  const checkSessions = async (which: (line: OpenLine) => boolean): Promise<void> => {
    const asked = [...lines].filter(which);
    const ids = [...new Set(asked.map(({ sessionId }) => sessionId))];
    const kept = await Promise.all([keepSessions(db, ids), keepTokenLines(db, ids)]);
    for (const line of asked) if (!kept.some((some) => some.has(line.sessionId))) end(line, "signed-out");
  };

  const checkRoles = async (userId: string, projectId: string): Promise<void> => {
    const asked = [...lines].filter((line) => line.userId === userId && line.needs?.projectId === projectId);
    if (asked.length === 0) return;
    const membership = await membershipInProject(db, userId, projectId);
    for (const line of asked)
      if (!membership || (line.needs && !hasRole(membership.role, line.needs.role))) end(line, "no-member");
  };

  // Events are hints, the database holds the truth; a check that failed is made up for by the next.
  const unsubscribe = events.subscribe((event) => {
    const check =
      event.topic === "account"
        ? checkSessions((line) => line.userId === event.userId)
        : event.topic === "members"
          ? checkRoles(event.userId, event.projectId)
          : null;
    check?.catch((error) => failureLog.failed("the check of open lines", error));
  });
  const timer = setInterval(() => {
    checkSessions(() => true).catch((error) => failureLog.failed("the check of open lines", error));
  }, CHECK_EVERY_MS);
  timer.unref();

  return {
    hold(line) {
      lines.add(line);
      return () => void lines.delete(line);
    },
    close() {
      clearInterval(timer);
      unsubscribe();
      lines.clear();
    },
  };
}
