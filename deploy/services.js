'use strict';

/** A service on Cloud Run as gcloud describes it (knative's form), and what is done to one. */

// The newest revision, with or without traffic, and the one that served before the serving one.
const CANDIDATE = 'candidate';
const PREVIOUS = 'previous';

function describe(plan, service, gcloud) {
  return gcloud.find(['run', 'services', 'describe', service.name, `--region=${plan.region}`]);
}

/** The revision that gets most of the traffic; null before there is one. */
function servingRevision(described) {
  const [most] = traffic(described).sort((one, other) => (other.percent ?? 0) - (one.percent ?? 0));
  return most?.percent ? most.revisionName : null;
}

function tagged(described, tag) {
  return traffic(described).find((target) => target.tag === tag) ?? null;
}

function traffic(described) {
  return [...(described?.status?.traffic ?? [])];
}

function newestRevision(described) {
  return described?.status?.latestCreatedRevisionName ?? null;
}

function readyRevision(described) {
  return described?.status?.latestReadyRevisionName ?? null;
}

/** Cloud Run gives a service two addresses. The one that can be told beforehand is used, if the service has it. */
function addressOf(described, foretold) {
  const listed = JSON.parse(described.metadata.annotations?.['run.googleapis.com/urls'] ?? '[]');
  return listed.includes(foretold) ? foretold : (described.status?.url ?? foretold);
}

function foretoldAddress(plan, service, projectNumber) {
  return `https://${service.name}-${projectNumber}.${plan.region}.run.app`;
}

/** All traffic to the newest revision; the one that served until now is marked for a rollback. */
function promote(plan, service, before, gcloud) {
  const mark = before ? [`--update-tags=${PREVIOUS}=${before}`] : [];
  return changeTraffic(plan, service, ['--to-latest', ...mark], gcloud);
}

function serve(plan, service, revision, gcloud) {
  return changeTraffic(plan, service, [`--to-revisions=${revision}=100`], gcloud);
}

function changeTraffic(plan, service, how, gcloud) {
  return gcloud.run(['run', 'services', 'update-traffic', service.name, `--region=${plan.region}`, ...how]);
}

module.exports = {
  CANDIDATE,
  PREVIOUS,
  addressOf,
  describe,
  foretoldAddress,
  newestRevision,
  promote,
  readyRevision,
  serve,
  servingRevision,
  tagged,
};
