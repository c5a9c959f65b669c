/** What the portal sees of the graph: one answer to one question. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { OverviewQuery } from "../../overview/overview.generated.ts";

export interface GraphAnswer {
  readonly status?: number;
  readonly data?: Partial<Record<keyof OverviewQuery, unknown>> | null;
  readonly errors?: readonly object[];
}

export interface TestGraph {
  answer: GraphAnswer;
  /** The headers of every request so far. */
  readonly asked: IncomingHttpHeaders[];
  close(): Promise<void>;
}

export async function startGraph(port: number): Promise<TestGraph> {
  const graph: TestGraph = {
    answer: { data: overview },
    asked: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer((request, response) => {
    graph.asked.push(request.headers);
    const { status = 200, ...body } = graph.answer;
    request.resume();
    response.writeHead(status, { "content-type": "application/graphql-response+json" }).end(JSON.stringify(body));
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  return graph;
}

const yuan = (amount: number) => ({ amount: Math.round(amount * 100), currency: "CNY" });

/** A citizen at work with a visit, a forecast, and three bills of which one is overdue. */
export const overview = {
  citizen: { name: { text: "阿依古丽·买买提" }, preferredLanguage: "zh-CN" },
  health: {
    coverage: { status: "ACTIVE", scheme: "EMPLOYEE", accountBalance: yuan(2318.45) },
    lastEncounter: {
      class: "AMBULATORY",
      // Past midnight in Shanghai while it is still the day before in UTC.
      start: "2026-10-17T16:30:00Z",
      serviceProvider: "市第一人民医院",
      serviceType: "呼吸内科",
      cost: { paidByCitizen: yuan(86.2) },
    },
  },
  pension: {
    pension: {
      status: "CONTRIBUTING",
      scheme: "EMPLOYEE",
      contributionMonths: 214,
      forecast: { retirementMonth: "2049-03", minimumReached: true, monthlyAmount: yuan(5280.4) },
      lastPayment: null,
    },
  },
  employment: {
    employment: {
      status: "EMPLOYED",
      job: { employer: "新河纺织有限公司", occupation: "质量检验员", start: "2015-07-01" },
      unemployment: null,
    },
  },
  utilities: {
    amountDue: yuan(412.07),
    bills: {
      edges: [
        bill("1", "POWER", "2026-10", 136.5, "2026-11-30", "OPEN"),
        bill("2", "HEATING", "2026-10", 218.37, "2026-11-30", "OPEN"),
        bill("3", "WATER", "2026-09", 57.2, "2026-10-31", "OVERDUE"),
      ],
      pageInfo: { hasNextPage: false },
    },
  },
  water: {
    waterAccount: {
      bills: [invoice("4", "2026-10", 2.1, "2026-11-30", "OPEN"), invoice("5", "2026-09", 3, "2026-10-31", "PAID")],
    },
  },
  power: { powerAccount: { bills: [invoice("6", "2026-09", 65.41, "2026-10-31", "OVERDUE")] } },
} as const satisfies OverviewQuery;

function bill<S extends "GAS" | "HEATING" | "POWER" | "WATER", T extends "OPEN" | "OVERDUE">(
  id: string,
  service: S,
  month: string,
  amount: number,
  dueOn: string,
  status: T,
) {
  return { node: { service, ...invoice(id, month, amount, dueOn, status) } };
}

function invoice<T extends "OPEN" | "OVERDUE" | "PAID">(
  id: string,
  month: string,
  amount: number,
  dueOn: string,
  status: T,
) {
  return { id, month, dueOn, status, amount: yuan(amount) };
}
