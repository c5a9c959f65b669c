/** The one table that `npm start` ends with. */
import { demoCitizens, demoPassword } from "../population/demo.ts";

/** A line of the services' part. */
export interface ReportedService {
  readonly name: string;
  readonly url: string;
}

/** Services with their URLs and states, and who can sign in how. */
export function describeCity(services: readonly ReportedService[]): string {
  const states = [["service", "URL", "state"], ...services.map(({ name, url }) => [name, url, "ready"])];
  const citizens = [
    ["citizen", "ID number", "mobile", "password", "who"],
    ...demoCitizens.map(({ key, residentId, mobile, name, story }) => [
      key,
      residentId,
      mobile,
      demoPassword,
      `${name.latin}, ${story}`,
    ]),
  ];
  return `\n${alignColumns(states)}\n\n${alignColumns(citizens)}\n`;
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd()).join("\n");
}
