// A region of a slide as a small picture. For looking at, never for analysis.
import { useEffect, useRef } from "react";
import type { SlideId } from "../base/brand.ts";
import { isAbort } from "../base/fault.ts";
import type { Region } from "../domain/geometry.ts";
import { useApp } from "./app-context.ts";

type Props = Readonly<{ slideId: SlideId; region: Region; size: number; label: string; fill?: boolean }>;

/** `fill`: as wide as its place allows; `size` is then only how finely it is painted. */
export function RegionImage({ slideId, region, size, label, fill = false }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { context } = useApp();
  const { x, y, width, height } = region;
  useEffect(() => {
    const controller = new AbortController();
    const pixels = Math.round(size * Math.min(globalThis.devicePixelRatio || 1, 2));
    const show = async (): Promise<void> => {
      const params = { slideId, region: { x, y, width, height }, maxPixels: pixels };
      const image = await context.slides.preview(params, { signal: controller.signal });
      const target = canvas.current;
      if (target && image instanceof ImageBitmap) {
        target.width = image.width;
        target.height = image.height;
        target.getContext("2d")?.drawImage(image, 0, 0);
      }
      image.close();
    };
    show().catch((error: unknown) => {
      // A preview that cannot be painted leaves the grey square; the slide itself reports what is wrong with the file.
      if (!isAbort(error)) canvas.current?.setAttribute("data-failed", "true");
    });
    return () => controller.abort();
  }, [context, slideId, x, y, width, height, size]);
  return (
    <canvas
      ref={canvas}
      width={1}
      height={1}
      style={fill ? { width: "100%", aspectRatio: "1" } : { width: size, height: size }}
      role="img"
      aria-label={label}
    />
  );
}
