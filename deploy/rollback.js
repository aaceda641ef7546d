'use strict';

/** The way back: each service is served again by the revision that served before this one. */

const { Problem } = require('./problem');
const { PREVIOUS, describe, serve, servingRevision, tagged } = require('./services');

/** Nothing moves unless all of them can. */
async function rollback(plan, gcloud, say) {
  const moves = [];
  for (const service of plan.services) moves.push(await moveOf(plan, service, gcloud));
  const stuck = moves.filter(({ to }) => !to).map(({ why }) => why);
  if (stuck.length > 0) throw new Problem(`${stuck.join('; ')}. Nothing was changed.`);
  for (const { service, from, to } of moves) {
    await serve(plan, service, to, gcloud);
    say(`  ${service.key.padEnd(10)}${to} serves again, instead of ${from}`);
  }
  say('Secrets are the ones those revisions were made with; the database stays as it is.');
}

async function moveOf(plan, service, gcloud) {
  const described = await describe(plan, service, gcloud);
  const from = servingRevision(described);
  const to = tagged(described, PREVIOUS)?.revisionName;
  if (!from) return { why: `${service.name} is not deployed` };
  if (!to) return { why: `${service.name} has served only ${from}` };
  if (to === from) return { why: `${service.name} is back at ${from} already` };
  return { service, from, to };
}

module.exports = { rollback };
