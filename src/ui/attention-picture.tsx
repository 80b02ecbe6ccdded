// One patch with a veil over it that is thin where the model looked, and how its attention was shared out. Knows shares, no engine.
import { useEffect, useRef } from "react";
import type { Patch } from "../domain/patch.ts";
import type { Attention } from "../protocol/attention-api.ts";
import { say } from "../words/say.ts";
import { halfOf, outlineOf } from "./attention-outline.ts";
import { clearness, percentWords, pictureWords, sharesOf } from "./attention-words.ts";
import { RegionImage } from "./region-image.tsx";

type Props = Readonly<{
  patch: Patch;
  attention: Attention;
  most: number;
  veiled: boolean;
  caption: string;
  id: string;
}>;

/** Pixels the slide's picture is read in, and so its largest size on the screen. */
const finest = 320;

/** `most`: the share that is seen without any veil. */
export function AttentionPicture({ patch, attention, most, veiled, caption, id }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { side, patches } = attention;
  const half = halfOf(patches);
  useEffect(() => {
    const painter = canvas.current?.getContext("2d");
    if (!painter) return;
    const image = painter.createImageData(side, side);
    patches.forEach((share, i) => {
      image.data.set([...veil, Math.round(255 * veilAlpha * (1 - clearness(share, most)))], 4 * i);
    });
    painter.putImageData(image, 0, 0);
  }, [side, patches, most]);
  return (
    <figure className="pt-attention-figure" data-testid="attention-picture" data-of={id}>
      <div className="pt-attention-face">
        <RegionImage slideId={patch.slideId} region={patch.region} size={finest} fill label={say("The patch")} />
        <canvas
          ref={canvas}
          width={side}
          height={side}
          className="pt-attention-veil"
          role="img"
          aria-label={pictureWords(attention)}
          hidden={!veiled}
        />
        {veiled && <Outline d={outlineOf(half, side)} side={side} />}
      </div>
      <figcaption>{caption}</figcaption>
      <Shares attention={attention} />
      <p className="pt-hint">
        {say("Half lies in the {half} outlined squares of {patches}.", { half: half.size, patches: patches.length })}
      </p>
    </figure>
  );
}

/** Ink: no tissue is as dark, so a veiled place is not taken for a stain. */
const veil = [13, 18, 24] as const;
const veilAlpha = 0.76;

/** A light line on a dark one: seen on nuclei and on glass alike. */
function Outline({ d, side }: Readonly<{ d: string; side: number }>) {
  return (
    <svg className="pt-attention-outline" viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
      <path d={d} className="pt-attention-casing" />
      <path d={d} />
    </svg>
  );
}

function Shares({ attention }: Readonly<{ attention: Attention }>) {
  const shares = sharesOf(attention);
  return (
    <div className="pt-attention-shares" data-testid="attention-shares">
      <div className="pt-attention-bar" aria-hidden="true">
        {shares.map(({ to, share }) => (
          <span key={to} data-to={to} style={{ flexGrow: share }} />
        ))}
      </div>
      <ul>
        {shares.map(({ to, share, words }) => (
          <li key={to}>
            <span className="pt-attention-dot" data-to={to} aria-hidden="true" />
            <b>{percentWords(share)}</b> {words}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the veil means, in shares of one square; `even`: of a square if all of them took the whole alike. */
export function AttentionLegend({ most, even }: Readonly<{ most: number; even: number }>) {
  const at = 100 * clearness(even, most);
  return (
    <div className="pt-attention-legend" data-testid="attention-legend">
      <span>{say("Share of one square")}</span>
      <div className="pt-attention-scale">
        <div className="pt-attention-ramp" aria-hidden="true">
          {at < 100 && <i style={{ left: `${at}%` }} />}
        </div>
        <div className="pt-attention-ticks">
          <span>0</span>
          {at > 6 && at < 85 && (
            <span style={{ left: `${at}%` }} data-end={at > 55}>
              {say("{percent}: all alike", { percent: percentWords(even) })}
            </span>
          )}
          <span>{percentWords(most)}</span>
        </div>
      </div>
    </div>
  );
}
