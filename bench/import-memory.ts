import { measureImport } from "../server/ingest/testing/measure-import.ts";

/** `node --import tsx bench/import-memory.ts`: a 1 GB stack must import in under 700 MB of memory. */
const LIMIT_MB = 700;
const { peakBytes, seconds } = await measureImport([250, 2048, 1024]);
const peakMb = Math.round(peakBytes / 1e6);
const megabytes = (250 * 2048 * 1024 * 2) / 1e6;
console.log(
  `import of ${Math.round(megabytes)} MB: peak memory ${peakMb} MB (limit ${LIMIT_MB}), ${seconds.toFixed(1)} s, ${Math.round(megabytes / seconds)} MB/s`,
);
process.exitCode = peakMb <= LIMIT_MB ? 0 : 1;
