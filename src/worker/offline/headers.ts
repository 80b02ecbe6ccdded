// Headers that a static host cannot be asked for: isolation, so that the processor may use several threads, and what the page may do.
// Knows no request.

export const isolation: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * What page and workers may do (Content Security Policy 3): nothing but this app's own files is run, and nothing is asked of another
 * server than those the person approved. Styles are written by components as they go; wasm is compiled.
 */
export function contentPolicy(approved: readonly string[]): Readonly<Record<string, string>> {
  const rules = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' blob:",
    "worker-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    `connect-src ${["'self'", "blob:", "data:", ...approved].join(" ")}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { "Content-Security-Policy": rules.join("; ") };
}

/** An origin as a policy names it: nothing in it can end the rule. Subdomains by a star. */
export const isOrigin = (text: unknown): text is string =>
  typeof text === "string" && /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(text);

/** The same response with these headers; bodies are passed on, not read. */
export function withHeaders(response: Response, added: Readonly<Record<string, string>>): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(status === 204 || status === 304 ? null : response.body, { status, statusText, headers });
}

/** Whether `origin` is one of `approved`, where a star stands for subdomains. */
export function isApproved(origin: string, approved: readonly string[]): boolean {
  return approved.some((pattern) => {
    const [scheme = "", host = ""] = pattern.toLowerCase().split("://");
    return host.startsWith("*.")
      ? origin.startsWith(`${scheme}://`) && origin.endsWith(host.slice(1))
      : origin === pattern.toLowerCase();
  });
}
