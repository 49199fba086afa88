import type { ObjectCluster } from "./object-clusters.ts";

/** `tied`: as many have it as have not: a person decides, not a coin. */
export type ConsensusVerdict = "kept" | "tied" | "dropped";

export interface ConsensusNucleus {
  readonly cluster: ObjectCluster;
  /** How many of the annotators have it. */
  readonly votes: number;
  readonly verdict: ConsensusVerdict;
  /** Of the grid, 1 = inside: where more than half of those who have it drew it. */
  readonly voxels: Uint32Array;
  /** Where exactly half of them did, which is left out. */
  readonly tiedVoxels: number;
}

/**
 * Majority vote nucleus by nucleus, never across clusters, so that no two nuclei fuse. A voxel that two nuclei would claim goes to
 * the one with more votes there, then to the one whose cluster comes first. `voxels` are indices into the grid of `layers`, ascending.
 */
export function majorityConsensus(
  layers: readonly Uint32Array[],
  clusters: readonly ObjectCluster[],
): ConsensusNucleus[] {
  const clusterOf = layers.map((_, annotator) => {
    const own = clusters.map((cluster, i) => [cluster[annotator], i] as const);
    return new Map(own.filter(([label]) => label !== 0));
  });
  const votesOf = clusters.map((cluster) => cluster.filter((label) => label !== 0).length);
  const voxels: number[][] = clusters.map(() => []);
  const tied = clusters.map(() => 0);
  const said = new Map<number, number>();
  for (let i = 0; i < (layers[0]?.length ?? 0); i++) {
    said.clear();
    layers.forEach((layer, annotator) => {
      const cluster = layer[i] === 0 ? undefined : clusterOf[annotator].get(layer[i]);
      if (cluster !== undefined) said.set(cluster, (said.get(cluster) ?? 0) + 1);
    });
    let winner: { readonly cluster: number; readonly votes: number } | null = null;
    for (const [cluster, votes] of said) {
      if (2 * votes === votesOf[cluster]) tied[cluster]++;
      if (2 * votes <= votesOf[cluster]) continue;
      if (!winner || votes > winner.votes || (votes === winner.votes && cluster < winner.cluster))
        winner = { cluster, votes };
    }
    if (winner) voxels[winner.cluster].push(i);
  }
  return clusters.map((cluster, i) => ({
    cluster,
    votes: votesOf[i],
    verdict: verdictOf(votesOf[i], layers.length),
    voxels: Uint32Array.from(voxels[i]),
    tiedVoxels: tied[i],
  }));
}

function verdictOf(votes: number, annotators: number): ConsensusVerdict {
  if (2 * votes === annotators) return "tied";
  return 2 * votes > annotators ? "kept" : "dropped";
}

/**
 * Of each voxel, the share of pairs of annotators who say another thing of it: other nuclei, or a nucleus and none. 0 where all agree.
 */
export function disagreementMap(layers: readonly Uint32Array[], clusters: readonly ObjectCluster[]): Float32Array {
  const clusterOf = layers.map((_, annotator) => new Map(clusters.map((cluster, i) => [cluster[annotator], i + 1])));
  for (const map of clusterOf) map.set(0, 0);
  const map = new Float32Array(layers[0]?.length ?? 0);
  const pairs = (layers.length * (layers.length - 1)) / 2;
  for (let i = 0; i < map.length; i++) {
    // Most of a volume is background to everybody.
    if (layers.every((layer) => layer[i] === 0)) continue;
    let differing = 0;
    for (let a = 0; a < layers.length; a++)
      for (let b = a + 1; b < layers.length; b++)
        if (clusterOf[a].get(layers[a][i]) !== clusterOf[b].get(layers[b][i])) differing++;
    map[i] = pairs === 0 ? 0 : differing / pairs;
  }
  return map;
}
