// The outlines of a binary mask as closed rings along pixel edges: outer rings clockwise on a screen (y down), holes the other way.
// Knows no unit. 8-connected objects that only touch at a corner are separate rings.
import type { Mask } from "./binary-mask.ts";
import type { XY } from "./polygon.ts";

/** Rings of integer corners, straight runs merged; every pixel edge between set and unset lies on exactly one of them. */
export function traceMask({ data, width, height }: Mask): readonly (readonly XY[])[] {
  const set = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
  const columns = width + 1;
  // An edge goes from a corner in one of four directions, the set pixel on its right: 0 east, 1 south, 2 west, 3 north.
  const edges = new Uint8Array(columns * (height + 1));
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      const at = y * columns + x;
      if (set(x, y) && !set(x, y - 1)) edges[at]! |= 1;
      if (set(x - 1, y) && !set(x, y)) edges[at]! |= 2;
      if (set(x - 1, y - 1) && !set(x - 1, y)) edges[at]! |= 4;
      if (set(x, y - 1) && !set(x - 1, y - 1)) edges[at]! |= 8;
    }
  }
  const step = [1, columns, -1, -columns] as const;
  const rings: XY[][] = [];
  for (let start = 0; start < edges.length; start++) {
    while (edges[start]) {
      const ring: XY[] = [];
      let at = start;
      let direction = [0, 1, 2, 3].find((d) => edges[start]! & (1 << d))!;
      let before = -1;
      for (;;) {
        edges[at]! &= ~(1 << direction);
        if (direction !== before) ring.push({ x: at % columns, y: Math.floor(at / columns) });
        before = direction;
        at += step[direction]!;
        if (at === start) break;
        // At a corner where two objects touch, the right turn keeps them apart.
        const turns = [(direction + 1) % 4, direction, (direction + 3) % 4];
        direction = turns.find((d) => edges[at]! & (1 << d))!;
      }
      const [first] = ring;
      // The start may lie in the middle of a straight run.
      const last = ring.at(-1)!;
      const second = ring[1];
      if (
        first &&
        second &&
        ((first.x === last.x && first.x === second.x) || (first.y === last.y && first.y === second.y))
      ) {
        ring.shift();
      }
      rings.push(ring);
    }
  }
  return rings;
}
