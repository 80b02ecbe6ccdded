// The part of a kept file that a request asks for (RFC 9110, section 14). Knows one range; several are not asked for here.

export type ByteRange = Readonly<{ start: number; end: number }>;

/** Bytes start to end, both included, of a file of `size` bytes; null where the header asks for nothing that is there. */
export function parseByteRange(header: string, size: number): ByteRange | null {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (from === "" && to === "") return null;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start <= end && start < size ? { start, end } : null;
}

/** 206 with the asked part of a whole response, or 416. */
export async function partOf(whole: Response, header: string): Promise<Response> {
  const blob = await whole.blob();
  const range = parseByteRange(header, blob.size);
  if (!range) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${blob.size}` } });
  const headers = new Headers(whole.headers);
  headers.set("Content-Range", `bytes ${range.start}-${range.end}/${blob.size}`);
  headers.set("Content-Length", String(range.end - range.start + 1));
  headers.set("Accept-Ranges", "bytes");
  return new Response(blob.slice(range.start, range.end + 1), { status: 206, statusText: "Partial Content", headers });
}
