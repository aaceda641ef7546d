'use strict';

/** Who calls the private service, and when: a job of Cloud Scheduler that shows its identity (OIDC). */

/** Made the first time, changed the next. Returns 'created' or 'updated', and whether somebody has paused it. */
async function ensureJob(plan, service, address, gcloud) {
  const found = await findJob(plan, service, gcloud);
  const verb = found ? 'update' : 'create';
  await gcloud.run(['scheduler', 'jobs', verb, 'http', service.schedule.job, ...jobArguments(plan, service.schedule, address)]);
  return { verb: `${verb}d`, paused: found?.state === 'PAUSED' };
}

function findJob(plan, service, gcloud) {
  return gcloud.find(['scheduler', 'jobs', 'describe', service.schedule.job, `--location=${plan.region}`]);
}

function removeJob(plan, service, gcloud) {
  return gcloud.removed(['scheduler', 'jobs', 'delete', service.schedule.job, `--location=${plan.region}`]);
}

function jobArguments(plan, schedule, address) {
  return [
    `--location=${plan.region}`,
    `--schedule=${schedule.cron}`,
    `--time-zone=${schedule.timeZone}`,
    `--uri=${address}/`,
    '--http-method=POST',
    `--oidc-service-account-email=${schedule.account}`,
    `--oidc-token-audience=${address}`,
    `--attempt-deadline=${schedule.deadlineSeconds}s`,
  ];
}

module.exports = { ensureJob, findJob, removeJob };
