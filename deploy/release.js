'use strict';

/** A new revision of one service: built from the staged folder, and without traffic wherever somebody is served. */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { CANDIDATE, describe, newestRevision, readyRevision, tagged } = require('./services');

/** Returns the service as described. The same code with the same settings is not built again, unless `force` asks for it. */
async function release(plan, service, given, { gcloud, say }) {
  const { before, environment } = given;
  const fingerprint = fingerprintOf(plan, service, given);
  if (!given.force && isThere(before, fingerprint)) return before;
  say(`  (building ${service.key}; two or three minutes)`);
  const file = environmentFile(plan, service, environment);
  try {
    await gcloud.run(deployArguments(plan, service, { ...given, fingerprint, file }));
  } catch (error) {
    error.message += `\nIts log: gcloud run services logs read ${service.name} --region=${plan.region} --project=${plan.project}`;
    throw error;
  } finally {
    fs.rmSync(file);
  }
  return describe(plan, service, gcloud);
}

/** Another revision of the same build, which knows its right address. */
async function correctPublicUrl(plan, service, address, gcloud) {
  const how = [`--update-env-vars=PUBLIC_URL=${address}`, `--tag=${CANDIDATE}`];
  await gcloud.run(['run', 'services', 'update', service.name, `--region=${plan.region}`, ...how]);
  return describe(plan, service, gcloud);
}

function deployArguments(plan, service, { staged, secrets, before, fingerprint, file }) {
  return [
    ...['run', 'deploy', service.name, `--region=${plan.region}`],
    ...[`--source=${staged.folder}`, `--env-vars-file=${file}`],
    `--build-service-account=projects/${plan.project}/serviceAccounts/${plan.buildAccount}`,
    ...revisionArguments(plan, service, secrets),
    `--labels=${pairs({ service: plan.service, stage: plan.stage, fingerprint })}`,
    `--tag=${CANDIDATE}`,
    // Cloud Run refuses it where no revision could have the traffic instead.
    ...(readyRevision(before) ? ['--no-traffic'] : []),
  ];
}

function revisionArguments(plan, service, secrets) {
  return [
    ...[`--function=${service.handler}`, `--base-image=${plan.baseImage}`, `--service-account=${plan.account}`],
    `--set-secrets=${pairs(secrets)}`,
    ...[`--cpu=${service.cpu}`, `--memory=${service.memory}`, `--timeout=${service.timeoutSeconds}`],
    ...[`--concurrency=${service.concurrency}`, `--min=${service.minInstances}`],
    ...[`--max-instances=${service.maxInstances}`, '--cpu-boost'],
    service.cpuThrottling ? '--cpu-throttling' : '--no-cpu-throttling',
    ...(service.http ? PUBLIC : PRIVATE),
  ];
}

const PUBLIC = ['--no-invoker-iam-check', '--ingress=all'];
// Cloud Scheduler counts as internal when it calls the run.app address of a service in its own project.
const PRIVATE = ['--invoker-iam-check', '--no-allow-unauthenticated', '--ingress=internal'];

/** Stands for all that a revision is made of: its files, its settings, its flags with the numbers of its secrets. */
function fingerprintOf(plan, service, { staged, secrets, environment }) {
  const made = JSON.stringify([staged.fingerprint, environment, revisionArguments(plan, service, secrets)]);
  return createHash('sha256').update(made).digest('hex').slice(0, 16);
}

function isThere(before, fingerprint) {
  if (before?.metadata.labels?.fingerprint !== fingerprint) return false;
  const newest = newestRevision(before);
  return newest === readyRevision(before) && newest === tagged(before, CANDIDATE)?.revisionName;
}

/** In a file, as values may hold commas. JSON is YAML. */
function environmentFile(plan, service, environment) {
  const file = path.join(plan.workFolder, `${service.key}.yaml`);
  const platform = { THREADS: String(service.concurrency), LOG_EXECUTION_ID: 'true' };
  fs.writeFileSync(file, JSON.stringify({ ...environment, ...platform }, null, 2), { mode: 0o600 });
  return file;
}

function pairs(object) {
  return Object.entries(object).map(([name, value]) => `${name}=${value}`).join(',');
}

module.exports = { release, correctPublicUrl };
