'use strict';

/** `osls info`, `osls rollback` and `osls remove`: what can be done with a deployed stage. `osls revoke`: revoke.js. */

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

/** Each service is served again by the revision that served before, up to two back; nothing changes unless all of them can be. */
async function rollback(services, print) {
  for (const service of services) await service.read();
  const undeployed = services.filter(({ serving }) => !serving);
  if (undeployed.length > 0) throw new Problem(`${names(undeployed)}: not deployed. Nothing was changed.`);
  const due = await leftBehind(services);
  const stuck = due.filter(({ before }) => before.length === 0);
  if (stuck.length > 0) throw new Problem(`${stuck.map(nothingBefore).join('; ')}. Nothing was changed.`);
  for (const service of due) {
    await service.rollBack();
    print(`  ${service.key.padEnd(10)}${service.before[0]} serves again, instead of ${service.serving}`);
  }
  print('These revisions use the secrets they were deployed with; the database stays as it is.');
}

const names = (services) => services.map(({ name }) => name).join(', ');

const nothingBefore = ({ name, serving }) => `${name}: there is nothing to go back to, no revision from before ${serving} is kept`;

/** What a deploy or a rollback that failed halfway has left: the services that are one step ahead of another. All, if none is. */
async function leftBehind(services) {
  const marks = await Promise.all(
    services.map(async (service) => {
      const [now, then] = await Promise.all([service.serving, service.before[0]].map((name) => name && fingerprintOf(service, name)));
      return { service, now, then };
    }),
  );
  const behind = marks.filter(({ now, then }) => then && marks.some((other) => other.now === then && other.now !== now));
  return behind.length > 0 ? behind.map(({ service }) => service) : services;
}

async function fingerprintOf(service, revision) {
  return (await service.revision(revision)).metadata.labels?.fingerprint;
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
