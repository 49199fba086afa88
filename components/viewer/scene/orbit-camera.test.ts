import { PerspectiveCamera, Vector3 } from "three";
import { expect, it } from "vitest";
import { distanceToSee } from "./orbit-camera.ts";

it.each([0.6, 1, 1.8])(
  "a ball that is flown to takes a quarter of the smaller side of a pane of aspect %f",
  (aspect) => {
    const radius = 7;
    const distance = distanceToSee(radius, aspect);
    const camera = new PerspectiveCamera(32, aspect, 0.1, 1000);
    camera.position.set(0, 0, distance);
    camera.updateMatrixWorld();
    // Points all over the ball: the outermost ones on the screen are its outline. The screen is 2 wide and 2 high.
    let [right, up] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const z = 1 - (2 * i + 1) / 4000;
      const turn = i * 2.399963;
      const at = new Vector3(Math.cos(turn), Math.sin(turn), 0).multiplyScalar(Math.sqrt(1 - z * z)).setZ(z);
      const { x, y } = at.multiplyScalar(radius).project(camera);
      right = Math.max(right, x);
      up = Math.max(up, y);
    }
    expect(aspect < 1 ? right : up).toBeCloseTo(0.25, 2);
  },
);
