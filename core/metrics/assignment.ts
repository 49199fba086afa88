/**
 * Minimum-cost one-to-one assignment of rows to columns (Hungarian method with potentials, cubic time).
 * `cost` is row-major. Returns for each row its column, or -1 where there are more rows than columns.
 */
export function assignRows(cost: Float64Array, rows: number, columns: number): Int32Array {
  if (rows > columns) {
    const flipped = new Float64Array(cost.length);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) flipped[c * rows + r] = cost[r * columns + c];
    const rowOf = assignRows(flipped, columns, rows);
    const columnOf = new Int32Array(rows).fill(-1);
    rowOf.forEach((row, column) => {
      columnOf[row] = column;
    });
    return columnOf;
  }
  // 1-based with a virtual column 0 from which each new row enters.
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowAt = new Int32Array(columns + 1);
  const cameFrom = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    rowAt[0] = row;
    let column = 0;
    const slack = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(columns + 1);
    do {
      visited[column] = 1;
      const current = rowAt[column];
      let delta = Number.POSITIVE_INFINITY;
      let nearest = 0;
      for (let c = 1; c <= columns; c++) {
        if (visited[c]) continue;
        const reduced = cost[(current - 1) * columns + c - 1] - rowPotential[current] - columnPotential[c];
        if (reduced < slack[c]) {
          slack[c] = reduced;
          cameFrom[c] = column;
        }
        if (slack[c] < delta) {
          delta = slack[c];
          nearest = c;
        }
      }
      for (let c = 0; c <= columns; c++) {
        if (visited[c]) {
          rowPotential[rowAt[c]] += delta;
          columnPotential[c] -= delta;
        } else slack[c] -= delta;
      }
      column = nearest;
    } while (rowAt[column] !== 0);
    while (column !== 0) {
      const previous = cameFrom[column];
      rowAt[column] = rowAt[previous];
      column = previous;
    }
  }
  const columnOf = new Int32Array(rows).fill(-1);
  for (let c = 1; c <= columns; c++) if (rowAt[c] > 0) columnOf[rowAt[c] - 1] = c - 1;
  return columnOf;
}
