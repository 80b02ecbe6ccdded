// A slide service in Node that reads addresses as the browser's worker does, without its patience. Chooses implementations only.
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";
import { defaultHttp, type Http } from "../../src/platform/worker/http-request.ts";
import { createHttpResources } from "../../src/platform/worker/http-resources.ts";
import { defaultHttpSource, openHttpSource } from "../../src/platform/worker/http-source.ts";
import type { SlideApi } from "../../src/protocol/slide-api.ts";

/** As shipped, but nobody waits long. */
export const hastyHttp: Http = { ...defaultHttp, wait: async () => {}, stallMilliseconds: 2000 };

export function createNetService(http: Http = hastyHttp): SlideApi {
  return createNodeSlideService({
    openSource: (source, signal) => {
      if (source.kind !== "url") throw new Error("addresses only");
      return openHttpSource(source.url, signal, { ...defaultHttpSource, ...http });
    },
    openTree: async (address) => createHttpResources(address, http),
  });
}
