export * from "./auth.ts";
export * from "./project.ts";
export * from "./proposal.ts";
export * from "./training.ts";
export * from "./volume.ts";
