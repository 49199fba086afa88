import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DepthTexture,
  GLSL3,
  LinearSRGBColorSpace,
  Matrix4,
  Mesh,
  NearestFilter,
  type PerspectiveCamera,
  Scene,
  ShaderMaterial,
  UnsignedIntType,
  Vector2,
  Vector3,
  WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { ViewState } from "../viewer-contract.ts";
import { isSoftwareRenderer, QualityControl } from "./render-quality.ts";
import { volumeFragmentShader, volumeVertexShader } from "./volume-shaders.ts";
import type { VolumeTexture } from "./volume-texture.ts";

const BACKGROUND = new Color(13 / 255, 15 / 255, 18 / 255); // of the panes; from numbers, so that no colour space is applied
const modes: Readonly<Record<ViewState["volumeRendering"], number>> = { off: 0, mip: 1, shaded: 2 };

/** One nucleus is looked at by itself: the image would stand in front of it. */
export const isAlone = ({ scene, selectedLabel, selectedProposal }: ViewState): boolean =>
  scene.isIsolated && (selectedLabel !== 0 || selectedProposal !== 0);

/** Two passes: nuclei with their depth into a texture, then rays through the image up to that depth. Values are sRGB all through. */
export class SceneRenderer {
  readonly canvas: HTMLCanvasElement;
  readonly surfaces = new Scene();
  readonly control: QualityControl;
  readonly #renderer: WebGLRenderer;
  readonly #target: WebGLRenderTarget;
  readonly #screen = new Scene();
  readonly #material: ShaderMaterial;
  readonly #sceneToTexture = new Matrix4();
  readonly #voxelsToTexture = new Vector3();
  #fence: { sync: WebGLSync; startedMs: number; isMoving: boolean } | null = null;
  #sizePx = new Vector2(1, 1);

