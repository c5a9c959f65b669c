import type { EmploymentResolvers, EmploymentStatus } from "../resolvers.generated.ts";
import { employmentStatus, hasEnded, isPresent } from "../rules/status.ts";
import type { EmploymentContext } from "../store/loaders.ts";
import type { PersonRow } from "../store/register.ts";

export const employmentResolvers: EmploymentResolvers = {
  status: (person, _arguments, context) => statusOf(person, context),

  job: async (person, _arguments, context) => {
    if ((await statusOf(person, context)) !== "EMPLOYED") return null;
    const jobs = await context.loaders.jobs.load(person.citizenId);
    return jobs.find((job) => isPresent(job, context.today)) ?? null;
  },

  formerJobs: async ({ citizenId }, _arguments, { loaders, today }) =>
    (await loaders.jobs.load(citizenId)).filter((job) => hasEnded(job, today)),

  unemployment: async (person, _arguments, context) => {
    if ((await statusOf(person, context)) !== "UNEMPLOYED") return null;
    return await context.loaders.registrations.load(person.citizenId);
  },
};

async function statusOf(
  { citizenId, retiredOn }: PersonRow,
  { loaders, today }: EmploymentContext,
): Promise<EmploymentStatus> {
  const [jobs, registration] = await Promise.all([loaders.jobs.load(citizenId), loaders.registrations.load(citizenId)]);
  return employmentStatus({ retiredOn, jobs, registeredOn: registration?.registeredOn ?? null }, today);
}
