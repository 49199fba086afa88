import { boxIdle } from "./box/idle.ts";
import { brushIdle } from "./brush/idle.ts";
import { measureIdle } from "./measure/idle.ts";
import { mergeFirstClick } from "./merge/first-click.ts";
import { outlineIdle } from "./outline/idle.ts";
import { pickIdle } from "./pick/idle.ts";
import { segmentIdle } from "./segment/idle.ts";
import type { Segmenting } from "./segment/segmenting.ts";
import { splitFirstClick } from "./split/first-click.ts";
import { thresholdIdle } from "./threshold/idle.ts";
import type { ToolContext } from "./tool-context.ts";
import { StateTool, type ToolLook } from "./tool-machine.ts";

export const toolNames = [
  "pick",
  "brush",
  "eraser",
  "outline",
  "segment",
  "threshold",
  "split",
  "merge",
  "box",
  "measure",
] as const;

export type ToolName = (typeof toolNames)[number];

export function createTool(name: ToolName, context: ToolContext, segmenting: Segmenting): StateTool {
  const brushRing = () => context.settings().radiusUm;
  const look = (cursor: string, ringRadiusUm: ToolLook["ringRadiusUm"] = () => null): ToolLook => ({
    name,
    cursor,
    ringRadiusUm,
  });
  switch (name) {
    case "pick":
      return new StateTool(look("default"), () => pickIdle());
    case "brush":
      return new StateTool(look("crosshair", brushRing), () => brushIdle(context, "brush"));
    case "eraser":
      return new StateTool(look("crosshair", brushRing), () => brushIdle(context, "eraser"));
    case "outline":
      return new StateTool(look("crosshair"), () => outlineIdle(context));
    case "segment":
      return new StateTool(look("crosshair"), () => segmentIdle(context, segmenting));
    case "threshold":
      return new StateTool(look("cell"), (machine) => thresholdIdle(context, machine));
    case "split":
      return new StateTool(look("crosshair"), (machine) => splitFirstClick(context, machine));
    case "merge":
      return new StateTool(look("copy"), () => mergeFirstClick(context));
    case "box":
      return new StateTool(look("crosshair"), () => boxIdle(context));
    case "measure":
      return new StateTool(look("crosshair"), () => measureIdle(context));
  }
}
