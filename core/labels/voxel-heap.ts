/** Binary min-heap of voxels ordered by priority, then by age, so that floods are deterministic and spread evenly. */
export class VoxelHeap {
  private priorities: Float32Array;
  private ages: Uint32Array;
  private voxels: Uint32Array;
  private age = 0;
  size = 0;

  constructor(capacity = 1024) {
    this.priorities = new Float32Array(capacity);
    this.ages = new Uint32Array(capacity);
    this.voxels = new Uint32Array(capacity);
  }

  push(voxel: number, priority: number): void {
    if (this.size === this.voxels.length) this.grow();
    let at = this.size++;
    const rounded = Math.fround(priority);
    const age = this.age++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      // An equal parent is older, so it stays above.
      if (this.priorities[parent] <= rounded) break;
      this.move(parent, at);
      at = parent;
    }
    this.priorities[at] = rounded;
    this.ages[at] = age;
    this.voxels[at] = voxel;
  }

  /** Only while `size > 0`. */
  pop(): number {
    const top = this.voxels[0];
    const last = --this.size;
    const priority = this.priorities[last];
    const age = this.ages[last];
    const voxel = this.voxels[last];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && this.isBefore(child + 1, this.priorities[child], this.ages[child])) child++;
      if (!this.isBefore(child, priority, age)) break;
      this.move(child, at);
      at = child;
    }
    this.priorities[at] = priority;
    this.ages[at] = age;
    this.voxels[at] = voxel;
    return top;
  }

  private isBefore(at: number, priority: number, age: number): boolean {
    return this.priorities[at] < priority || (this.priorities[at] === priority && this.ages[at] < age);
  }

  private move(from: number, to: number): void {
    this.priorities[to] = this.priorities[from];
    this.ages[to] = this.ages[from];
    this.voxels[to] = this.voxels[from];
  }

  private grow(): void {
    const capacity = this.voxels.length * 2;
    const priorities = new Float32Array(capacity);
    const ages = new Uint32Array(capacity);
    const voxels = new Uint32Array(capacity);
    priorities.set(this.priorities);
    ages.set(this.ages);
    voxels.set(this.voxels);
    this.priorities = priorities;
    this.ages = ages;
    this.voxels = voxels;
  }
}
