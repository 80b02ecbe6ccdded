// The squares that took half of what a patch got, and the line around them. Pure: a veil alone is read together with how dark the tissue is.

/** Indices of the fewest squares whose shares sum up to half of all; of equal ones the first. */
export function halfOf(patches: readonly number[]): ReadonlySet<number> {
  const half = patches.reduce((a, b) => a + b, 0) / 2;
  const order = patches.map((_, i) => i).sort((a, b) => (patches[b] ?? 0) - (patches[a] ?? 0));
  const chosen = new Set<number>();
  let sum = 0;
  for (const i of order) {
    if (sum >= half) break;
    sum += patches[i] ?? 0;
    chosen.add(i);
  }
  return chosen;
}

/** An SVG path along every edge between a chosen square and one that is not; a square is 1 by 1, row by row, `side` of them a row. */
export function outlineOf(chosen: ReadonlySet<number>, side: number): string {
  const isChosen = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < side && y < side && chosen.has(y * side + x);
  const edges: string[] = [];
  for (let y = 0; y <= side; y++) {
    for (let x = 0; x <= side; x++) {
      if (isChosen(x, y) !== isChosen(x, y - 1)) edges.push(`M${x} ${y}h1`);
      if (isChosen(x, y) !== isChosen(x - 1, y)) edges.push(`M${x} ${y}v1`);
    }
  }
  return edges.join("");
}
