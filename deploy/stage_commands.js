'use strict';

/** `osls info`, `osls rollback` and `osls remove`: what can be done with a deployed stage. */

const { Problem } = require('./gcloud');

const MAX_REVISIONS = 5;

/** Prints addresses, revisions and the schedule. */
async function info(plan, services, print) {
  print(`${plan.service}, stage ${plan.stage}: ${plan.project}, ${plan.region}`);
  for (const service of services) {
    await service.read();
    if (service.deployed) {
      print(`${service.key}  ${service.address(service.deployed.metadata.namespace)}`); // knative's namespace is the project's number
      for (const revision of await service.revisions(MAX_REVISIONS)) print(revisionLine(revision, service.serving));
    } else {
      print(`${service.key}  is not deployed`);
    }
    if (service.job) print(jobLine(service.job, await service.findJob()));
  }
}

function revisionLine({ metadata, status }, serving) {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  const state = metadata.name === serving ? 'serves' : ready ? 'ready' : 'not ready';
  return `  ${metadata.name}  ${minute(metadata.creationTimestamp)}  ${state}`;
}

function jobLine({ name, cron, timeZone }, found) {
  if (!found) return `  schedule  ${name} does not exist`;
  const last = found.lastAttemptTime ? `last call ${minute(found.lastAttemptTime)}` : 'not called yet';
  const outcome = found.status?.code ? `, which failed (code ${found.status.code})` : '';
  return `  schedule  ${found.schedule ?? cron} ${found.timeZone ?? timeZone}, ${found.state}, ${last}${outcome}`;
}

function minute(timestamp) {
  return `${timestamp.slice(0, 16).replace('T', ' ')} UTC`;
}

/** Each service is served again by the revision before; nothing changes unless all of them can be. */
async function rollback(services, print) {
  for (const service of services) await service.read();
  const problems = services.map(whyNot).filter(Boolean);
  if (problems.length > 0) throw new Problem(`${problems.join('; ')}. Nothing was changed.`);
  for (const service of services) {
    await service.rollBack();
    print(`  ${service.key.padEnd(10)}${service.previous} serves again, instead of ${service.serving}`);
  }
  print('These revisions use the secrets they were deployed with; the database stays as it is.');
}

function whyNot({ name, serving, previous }) {
  if (!serving) return `${name} is not deployed`;
  if (!previous) return `${name} has served only ${serving}`;
  return previous === serving ? `${name} is back at ${serving} already` : null;
}

/** Deletes what runs, the schedule first; what is stored stays. */
async function remove(services, print) {
  const done = (what, name, deleted) => print(`  ${what.padEnd(10)}${name}: ${deleted ? 'removed' : 'was not there'}`);
  for (const service of services.filter(({ job }) => job)) done('schedule', service.job.name, await service.deleteJob());
  for (const service of services) done(service.key, service.name, await service.delete());
  print('These stay: the database, the secrets, the service accounts, and the images in Artifact Registry.');
  print('Meta keeps calling the old address until you remove the webhook in its app dashboard.');
}

module.exports = { info, remove, rollback };
