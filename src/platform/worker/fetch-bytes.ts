// Reads a whole resource over HTTP with a limit and progress. Knows fetch; knows nothing of what the bytes are.
import { Fault, isAbort } from "../../base/fault.ts";
import type { FetchBytes } from "../../engine/load-model.ts";

export const fetchBytes: FetchBytes = async (url, { signal, maxBytes, onBytes }) => {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Fault("network", `${url} could not be reached. Check the connection and try again.`, { url }, error);
  }
  if (!response.ok || !response.body) {
    throw new Fault("network", `${url} could not be read: the server answered ${response.status}.`, { url });
  }
  const parts: Uint8Array[] = [];
  let done = 0;
  const reader = response.body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      done += next.value.length;
      if (done > maxBytes) {
        await reader.cancel();
        throw new Fault("limit", `${url} is larger than the ${maxBytes} bytes expected of it.`, { url });
      }
      parts.push(next.value);
      onBytes?.(done);
    }
  } catch (error) {
    if (error instanceof Fault || isAbort(error)) throw error;
    throw new Fault("network", `The connection broke while reading ${url}. Try again.`, { url }, error);
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
