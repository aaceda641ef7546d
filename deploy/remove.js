'use strict';

/** The end of a stage: what runs goes, the caller before the called; what was stored stays. */

const { removeJob } = require('./scheduler');

async function remove(plan, gcloud, say) {
  const told = (what, name, removed) => say(`  ${what.padEnd(10)}${name}: ${removed ? 'removed' : 'was not there'}`);
  for (const service of plan.services.filter(({ schedule }) => schedule)) {
    told('schedule', service.schedule.job, await removeJob(plan, service, gcloud));
  }
  for (const { key, name } of plan.services) {
    const removed = await gcloud.removed(['run', 'services', 'delete', name, `--region=${plan.region}`]);
    told(key, name, removed);
  }
  say('These stay: the database, the secrets, the service accounts, and the images in Artifact Registry.');
  say('Meta goes on calling the old address until the webhook is taken out of its app dashboard.');
}

module.exports = { remove };
