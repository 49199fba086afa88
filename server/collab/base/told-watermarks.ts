import { type BaseState, encodeBase } from "../../../core/sync/fold/base-state.ts";

/** R49: above this the oldest sessions are left out of what the document says, down to half of it. */
const MAX_BASE_BYTES = 64 * 1024;

/**
 * The base without the watermarks of old sessions that have nothing alive, when there are very many: one for every page
 * that was ever loaded. The server knows all of them, and puts one back when its page turns up.
 */
export function withoutOldSessions(
  base: BaseState,
  hasLive: (session: number) => boolean,
  maxBytes = MAX_BASE_BYTES,
): BaseState {
  const bytes = encodeBase(base).length;
  if (bytes <= maxBytes) return base;
  const perSession = bytes / base.watermarks.size;
  let surplus = Math.ceil((bytes - maxBytes / 2) / perSession);
  const watermarks = new Map([...base.watermarks].sort(([a], [b]) => a - b));
  for (const session of [...watermarks.keys()]) {
    if (surplus <= 0) break;
    if (hasLive(session)) continue;
    watermarks.delete(session);
    surplus--;
  }
  return { ...base, watermarks };
}
