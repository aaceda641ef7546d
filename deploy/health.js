'use strict';

/** Whether a new revision may have traffic: Cloud Run calls it ready and, where it is public, it answers 200. */

const { setTimeout: sleep } = require('node:timers/promises');

const { Problem } = require('./problem');
const { CANDIDATE, describe, newestRevision, readyRevision, tagged } = require('./services');

const PAUSE = 1_000;
const ONE_CALL = 10_000;
const READY_SECONDS = 60;

/** Returns the service as described when its newest revision is ready; throws if it does not become so. */
async function waitUntilReady(plan, service, described, gcloud) {
  const deadline = Date.now() + READY_SECONDS * 1000;
  while (newestRevision(described) !== readyRevision(described)) {
    if (Date.now() > deadline) throw new Problem(`${newestRevision(described)} is not ready after ${READY_SECONDS} seconds`);
    await sleep(PAUSE);
    described = await describe(plan, service, gcloud);
  }
  return described;
}

/** Asks the revision itself, by its tagged address, before any customer does. */
async function waitUntilHealthy(service, described) {
  const { url } = tagged(described, CANDIDATE);
  const deadline = Date.now() + service.http.healthSeconds * 1000;
  let answer = 'nothing';
  while (Date.now() < deadline) {
    answer = await statusOf(url + service.http.health);
    if (answer === 200) return;
    await sleep(PAUSE);
  }
  throw new Problem(`${url}${service.http.health} answers ${answer}, not 200, after ${service.http.healthSeconds} seconds`);
}

async function statusOf(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(ONE_CALL), redirect: 'manual' })).status;
  } catch (error) {
    return `nothing (${error.cause?.code ?? error.name})`;
  }
}

module.exports = { waitUntilReady, waitUntilHealthy };
