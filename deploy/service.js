'use strict';

/** A service on Cloud Run: what is deployed, its next revision, its traffic, and the job that calls it on schedule. */

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const { Problem } = require('./gcloud');

// Tags: the newest revision, with or without traffic; and those that served before the current one, the last of them first.
const CANDIDATE = 'candidate';
const BEFORE = ['previous', 'previous-2'];
const PAUSE = 1_000;
const MAX_CALL = 10_000;
const MAX_READY_SECONDS = 60;

const PUBLIC = ['--no-invoker-iam-check', '--ingress=all'];
// Cloud Scheduler counts as internal when it calls the run.app address of a service in its own project.
const PRIVATE = ['--invoker-iam-check', '--no-allow-unauthenticated', '--ingress=internal'];

class Service {
  /** `given` is one of plan.services. */
  constructor(plan, given, gcloud) {
    Object.assign(this, given, { plan, gcloud, where: `--region=${plan.region}` });
  }

  /** Reads what is deployed, in knative's form; null if nothing is. */
  async read() {
    this.deployed = await this.gcloud.find(['run', 'services', 'describe', this.name, this.where]);
  }

  get newest() {
    return this.deployed?.status?.latestCreatedRevisionName ?? null;
  }

  get newestReady() {
    return this.deployed?.status?.latestReadyRevisionName ?? null;
  }

  get traffic() {
    return this.deployed?.status?.traffic ?? [];
  }

  /** The revision that gets most of the traffic; null before there is one. */
  get serving() {
    const [most] = this.traffic.toSorted((one, other) => (other.percent ?? 0) - (one.percent ?? 0));
    return most?.percent ? most.revisionName : null;
  }

  /** The revisions that served before, the last of them first: what a rollback goes back to. */
  get before() {
    const tagged = BEFORE.map((tag) => this.tagged(tag)?.revisionName);
    return tagged.filter((revision) => revision && revision !== this.serving);
  }

  get candidateUrl() {
    return this.tagged(CANDIDATE)?.url ?? null;
  }

  tagged(tag) {
    return this.traffic.find((target) => target.tag === tag);
  }

  /** Cloud Run gives a service two addresses. The one that is known beforehand is used, if the service has it. */
  address(projectNumber) {
    const predicted = `https://${this.name}-${projectNumber}.${this.plan.region}.run.app`;
    const listed = JSON.parse(this.deployed?.metadata.annotations?.['run.googleapis.com/urls'] ?? '[]');
    return listed.includes(predicted) ? predicted : (this.deployed?.status?.url ?? predicted);
  }

  /** Builds a new revision, without traffic if another one can have it. Unless `force`, an unchanged one is not built. */
  async build({ source, secrets, environment, fingerprint, force, print }) {
    if (!force && this.isBuilt(fingerprint)) return this.tagNewest();
    print(`  (building ${this.key}; two or three minutes)`);
    const file = this.writeEnvironment(environment);
    try {
      await this.gcloud.run([
        ...['run', 'deploy', this.name, this.where, `--source=${source.folder}`, `--env-vars-file=${file}`],
        `--build-service-account=projects/${this.plan.project}/serviceAccounts/${this.plan.buildAccount}`,
        ...this.revisionArguments(secrets),
        `--labels=${pairs({ service: this.plan.service, stage: this.plan.stage, fingerprint })}`,
        `--tag=${CANDIDATE}`,
        // Cloud Run refuses this where no other revision could have the traffic.
        ...(this.newestReady ? ['--no-traffic'] : []),
      ]);
    } catch (error) {
      error.message += `\nIts log: gcloud run services logs read ${this.name} ${this.where} --project=${this.plan.project}`;
      throw error;
    } finally {
      fs.rmSync(file);
    }
    await this.read();
  }

  revisionArguments(secrets) {
    return [
      ...[`--function=${this.handler}`, `--base-image=${this.plan.baseImage}`, `--service-account=${this.plan.account}`],
      `--set-secrets=${pairs(secrets)}`,
      ...[`--cpu=${this.cpu}`, `--memory=${this.memory}`, `--timeout=${this.timeoutSeconds}`],
      ...[`--concurrency=${this.concurrency}`, `--min=${this.minInstances}`],
      ...[`--max-instances=${this.maxInstances}`, '--cpu-boost'],
      this.cpuThrottling ? '--cpu-throttling' : '--no-cpu-throttling',
      ...(this.http ? PUBLIC : PRIVATE),
    ];
  }

  isBuilt(fingerprint) {
    if (this.deployed?.metadata.labels?.fingerprint !== fingerprint) return false;
    return this.newest === this.newestReady;
  }

  /** So that it has an address of its own, which `osls revoke` takes away. */
  async tagNewest() {
    if (this.newest === this.tagged(CANDIDATE)?.revisionName) return;
    await this.updateTraffic([`--update-tags=${CANDIDATE}=${this.newest}`]);
    await this.read();
  }

