'use strict';

/** What is there: addresses, revisions, schedule. */

const { findJob } = require('./scheduler');
const { addressOf, describe, foretoldAddress, servingRevision } = require('./services');

const SHOWN = 5;

async function info(plan, gcloud, say) {
  say(`${plan.service}, stage ${plan.stage}: ${plan.project}, ${plan.region}`);
  for (const service of plan.services) {
    const described = await describe(plan, service, gcloud);
    say(`${service.key}  ${described ? address(plan, service, described) : 'is not deployed'}`);
    if (described) await sayRevisions(plan, service, described, gcloud, say);
    if (service.schedule) say(scheduleLine(service.schedule, await findJob(plan, service, gcloud)));
  }
}

/** knative's namespace is the project's number. */
function address(plan, service, described) {
  return addressOf(described, foretoldAddress(plan, service, described.metadata.namespace));
}

async function sayRevisions(plan, service, described, gcloud, say) {
  const where = [`--service=${service.name}`, `--region=${plan.region}`, `--limit=${SHOWN}`];
  const revisions = await gcloud.json(['run', 'revisions', 'list', ...where]);
  const serving = servingRevision(described);
  for (const { metadata, status } of revisions) {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    const state = metadata.name === serving ? 'serves' : ready ? 'ready' : 'not ready';
    say(`  ${metadata.name}  ${minute(metadata.creationTimestamp)}  ${state}`);
  }
}

function scheduleLine({ job, cron, timeZone }, found) {
  if (!found) return `  schedule  ${job} is not there`;
  const last = found.lastAttemptTime ? `last call ${minute(found.lastAttemptTime)}` : 'not called yet';
  const outcome = found.status?.code ? `, which failed (code ${found.status.code})` : '';
  return `  schedule  ${found.schedule ?? cron} ${found.timeZone ?? timeZone}, ${found.state}, ${last}${outcome}`;
}

function minute(timestamp) {
  return `${timestamp.slice(0, 16).replace('T', ' ')} UTC`;
}

module.exports = { info };
