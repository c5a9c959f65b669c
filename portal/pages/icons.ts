/** Line drawings, 24 by 24, in the colour of the text around them. They repeat what a heading says. */
import { type Html, html } from "../../platform/html.ts";

const drawing = (lines: Html): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${lines}</svg>`;

export const icons = {
  health: drawing(
    html`<path d="M12 20.5S3.5 15.6 3.5 9.4A4.6 4.6 0 0 1 12 6.9a4.6 4.6 0 0 1 8.5 2.5c0 6.2-8.5 11.1-8.5 11.1Z"/><path d="M12 10v5M9.5 12.5h5"/>`,
  ),
  pension: drawing(html`<path d="M3.5 12.5a8.5 8.5 0 0 1 17 0ZM12 4V2.5M12 12.5v6a2 2 0 0 0 4 0"/>`),
  employment: drawing(
    html`<rect x="3.5" y="7.5" width="17" height="12" rx="2"/><path d="M9 7.5V5.8A1.8 1.8 0 0 1 10.8 4h2.4A1.8 1.8 0 0 1 15 5.8v1.7M3.5 12.5h17M12 11.5v2"/>`,
  ),
  utilities: drawing(
    html`<path d="M12 3.5s5.5 6 5.5 10.3a5.5 5.5 0 0 1-11 0C6.5 9.5 12 3.5 12 3.500Z"/><path d="m12.8 10-2.3 3.700h3l-2.3 3.8"/>`,
  ),
  suppliers: drawing(html`<path d="M9 3.500v4M15 3.500v4M6.500 7.500h11v3.500a5.500 5.500 0 0 1-11 0ZM12 16.500v4"/>`),
  own: drawing(
    html`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8.5 10.500V7.500a3.5 3.5 0 0 1 7 0v3M12 14.500v2"/>`,
  ),
  kept: drawing(html`<path d="M4 20h16M5.5 20v-9M18.5 20v-9M9.8 20v-9M14.2 20v-9M3.5 11h17L12 4Z"/>`),
  languages: drawing(
    html`<path d="M20.5 12a8.5 8.5 0 1 1-4-7.2"/><path d="M12 3.500c-2.5 2.3-3.7 5.2-3.7 8.500s1.2 6.2 3.7 8.500c2.5-2.3 3.7-5.2 3.7-8.500S14.5 5.8 12 3.500ZM3.8 9.500h16M3.8 14.500h16"/>`,
  ),
} as const;
