import { Problem } from "../../../core/problem.ts";
import type { ViewerEngine } from "../engine/viewer-engine.ts";
import { withDuration } from "./webm-duration.ts";

/** Once round. */
export const FILM_SECONDS = 8;
const BITS_PER_SECOND = 10_000_000;
const MOST_PX = 1920;
/** How often the recorder hands over what it has. */
const PIECE_MS = 100;
/** An encoder that has given nothing by then is not waited for any longer. */
const LONGEST_LEAD_MS = 5_000;
const STILL_END_MS = 200;
/** An encoder that lags behind is waited for: it is done when it has given nothing for so long, or never is. */
const QUIET_MS = 1_500;
const LONGEST_LAG_MS = 8_000;

const types = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

export interface FilmWishes {
  readonly signal: AbortSignal;
  /** 0…1 */
  onProgress(share: number): void;
}

/**
 * A WebM film of the 3D pane turning once round, as it is shown and with its scale bar. It is recorded as it runs, so it takes as long as it lasts.
 * Rejects with Problems `no-scene`, `no-film`, and with the signal's reason.
 */
export async function filmScene(engine: ViewerEngine, { signal, onProgress }: FilmWishes): Promise<Blob> {
  const { scene } = engine;
  if (!scene || scene.host.clientWidth === 0)
    throw new Problem({
      tag: "no-scene",
      what: "The 3D pane is not shown, so it cannot be filmed.",
      hint: "Show all panes, or maximise 3D.",
    });
  const { clientWidth, clientHeight } = scene.host;
  const type =
    typeof MediaRecorder === "undefined" ? undefined : types.find((one) => MediaRecorder.isTypeSupported(one));
  if (!type)
    throw new Problem({
      tag: "no-film",
      what: "This browser cannot record WebM films.",
      hint: "Chrome, Edge and Firefox can.",
    });
  const scale = Math.min(Math.max(1, window.devicePixelRatio), MOST_PX / Math.max(clientWidth, clientHeight));
  const canvas = document.createElement("canvas");
  const even = (px: number) => 2 * Math.round((px * scale) / 2); // as codecs want it
  canvas.width = even(clientWidth);
  canvas.height = even(clientHeight);
  const context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  const [track] = canvas.captureStream(0).getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  const recorder = new MediaRecorder(new MediaStream([track]), { mimeType: type, videoBitsPerSecond: BITS_PER_SECOND });
  const pieces: Blob[] = [];
  let heardMs = 0;
  recorder.addEventListener("dataavailable", ({ data }) => {
    pieces.push(data);
    heardMs = performance.now();
  });
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.addEventListener("stop", () => resolve());
    recorder.addEventListener("error", () =>
      reject(new Problem({ tag: "no-film", what: "The browser stopped recording.", hint: "Try it again." })),
    );
  });

  stopped.catch(() => {}); // told where it is awaited

  const shoot = (): void => {
    context.setTransform(scale, 0, 0, scale, 0, 0);
    scene.drawInto(context, scale, true);
    track.requestFrame();
  };
  let turnedRad = 0;
  const turnTo = (rad: number): void => {
    scene.turn(rad - turnedRad, 0);
    turnedRad = rad;
  };
  // Another tab is in front: nothing is drawn, so nothing is recorded.
  let wasHidden = false;
  const onVisibility = (): void => {
    if (recorder.state === "inactive") return;
    if (document.hidden) recorder.pause();
    else recorder.resume();
    wasHidden = true;
  };
  document.addEventListener("visibilitychange", onVisibility);
  scene.hold(true);
  try {
    recorder.start(PIECE_MS);
    const fromMs = await nextFrame(signal);
    let lastMs = fromMs;
    // Until the encoder runs, which takes a second on a slow machine, frames are lost: the first view waits for it.
    while (!pieces.some(({ size }) => size > 0) && lastMs < fromMs + LONGEST_LEAD_MS) {
      shoot();
      lastMs = await nextFrame(signal);
    }
    const leadMs = lastMs - fromMs;
    let playedMs = 0;
    while (playedMs < FILM_SECONDS * 1000) {
      const nowMs = await nextFrame(signal);
      if (recorder.state === "inactive") await stopped; // it failed, and says so
      if (!wasHidden) playedMs += nowMs - lastMs;
      wasHidden = false;
      lastMs = nowMs;
      const share = Math.min(1, playedMs / (FILM_SECONDS * 1000));
      turnTo(share * 2 * Math.PI);
      shoot();
      onProgress(share);
    }
    // A film ends at the time of its last frame, which is seen for no time at all: the last view is there twice.
    while (lastMs + STILL_END_MS > (await nextFrame(signal)));
    shoot();
    for (const endMs = performance.now(); ; ) {
      const nowMs = performance.now();
      if (nowMs > Math.max(endMs, heardMs) + QUIET_MS || nowMs > endMs + LONGEST_LAG_MS) break;
      await nextFrame(signal);
    }
    recorder.stop();
    await stopped;
    const film = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return new Blob([withDuration(film, leadMs + playedMs + STILL_END_MS)], { type: "video/webm" });
  } finally {
    if (recorder.state !== "inactive") recorder.stop();
    document.removeEventListener("visibilitychange", onVisibility);
    track.stop();
    turnTo(0);
    scene.hold(false);
  }
}

const nextFrame = (signal: AbortSignal): Promise<number> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    requestAnimationFrame((ms) => (signal.aborted ? reject(signal.reason) : resolve(ms)));
  });
