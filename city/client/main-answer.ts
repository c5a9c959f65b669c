/** The answer to `main-query.graphql`, in a few lines for a person. */
import { z } from "zod";
import type { GraphAnswer } from "./graph.ts";

const money = z.object({ amount: z.number().int(), currency: z.string() });

const mainShape = z.object({
  data: z.object({
    me: z.object({
      name: z.object({ text: z.string(), latin: z.string().nullable() }),
      lastEncounter: z.object({ start: z.string(), serviceProvider: z.string(), reason: z.string() }).nullable(),
      pension: z
        .object({
          contributionMonths: z.number(),
          forecast: z.object({ retirementMonth: z.string(), monthlyAmount: money.nullable() }).nullable(),
          lastPayment: z.object({ month: z.string(), amount: money }).nullable(),
        })
        .nullable(),
      employment: z
        .object({
          status: z.string(),
          job: z.object({ employer: z.string(), occupation: z.string() }).nullable(),
          unemployment: z
            .object({ benefit: z.object({ monthsLeft: z.number(), monthlyAmount: money }).nullable() })
            .nullable(),
        })
        .nullable(),
      amountDue: money.nullable(),
      bills: z
        .object({
          edges: z.array(
            z.object({
              node: z.object({
                service: z.string(),
                month: z.string(),
                status: z.string(),
                dueOn: z.string(),
                amount: money,
              }),
            }),
          ),
        })
        .nullable(),
    }),
  }),
});

type MainAnswer = z.output<typeof mainShape>["data"]["me"];
type Bill = NonNullable<MainAnswer["bills"]>["edges"][number]["node"];

/**
 * Checks that the answer is one to the main query.
 *
 * @throws ZodError when it is not
 */
export function readMainAnswer(answer: GraphAnswer): MainAnswer {
  return mainShape.parse(answer).data.me;
}

/** The answer in a short readable form. */
export function summarise({ name, lastEncounter, pension, employment, amountDue, bills }: MainAnswer): string {
  const lines = [
    ["name", name.latin ? `${name.latin} (${name.text})` : name.text],
    ["last encounter", lastEncounter ? encounterLine(lastEncounter) : "none"],
    ["pension", pension ? pensionLine(pension) : "no old-age insurance"],
    ["work", employment ? workLine(employment) : "no record"],
    ["bills to pay", bills && amountDue ? `${bills.edges.length}, ${inYuan(amountDue)} together` : "not to be had now"],
    ...(bills?.edges ?? []).map(({ node }) => ["", billLine(node)]),
  ];
  return lines.map(([label = "", text]) => `${label.padEnd(16)}${text}`).join("\n");
}

function encounterLine({ start, serviceProvider, reason }: NonNullable<MainAnswer["lastEncounter"]>): string {
  return `${start.slice(0, 10)}, ${serviceProvider}, ${reason}`;
}

function pensionLine({ lastPayment, forecast, contributionMonths }: NonNullable<MainAnswer["pension"]>): string {
  if (lastPayment) return `${inYuan(lastPayment.amount)} paid for ${lastPayment.month}`;
  const paidIn = `${contributionMonths} months paid in`;
  if (!forecast?.monthlyAmount) return paidIn;
  return `${inYuan(forecast.monthlyAmount)} a month from ${forecast.retirementMonth} on as a forecast, ${paidIn}`;
}

function workLine({ status, job, unemployment }: NonNullable<MainAnswer["employment"]>): string {
  if (job) return `${job.occupation}, ${job.employer}`;
  const benefit = unemployment?.benefit;
  const words = status.toLowerCase().replaceAll("_", " ");
  return benefit ? `${words}, ${inYuan(benefit.monthlyAmount)} a month for ${benefit.monthsLeft} more months` : words;
}

function billLine({ service, month, status, dueOn, amount }: Bill): string {
  return `${service.toLowerCase()} ${month}: ${inYuan(amount)}, ${status.toLowerCase()}, due on ${dueOn}`;
}

function inYuan({ amount, currency }: z.output<typeof money>): string {
  return `${(amount / 100).toFixed(2)} ${currency}`;
}
