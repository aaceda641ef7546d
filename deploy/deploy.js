'use strict';

/** `osls deploy`: checks everything that can be wrong first, and lets customers in last.
 *
 * `osls candidate` is its first part, up to new revisions that nobody is sent to, and `osls promote` the rest: between them
 * `python -m ops deploy`, which has the secrets, tries what this plugin cannot.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');

const { Problem } = require('./gcloud');
const { allowCalls, createAccounts, pinSecrets } = require('./resources');

const NOT_TRIED = "; not tried: Meta's verification and a signed call, which `make deploy` tries";

class Deploy {
  constructor({ plan, services, gcloud, source, print, force }) {
    Object.assign(this, { plan, gcloud, source, print, force });
    // The public one first: the others are given its address.
    this.services = services.toSorted((one, other) => Boolean(other.http) - Boolean(one.http));
  }

  /** All of it. */
  run() {
    return this.runSteps([...this.stepsOfCandidate(NOT_TRIED), ...this.stepsOfPromotion()]);
  }

  /** New revisions, with an address of their own and without traffic, except the first ones ever. */
  runCandidate() {
    return this.runSteps(this.stepsOfCandidate(''));
  }

  /** Traffic to the newest revisions, which must be `expected`, if any are: they were tried, and others were not. */
  runPromotion(expected) {
    const inspect = ['inspect', () => this.inspect()];
    const confirm = ['confirm', () => this.confirm(expected)];
    return this.runSteps([inspect, confirm, ...this.stepsOfPromotion()]);
  }

  async runSteps(steps) {
    const { service, stage, project, region } = this.plan;
    this.print(`${service}, stage ${stage}: to ${project}, ${region}`);
    const width = Math.max(...steps.map(([name]) => name.length)) + 2;
    for (const [index, [name, action]] of steps.entries()) {
      try {
        this.print(`  ${name.padEnd(width)}${await action()}`);
      } catch (error) {
        error.message = this.failure(steps, index, error.message);
        throw error;
      }
    }
    this.writeResult();
  }

  /** [name, action] each; an action returns the line to print. */
  stepsOfCandidate(note) {
    return [
      ['inspect', () => this.inspect()],
      ['secrets', () => this.pin()],
      ['accounts', () => this.createAccounts()],
      ...this.each('build', this.services, this.build),
      ...this.each('check', this.services, (service) => this.check(service, note)),
    ];
  }

  stepsOfPromotion() {
    const scheduled = this.services.filter(({ job }) => job);
    return [...this.each('serve', this.services, this.serve), ...this.each('schedule', scheduled, this.schedule)];
  }

  each(verb, services, action) {
    return services.map((service) => [`${verb} ${service.key}`, () => action.call(this, service)]);
  }

  /** Reads what is deployed, and decides the address that links will have. */
  async inspect() {
    const [webhook] = this.services;
    const [project] = await Promise.all([
      this.gcloud.json(['projects', 'describe', this.plan.project]),
      ...this.services.map((service) => service.read()),
    ]);
    this.projectNumber = project.projectNumber;
    this.environment = { ...this.plan.environment, PUBLIC_URL: this.plan.publicUrl || webhook.address(this.projectNumber) };
    return `links will lead to ${this.environment.PUBLIC_URL}`;
  }

  /** The newest revisions are ready, and nobody has deployed others meanwhile. */
  confirm(expected) {
    for (const { name, newest, newestReady } of this.services) {
      if (!newest) throw new Problem(`${name} is not deployed`);
      if (newest !== newestReady) throw new Problem(`${newest} is not ready`);
      if (expected.length > 0 && !expected.includes(newest)) {
        throw new Problem(`${newest} is newer than what was tried (${expected.join(', ')}): somebody else has deployed meanwhile`);
      }
    }
    return this.services.map(({ newest }) => newest).join(', ');
  }

  async pin() {
    this.secrets = await pinSecrets(this.plan, this.gcloud);
    return Object.entries(this.secrets).map(([setting, pinned]) => `${setting} ${pinned.split(':')[1]}`).join(', ');
  }

  async createAccounts() {
    const created = await createAccounts(this.plan, this.secrets, this.gcloud);
    return created.length > 0 ? `created ${created.join(', ')}` : 'exist';
  }

  async build(service) {
    const before = service.newest;
    await service.build({ ...this, fingerprint: this.fingerprint() });
    const address = service.address(this.projectNumber);
    if (service.http && !this.plan.publicUrl && address !== this.environment.PUBLIC_URL) {
      this.environment.PUBLIC_URL = address; // a new service did not get the predicted one
      await service.correctPublicUrl(address, this.fingerprint());
    }
    return `${service.newest}${service.newest === before ? ', unchanged' : ''}`;
  }

  /** Of all services together: what changes one of them makes new revisions of all, which serve, and are rolled back, together. */
  fingerprint() {
    const revisions = this.services.map((service) => service.revisionArguments(this.secrets));
    const made = JSON.stringify([this.source.fingerprint, this.environment, revisions]);
    return createHash('sha256').update(made).digest('hex').slice(0, 16);
  }

  async check(service, note) {
    await service.waitUntilReady();
    if (!service.http) return 'ready';
    await service.waitUntilHealthy();
    return `ready, ${service.http.health} answers 200${note}`;
  }

  async serve(service) {
    const { newest, serving } = service;
    if (newest !== serving) await service.promote();
    service.promoted = newest;
    const before = serving && serving !== newest ? `, before by ${serving}` : '';
    return `${service.address(this.projectNumber)} by ${newest}${before}`;
  }

  async schedule(service) {
    await allowCalls(service, this.gcloud);
    const { name, cron, timeZone } = service.job;
    const [done, paused] = await service.saveJob(service.address(this.projectNumber));
    const warning = paused ? `; it is PAUSED: gcloud scheduler jobs resume ${name} --location=${this.plan.region}` : '';
    return `${cron} ${timeZone}, ${done}${warning}`;
  }

  /** Says what failed, what is done and what is not, and which revisions customers meet now. */
  failure(steps, index, reason) {
    const names = (some) => some.map(([name]) => name).join(', ') || 'nothing';
    const serving = ({ key, promoted, serving }) => `  ${key} is served by ${promoted ?? serving ?? 'nothing yet'}`;
    return [
      `${steps[index][0]} failed.`,
      reason.replace(/^/gm, '    '),
      `  done:      ${names(steps.slice(0, index))}`,
      `  not done:  ${names(steps.slice(index))}`,
      ...(this.environment ? this.services.map(serving) : []),
      'Fix it and run the same command again: what is done already is not done twice.',
    ].join('\n');
  }

  /** For `python -m ops deploy`, which continues from here. */
  writeResult() {
    const path = process.env.MOSTRADOR_DEPLOY_RESULT;
    if (!path) return;
    const { service, stage, project, region } = this.plan;
    const result = { service, stage, project, region, publicUrl: this.environment.PUBLIC_URL };
    for (const one of this.services) {
      const { name, newest, serving, candidateUrl, promoted, minInstances, job } = one;
      const url = one.address(this.projectNumber);
      const candidate = promoted ? undefined : { revision: newest, url: candidateUrl, servingNow: serving };
      result[one.key] = { service: name, url, revision: promoted, minInstances, job: job?.name, candidate };
    }
    fs.writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  }
}

module.exports = { Deploy };
