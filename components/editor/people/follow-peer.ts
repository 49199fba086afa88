import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { EditorController } from "../editor-controller.ts";

/** While somebody is followed, the view goes where theirs goes. A change of the view that came from here ends it. */
export function followPeer(editor: EditorController): () => void {
  const { document, image } = editor.props();
  const { store, view } = editor;
  let moving = false;

  const go = (): void => {
    const { followedClientId } = store.get();
    if (followedClientId === null) return;
    const peer = document.peers().find((candidate) => candidate.clientId === followedClientId);
    if (!peer) {
      store.set({ followedClientId: null });
      return;
    }
    if (!peer.crosshairZyx) return;
    const now = view.get();
    const centerUmZyx = peer.crosshairZyx.map((v, axis) => v * image.voxelSizeZyx[axis]) as unknown as Zyx;
    const isThere =
      peer.crosshairZyx.every((v, axis) => v === now.crosshairZyx[axis]) && (peer.zoom ?? now.zoom) === now.zoom;
    if (isThere) return;
    moving = true;
    view.set({ crosshairZyx: peer.crosshairZyx, centerUmZyx, zoom: peer.zoom ?? now.zoom });
    moving = false;
  };

  let before = view.get();
  const stopView = view.subscribe(() => {
    const now = view.get();
    const moved =
      now.crosshairZyx !== before.crosshairZyx || now.zoom !== before.zoom || now.centerUmZyx !== before.centerUmZyx;
    before = now;
    if (moved && !moving) store.set({ followedClientId: null });
  });
  const stopPeers = document.onPeersChanged(go);
  const stopStore = store.subscribe(go);
  return () => {
    stopView();
    stopPeers();
    stopStore();
  };
}
