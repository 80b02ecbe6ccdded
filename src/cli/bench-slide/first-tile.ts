// Opening a slide of 100,000 x 100,000 px until its first tiles are decoded, from disk and over a slow line. Knows figures' names.
import { performance } from "node:perf_hooks";
import type { SlideId } from "../../base/brand.ts";
import { Fault, present } from "../../base/fault.ts";
import type { SlideInfo } from "../../domain/slide.ts";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import { openHttpSource } from "../../platform/worker/http-source.ts";
import type { SlideApi } from "../../protocol/slide-api.ts";
import { figure, type Measured } from "../figure.ts";
import { serveLate } from "./latency-server.ts";
import { machine } from "./machine.ts";

export const latencyMs = 50;

type Opening = Readonly<{ open: number; first: number; finest: number }>;

/** The coarsest level is what a viewer asks first; then the middle of the finest, which needs the longest table of tiles. */
async function opening(slides: SlideApi, url: string): Promise<Opening> {
  const before = performance.now();
  const info = await slides.open({ source: { kind: "url", url } });
  const open = performance.now() - before;
  await decoded(slides, info, present(info.levels.at(-1), "a level").index, 0);
  const first = performance.now() - before;
  await decoded(slides, info, 0, 0.5);
  const finest = performance.now() - before;
  await slides.close({ slideId: info.id });
  return { open, first, finest };
}

async function decoded(slides: SlideApi, info: SlideInfo, level: number, at: number): Promise<void> {
  const { columns, rows } = present(info.levels[level], "a level");
  const slideId: SlideId = info.id;
  const tile = { slideId, level, column: Math.floor(columns * at), row: Math.floor(rows * at) };
  if (!(await slides.tile(tile))) throw new Fault("damaged", "the generated slide lacks a tile");
}

export async function measureFirstTile(path: string, words: string, rounds: number): Promise<Measured> {
  const local: Opening[] = [];
  const late: Opening[] = [];
  let requests = 0;
  for (let round = 0; round < rounds; round++) {
    local.push(await opening(createNodeSlideService(), path));
    // A server and a port of its own: no connection is open yet.
    const server = await serveLate(path, latencyMs);
    try {
      const slides = createNodeSlideService({
        openSource(source, signal) {
          if (source.kind !== "url") throw new Error("assertion failed: an address is opened");
          return openHttpSource(source.url, signal);
        },
      });
      late.push(await opening(slides, server.url));
      requests = server.requests();
    } finally {
      await server.close();
    }
  }
  const on = (where: string): string =>
    `${words}; ${where}; a fresh slide service each time, the decoder loaded at the first; ${machine}`;
  const figures = [
    { name: "local", times: local, on: on("from disk, in the system's cache") },
    {
      name: "http50",
      times: late,
      on: on(
        `HTTP on this machine, ${latencyMs} ms a request and as much for a connection, ${requests} requests (a file whose tiles lie far from its tables takes one more a tile)`,
      ),
    },
  ].flatMap(({ name, times, on }) => [
    figure(
      `slide.first_tile_ms.${name}`,
      times.map(({ first }) => first),
      "ms",
      on,
    ),
    figure(
      `slide.first_tile_ms.${name}.open`,
      times.map(({ open }) => open),
      "ms",
      on,
    ),
    figure(
      `slide.first_tile_ms.${name}.finest`,
      times.map(({ finest }) => finest),
      "ms",
      on,
    ),
  ]);
  return { figures, leftOut: [] };
}