  /** Throws where WebGL 2 is not to be had. */
  constructor() {
    this.#renderer = new WebGLRenderer({ antialias: false, alpha: false, depth: false, stencil: false });
    this.#renderer.outputColorSpace = LinearSRGBColorSpace; // our shaders write what is to be seen
    this.#renderer.autoClear = false;
    this.#renderer.setClearColor(BACKGROUND, 1);
    this.canvas = this.#renderer.domElement;
    const gl = this.#renderer.getContext();
    const info = gl.getExtension("WEBGL_debug_renderer_info");
    this.control = new QualityControl(
      isSoftwareRenderer(String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER))),
    );
    this.#target = new WebGLRenderTarget(1, 1, { minFilter: NearestFilter, magFilter: NearestFilter });
    this.#target.depthTexture = new DepthTexture(1, 1, UnsignedIntType);
    this.#material = new ShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: volumeVertexShader,
      fragmentShader: volumeFragmentShader,
      depthTest: false,
      depthWrite: false,
      uniforms: {
        volume: { value: null },
        surfaceColor: { value: this.#target.texture },
        surfaceDepth: { value: this.#target.depthTexture },
        clipToTexture: { value: new Matrix4() },
        window: { value: new Vector2(0, 1) },
        gammaExponent: { value: 1 },
        steps: { value: 64 },
        mode: { value: 1 },
        texelSize: { value: new Vector3() },
        clipLow: { value: new Vector3(0, 0, 0) },
        clipHigh: { value: new Vector3(1, 1, 1) },
        showsSlices: { value: false },
        slicesAt: { value: new Vector3() },
        background: { value: new Vector3(BACKGROUND.r, BACKGROUND.g, BACKGROUND.b) },
      },
    });
    // One triangle that covers the pane.
    const triangle = new BufferGeometry();
    triangle.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    const mesh = new Mesh(triangle, this.#material);
    mesh.frustumCulled = false;
    this.#screen.add(mesh);
  }

  get maxTextureSide(): number {
    const gl = this.#renderer.getContext() as WebGL2RenderingContext;
    return gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number;
  }

  setVolume(volume: VolumeTexture, sceneFromVolumeUm: Matrix4, voxelSizeZyx: Zyx): void {
    const [nz, ny, nx] = volume.level.shapeZyx;
    const [fz, fy, fx] = volume.level.factorZyx;
    const [sz, sy, sx] = voxelSizeZyx;
    const { uniforms } = this.#material;
    uniforms.volume.value = volume.texture;
    this.#voxelsToTexture.set(1 / (nx * fx), 1 / (ny * fy), 1 / (nz * fz));
    (uniforms.texelSize.value as Vector3).set(1 / nx, 1 / ny, 1 / nz);
    this.#sceneToTexture
      .makeScale(1 / (nx * fx * sx), 1 / (ny * fy * sy), 1 / (nz * fz * sz))
      .multiply(sceneFromVolumeUm.clone().invert());
  }

  setSize(widthPx: number, heightPx: number): void {
    this.#sizePx.set(widthPx, heightPx);
    this.canvas.style.width = `${widthPx}px`;
    this.canvas.style.height = `${heightPx}px`;
  }

  /** False while the last frame is still being drawn: frames must not pile up in front of the slices. */
  get isReady(): boolean {
    if (!this.#fence) return true;
    const gl = this.#renderer.getContext() as WebGL2RenderingContext;
    if (gl.isContextLost()) return true;
    if (gl.getSyncParameter(this.#fence.sync, gl.SYNC_STATUS) !== gl.SIGNALED) return false;
    gl.deleteSync(this.#fence.sync);
    if (this.#fence.isMoving) this.control.onFrame(performance.now() - this.#fence.startedMs);
    this.#fence = null;
    return true;
  }

  /** `clip`: nothing outside is drawn, in voxels. `ratio`: device pixels per CSS pixel where it is drawn for something else than the screen. */
  render(
    camera: PerspectiveCamera,
    view: ViewState,
    volume: VolumeTexture,
    clip: VoxelBox | null,
    isMoving: boolean,
    ratio?: number,
  ): void {
    const gl = this.#renderer.getContext() as WebGL2RenderingContext;
    if (gl.isContextLost()) return;
    const startedMs = performance.now();
    const quality = this.control.quality(isMoving);
    this.#resize(ratio ?? Math.min(window.devicePixelRatio, 2) * quality.scale);
    if (this.#fence) gl.deleteSync(this.#fence.sync);
    this.#fence = null;
    const { uniforms } = this.#material;
    const width = volume.range[1] - volume.range[0];
    uniforms.mode.value = modes[isAlone(view) ? "off" : view.volumeRendering];
    this.#cut(view, clip);
    uniforms.steps.value = quality.steps;
    uniforms.gammaExponent.value = view.gamma;
    (uniforms.window.value as Vector2).set(
      (view.contrast[0] - volume.range[0]) / width,
      Math.max(view.contrast[1] - volume.range[0], view.contrast[0] - volume.range[0] + 1e-6 * width) / width,
    );
    camera.updateMatrixWorld();
    (uniforms.clipToTexture.value as Matrix4)
      .copy(this.#sceneToTexture)
      .multiply(camera.matrixWorld)
      .multiply(camera.projectionMatrixInverse);
    this.#renderer.setRenderTarget(this.#target);
    this.#renderer.clear();
    this.#renderer.render(this.surfaces, camera);
    this.#renderer.setRenderTarget(null);
    this.#renderer.render(this.#screen, camera);
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (sync) this.#fence = { sync, startedMs, isMoving };
  }

  dispose(): void {
    this.#material.dispose();
    this.#target.depthTexture?.dispose();
    this.#target.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
    this.canvas.remove();
  }

  #cut({ scene, crosshairZyx }: ViewState, clip: VoxelBox | null): void {
    const { clipLow, clipHigh, showsSlices, slicesAt } = this.#material.uniforms;
    const put = (uniform: { value: Vector3 }, [z, y, x]: readonly number[]) =>
      uniform.value.set(x, y, z).multiply(this.#voxelsToTexture);
    if (clip) {
      put(clipLow, clip.minZyx);
      put(clipHigh, clip.maxZyx);
    } else {
      clipLow.value.set(0, 0, 0);
      clipHigh.value.set(1, 1, 1);
    }
    showsSlices.value = scene.showsSlices;
    const middles = crosshairZyx.map((at) => Math.floor(at) + 0.5);
    put(slicesAt, middles);
  }

  #resize(ratio: number): void {
    const width = Math.max(1, Math.round(this.#sizePx.x * ratio));
    const height = Math.max(1, Math.round(this.#sizePx.y * ratio));
    if (this.#target.width === width && this.#target.height === height) return;
    this.#renderer.setSize(width, height, false);
    this.#target.setSize(width, height);
  }
}
