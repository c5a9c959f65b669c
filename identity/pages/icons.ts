/** Line drawings, 24 by 24, in the colour of the text around them. They repeat what a word beside them says. */
import { type Html, html } from "../../platform/html.ts";

const drawing = (lines: Html): Html =>
  html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${lines}</svg>`;

export const icons = {
  overview: drawing(html`<circle cx="12" cy="8.5" r="4"/><path d="M4.500 20a7.500 7.500 0 0 1 15 0"/>`),
  security: drawing(
    html`<path d="M12 3.500 5 6v5.500c0 4.300 2.900 7.500 7 9 4.100-1.500 7-4.700 7-9V6Z"/><path d="m9 12 2.200 2.200L15.200 10"/>`,
  ),
  sessions: drawing(
    html`<rect x="3" y="5" width="13" height="10" rx="1.500"/><path d="M6 19h7M9.500 15v4"/><rect x="17" y="10" width="4.500" height="9" rx="1"/>`,
  ),
  applications: drawing(
    html`<rect x="4" y="4" width="6.500" height="6.500" rx="1.500"/><rect x="13.500" y="4" width="6.500" height="6.500" rx="1.500"/><rect x="4" y="13.500" width="6.500" height="6.500" rx="1.500"/><path d="M16.800 13.500v6.500M13.500 16.800h6.500"/>`,
  ),
  delegations: drawing(
    html`<circle cx="9" cy="8.500" r="3.500"/><path d="M2.500 19.500a6.500 6.500 0 0 1 13 0M15.500 5.300a3.500 3.500 0 0 1 0 6.400M18 14.500a6.500 6.500 0 0 1 3.500 5"/>`,
  ),
  history: drawing(html`<path d="M4 12a8 8 0 1 0 2.600-5.900L4 8.500M4 4.500v4h4M12 8v4.300l2.800 1.700"/>`),
  export: drawing(
    html`<path d="M12 4v10.500M7.800 10.500 12 14.700l4.200-4.200M4.500 16.500V19a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-2.500"/>`,
  ),
  close: drawing(html`<circle cx="12" cy="12" r="8.500"/><path d="m9 9 6 6M15 9l-6 6"/>`),
} as const;
