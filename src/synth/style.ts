// How a drawn slide is stained and shaped: stain vectors, thickness, sizes of cells. Knows no place on the slide.
import { createDraw, subSeed } from "./hash.ts";

export type Triple = readonly [number, number, number];

/**
 * Stain as optical density (Beer-Lambert): light through the slide is background * exp(-(h*hematoxylin + e*eosin)), per
 * channel R, G, B. Lengths are level-0 pixels at 0.5 um.
 */
export type SlideStyle = Readonly<{
  hematoxylin: Triple;
  eosin: Triple;
  /** Multiplies all amounts of a stain. */
  hematoxylinAmount: number;
  eosinAmount: number;
  /** RGB of empty glass. */
  background: Triple;
  /** Slow relative variation of the section's thickness. */
  thickness: number;
  /** Standard deviation of the camera's noise, in grey levels. */
  grain: number;
  nucleus: number;
  cryptRadius: number;
  nestRadius: number;
  goblets: number;
  adipocyte: number;
  fibre: number;
  fibreAngle: number;
  cellularity: number;
  chromatin: number;
}>;

/** The slide that ships with the app. */
export const shippedStyle: SlideStyle = {
  hematoxylin: [0.72, 0.86, 0.36],
  eosin: [0.1, 0.74, 0.37],
  hematoxylinAmount: 1,
  eosinAmount: 1,
  background: [244, 242, 246],
  thickness: 0.16,
  grain: 1.5,
  nucleus: 1,
  cryptRadius: 84,
  nestRadius: 120,
  goblets: 0.55,
  adipocyte: 118,
  fibre: 7,
  fibreAngle: 0.35,
  cellularity: 1,
  chromatin: 0.5,
};

/** True where a drawn style comes near the shipped slide's in stain and in shape at once: training never uses such a style. */
function nearShipped(style: SlideStyle): boolean {
  const stain =
    Math.abs(style.hematoxylinAmount - shippedStyle.hematoxylinAmount) < 0.05 &&
    Math.abs(style.eosinAmount - shippedStyle.eosinAmount) < 0.05;
  const shape = Math.abs(style.nucleus - shippedStyle.nucleus) < 0.05;
  return stain || (shape && Math.abs(style.cryptRadius - shippedStyle.cryptRadius) < 4);
}

/** A style for training material: another stain and other shapes for every seed, never near the shipped slide's. */
export function trainingStyle(seed: number): SlideStyle {
  for (let attempt = 0; ; attempt++) {
    const draw = createDraw(subSeed(seed, `style ${attempt}`));
    const tilt = (base: Triple, by: number): Triple => [
      base[0] * draw.between(1 - by, 1 + by),
      base[1] * draw.between(1 - by, 1 + by),
      base[2] * draw.between(1 - by, 1 + by),
    ];
    const grey = draw.between(232, 250);
    const style: SlideStyle = {
      hematoxylin: tilt([0.7, 0.86, 0.38], 0.2),
      eosin: tilt([0.12, 0.72, 0.36], 0.28),
      hematoxylinAmount: draw.between(0.6, 1.4),
      eosinAmount: draw.between(0.5, 1.5),
      background: [grey + draw.between(-5, 4), grey + draw.between(-6, 3), grey + draw.between(-4, 5)],
      thickness: draw.between(0.05, 0.3),
      grain: draw.between(0.5, 3),
      nucleus: draw.between(0.78, 1.25),
      cryptRadius: draw.between(66, 108),
      nestRadius: draw.between(88, 150),
      goblets: draw.between(0.25, 0.8),
      adipocyte: draw.between(105, 190),
      fibre: draw.between(4.5, 11),
      fibreAngle: draw.between(-1.5, 1.5),
      cellularity: draw.between(0.6, 1.5),
      chromatin: draw.between(0.1, 0.9),
    };
    if (!nearShipped(style)) return style;
  }
}
