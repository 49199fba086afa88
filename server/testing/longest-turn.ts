import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * The longest turn of this process's event loop while some work goes on: `delayMs` as others felt it, `cpuMs` as
 * processor time, in which there is nothing of what else the machine does, but the threads of zlib and of the collector are.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<{ delayMs: number; cpuMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  let [longest, before] = [0, process.cpuUsage()];
  let timer: NodeJS.Timeout;
  const turn = () => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.cpuUsage();
    timer = setTimeout(turn, 1);
  };
  timer = setTimeout(turn, 1);
  delay.enable();
  try {
    await work();
  } finally {
    delay.disable();
    clearTimeout(timer);
  }
  return { delayMs: delay.max / 1e6, cpuMs: longest };
}
