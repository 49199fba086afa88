export * from "./auth.ts";
export * from "./blob-removal.ts";
export * from "./collab.ts";
export * from "./import-job.ts";
export * from "./project.ts";
export * from "./proposal.ts";
export * from "./training.ts";
export * from "./volume.ts";
