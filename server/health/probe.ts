/** A question to something that may hang. However often it is asked, one look is under way at most. */
export type Probe<Answer> = () => Promise<Answer>;

/** Rejects after `timeoutMs`; the look itself goes on, and until it ends nobody starts another. */
export function createProbe<Answer>(look: () => Promise<Answer>, timeoutMs: number): Probe<Answer> {
  let underWay: Promise<Answer> | null = null;
  return async () => {
    underWay ??= look().finally(() => {
      underWay = null;
    });
    underWay.catch(() => {}); // whoever waits below hears of it, if it is in time
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([underWay, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
