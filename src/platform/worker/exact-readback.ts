// Whether pixels come back from a canvas as they were drawn. Some browsers change them on purpose against fingerprinting (Brave;
// Firefox's strict mode, private windows and resistFingerprinting): then patches would differ from the slide, and nobody would see it.
// Knows no canvas: the round trip is an argument.

/** RGBA pixels, `side * side * 4` bytes, drawn and read back. */
export type RoundTrip = (rgba: Uint8ClampedArray<ArrayBuffer>, side: number) => Promise<Uint8ClampedArray>;

const side = 64;

/** Tries a texture no protection takes for an empty canvas (those are left alone). */
export async function readsBackExactly(roundTrip: RoundTrip): Promise<boolean> {
  const drawn = new Uint8ClampedArray(side * side * 4);
  // Numerical Recipes' linear congruential generator: any texture will do, as long as all values occur.
  let state = 1;
  for (let i = 0; i < drawn.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    drawn[i] = i % 4 === 3 ? 255 : state >>> 24;
  }
  const expected = drawn.slice();
  const back = await roundTrip(drawn, side);
  return back.length === expected.length && expected.every((value, i) => value === back[i]);
}