  /** In a file, as values may contain commas. JSON is YAML. */
  writeEnvironment(environment) {
    const file = path.join(this.plan.workFolder, `${this.key}.yaml`);
    const platform = { THREADS: String(this.concurrency), LOG_EXECUTION_ID: 'true' };
    fs.writeFileSync(file, JSON.stringify({ ...environment, ...platform }, null, 2), { mode: 0o600 });
    return file;
  }

  /** Another revision of the same build, with the right PUBLIC_URL. */
  async correctPublicUrl(url, fingerprint) {
    const how = [`--update-env-vars=PUBLIC_URL=${url}`, `--update-labels=fingerprint=${fingerprint}`, `--tag=${CANDIDATE}`];
    await this.gcloud.run(['run', 'services', 'update', this.name, this.where, ...how]);
    await this.read();
  }

  /** Until the newest revision is ready; throws if it does not become so. */
  async waitUntilReady() {
    const deadline = Date.now() + MAX_READY_SECONDS * 1000;
    while (this.newest !== this.newestReady) {
      if (Date.now() > deadline) throw new Problem(`${this.newest} is not ready after ${MAX_READY_SECONDS} seconds`);
      await sleep(PAUSE);
      await this.read();
    }
  }

  /** Asks the newest revision itself, by its tagged address, before any customer does. */
  async waitUntilHealthy() {
    const { health, healthSeconds } = this.http;
    const url = this.candidateUrl + health;
    const deadline = Date.now() + healthSeconds * 1000;
    let answer = 'nothing';
    while (Date.now() < deadline) {
      answer = await statusOf(url);
      if (answer === 200) return;
      await sleep(PAUSE);
    }
    throw new Problem(`${url} answers ${answer}, not 200, after ${healthSeconds} seconds`);
  }

  /** Sends all traffic to the newest revision; what served until now stays behind it, for a rollback. */
  promote() {
    return this.serveBy(this.newest, [this.serving, ...this.before]);
  }

  /** Sends all traffic to the revision that served before, and forgets the current one: nobody goes back to that. */
  rollBack() {
    const [revision, ...before] = this.before;
    return this.serveBy(revision, before);
  }

  serveBy(revision, before) {
    const kept = BEFORE.map((tag, index) => [tag, before[index]]);
    const tags = Object.fromEntries(kept.filter(([, name]) => name));
    const stale = BEFORE.filter((tag) => !(tag in tags) && this.tagged(tag));
    return this.updateTraffic([
      `--to-revisions=${revision}=100`,
      ...(Object.keys(tags).length > 0 ? [`--update-tags=${pairs(tags)}`] : []),
      ...(stale.length > 0 ? [`--remove-tags=${stale.join(',')}`] : []),
    ]);
  }

  /** No revision but this one can be reached any more. */
  serveOnly(revision) {
    return this.updateTraffic([`--to-revisions=${revision}=100`, '--clear-tags']);
  }

  updateTraffic(how) {
    return this.gcloud.run(['run', 'services', 'update-traffic', this.name, this.where, ...how]);
  }

  /** The newest revisions, newest first; all of them without a limit. */
  revisions(limit) {
    const some = limit ? [`--limit=${limit}`] : [];
    return this.gcloud.json(['run', 'revisions', 'list', `--service=${this.name}`, this.where, ...some]);
  }

  revision(name) {
    return this.gcloud.json(['run', 'revisions', 'describe', name, this.where]);
  }

  deleteRevision(name) {
    return this.gcloud.delete(['run', 'revisions', 'delete', name, this.where]);
  }

  /** Whether there was one to delete. */
  delete() {
    return this.gcloud.delete(['run', 'services', 'delete', this.name, this.where]);
  }

  findJob() {
    return this.gcloud.find(['scheduler', 'jobs', 'describe', this.job.name, `--location=${this.plan.region}`]);
  }

  deleteJob() {
    return this.gcloud.delete(['scheduler', 'jobs', 'delete', this.job.name, `--location=${this.plan.region}`]);
  }

  /** The job of Cloud Scheduler that calls this service and proves its identity (OIDC): [created or updated, paused]. */
  async saveJob(address) {
    const { name, cron, timeZone, account, deadlineSeconds } = this.job;
    const found = await this.findJob();
    const verb = found ? 'update' : 'create';
    await this.gcloud.run([
      ...['scheduler', 'jobs', verb, 'http', name, `--location=${this.plan.region}`],
      ...[`--schedule=${cron}`, `--time-zone=${timeZone}`, `--uri=${address}/`, '--http-method=POST'],
      ...[`--oidc-service-account-email=${account}`, `--oidc-token-audience=${address}`],
      `--attempt-deadline=${deadlineSeconds}s`,
    ]);
    return [`${verb}d`, found?.state === 'PAUSED'];
  }
}

async function statusOf(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(MAX_CALL), redirect: 'manual' })).status;
  } catch (error) {
    return `nothing (${error.cause?.code ?? error.name})`;
  }
}

function pairs(object) {
  return Object.entries(object).map(([name, value]) => `${name}=${value}`).join(',');
}

module.exports = { Service, statusOf };
