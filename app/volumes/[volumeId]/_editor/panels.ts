"use client";
/* What the pages of the side panel hold (use-panels.ts). */
export { BoxesPanel } from "../../../../components/boxes/boxes-panel.tsx";
export { NucleiPanel } from "../../../../components/nuclei/nuclei-panel.tsx";
export { VolumeComments } from "../../../_comments/volume-comments.tsx";
export { VolumeQueue } from "../../../_review/volume-queue.tsx";
export { BothQueues } from "../../../_second-look/both-queues.tsx";
export { NucleusReview } from "../../../_second-look/nucleus-review.tsx";
export { VolumeHistory } from "./volume-history.tsx";
