/** Headers of pages: nothing may run, be framed, be loaded from elsewhere or be kept. */

/**
 * @param publicUrl where browsers reach the service; over https they are told to stay there (RFC 6797)
 * @param formTargets addresses to which a form on the page may lead in the end: browsers hold the policy
 *   against the redirects that follow a form too (CSP Level 3, form-action)
 */
export function pageHeaders(publicUrl: string, formTargets: readonly string[] = []): Record<string, string> {
  const targets = formTargets.flatMap((target) => URL.parse(target)?.origin ?? []);
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...targets].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    ...(publicUrl.startsWith("https:") && { "strict-transport-security": "max-age=63072000" }),
  };
}
