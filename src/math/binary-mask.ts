// Small image operations on 8-bit and binary masks: median, closing, small objects and holes. Knows no slide and no unit.

/** Row-major, one byte per pixel. In binary masks 1 is foreground. */
export type Mask = Readonly<{ data: Uint8Array; width: number; height: number }>;

/** Median of the (2r+1)^2 neighbourhood, edges repeated (Huang's sliding histogram). */
export function medianFilter({ data, width, height }: Mask, radius: number): Mask {
  const out = new Uint8Array(width * height);
  const half = ((2 * radius + 1) ** 2 + 1) / 2;
  const histogram = new Int32Array(256);
  const rows = new Int32Array(2 * radius + 1);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < rows.length; i++) rows[i] = Math.min(height - 1, Math.max(0, y + i - radius)) * width;
    histogram.fill(0);
    let median = 0;
    /** Pixels of the window darker than `median`. */
    let below = 0;
    const column = (x: number, by: number): void => {
      const at = Math.min(width - 1, Math.max(0, x));
      for (let i = 0; i < rows.length; i++) {
        const value = data[rows[i]! + at]!;
        histogram[value]! += by;
        if (value < median) below += by;
      }
    };
    for (let dx = -radius; dx <= radius; dx++) column(dx, 1);
    for (let x = 0; x < width; x++) {
      while (below >= half) below -= histogram[--median]!;
      while (below + histogram[median]! < half) below += histogram[median++]!;
      out[y * width + x] = median;
      column(x - radius, -1);
      column(x + radius + 1, 1);
    }
  }
  return { data: out, width, height };
}

/** Dilation then erosion with a square of side 2r+1; what lies beyond the border neither grows nor shrinks the mask. */
export function close(mask: Mask, radius: number): Mask {
  const wide = slide(slide(mask, radius, "x", "any"), radius, "y", "any");
  return slide(slide(wide, radius, "x", "all"), radius, "y", "all");
}

function slide({ data, width, height }: Mask, radius: number, axis: "x" | "y", rule: "any" | "all"): Mask {
  const out = new Uint8Array(data.length);
  const [lines, length, lineStep, step] = axis === "x" ? [height, width, width, 1] : [width, height, 1, width];
  const prefix = new Int32Array(length + 1);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < length; i++) prefix[i + 1] = prefix[i]! + data[start + i * step]!;
    for (let i = 0; i < length; i++) {
      const from = Math.max(0, i - radius);
      const to = Math.min(length, i + radius + 1);
      const sum = prefix[to]! - prefix[from]!;
      out[start + i * step] = rule === "any" ? Number(sum > 0) : Number(sum === to - from);
    }
  }
  return { data: out, width, height };
}

/** Foreground objects (8-connected) of fewer than `pixels` pixels become background. */
export function dropSmallObjects(mask: Mask, pixels: number): Mask {
  return flip(mask, 1, (area) => area < pixels);
}

/** Background holes (4-connected, not touching the border) of fewer than `pixels` pixels become foreground. */
export function fillSmallHoles(mask: Mask, pixels: number): Mask {
  return flip(mask, 0, (area, touchesBorder) => !touchesBorder && area < pixels);
}

function flip(
  { data, width, height }: Mask,
  of: 0 | 1,
  which: (area: number, touchesBorder: boolean) => boolean,
): Mask {
  const out = Uint8Array.from(data);
  const seen = new Uint8Array(data.length);
  const component = new Int32Array(data.length);
  for (let seed = 0; seed < data.length; seed++) {
    if (seen[seed] || data[seed] !== of) continue;
    let count = 0;
    let touchesBorder = false;
    component[count++] = seed;
    seen[seed] = 1;
    for (let next = 0; next < count; next++) {
      const at = component[next]!;
      const x = at % width;
      const y = (at - x) / width;
      touchesBorder ||= x === 0 || y === 0 || x === width - 1 || y === height - 1;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (of === 0 && dx !== 0 && dy !== 0) continue;
          const nx = x + dx;
          const ny = y + dy;
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const neighbour = ny * width + nx;
          if (seen[neighbour] || data[neighbour] !== of) continue;
          seen[neighbour] = 1;
          component[count++] = neighbour;
        }
      }
    }
    if (which(count, touchesBorder)) for (let i = 0; i < count; i++) out[component[i]!] = of === 1 ? 0 : 1;
  }
  return { data: out, width, height };
}
