/** Headers of pages: nothing may run unless the page says so, be framed, be loaded from elsewhere or be kept. */

/**
 * @param publicUrl where browsers reach the service; over https they are told to stay there (RFC 6797)
 * @param formTargets addresses to which a form on the page may lead in the end: browsers hold the policy
 *   against the redirects that follow a form too (CSP Level 3, form-action)
 * @param scripts whether the page runs scripts of its own server
 */
export function pageHeaders(
  publicUrl: string,
  formTargets: readonly string[] = [],
  scripts: "no scripts" | "own scripts" = "no scripts",
): Record<string, string> {
  const targets = formTargets.flatMap((target) => URL.parse(target)?.origin ?? []);
  const policy = [
    "default-src 'none'",
    ...(scripts === "own scripts" ? ["script-src 'self'"] : []),
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
