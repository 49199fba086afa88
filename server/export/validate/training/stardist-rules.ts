import type { FileSource, Say } from "../../file-source.ts";
import type { FrozenVolume } from "../../frozen/dataset-description.ts";
import { STARDIST_UNKNOWN, stardistMaskType } from "../../training/stardist-files.ts";
import { checkStack, valueGatherer } from "../stack-rules.ts";

/** A pair of stacks; nuclei 1 to n, and nothing negative but the unknown. The voxels are compared with the table elsewhere. */
export async function checkStardist(files: FileSource, volume: FrozenVolume, say: Say): Promise<void> {
  const { fileName, split, nuclei } = volume;
  const folder = `stardist/${split}`;
  const mask = `${folder}/masks/${fileName}.tif`;
  const { values, add } = valueGatherer();
  await checkStack(files, `${folder}/images/${fileName}.tif`, { ...volume, rule: "stardist" }, say);
  await checkStack(files, mask, { ...volume, rule: "stardist", pixelType: stardistMaskType(nuclei) }, say, add);
  if (values.size === 0) return;
  const numbers = [...values].filter((value) => value > 0);
  if ([...values].some((value) => value < 0 && value !== STARDIST_UNKNOWN))
    say("stardist-unknown", mask, `has negative voxels that are not ${STARDIST_UNKNOWN}`);
  if (numbers.length !== nuclei || numbers.some((value) => value > nuclei))
    say("stardist-numbers", mask, `does not number its ${nuclei} nuclei 1, 2, 3…`);
}
