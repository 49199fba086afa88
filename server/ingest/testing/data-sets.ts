import { existsSync } from "node:fs";
import path from "node:path";

const root = path.resolve(process.env.KARYOLOOP_DATA_SETS ?? "../shared/data");

export const hasDataSets = existsSync(root);
export const dataSetFile = (name: string): string => path.join(root, name);
