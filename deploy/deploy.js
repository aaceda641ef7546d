'use strict';

/** `osls deploy`: checks everything that can be wrong first, and lets customers in last. */

const fs = require('node:fs');

const { allowCalls, createAccounts, pinSecrets } = require('./resources');

class Deploy {
  constructor({ plan, services, gcloud, source, print, force }) {
    Object.assign(this, { plan, gcloud, source, print, force });
    // The public one first: the others are given its address.
    this.services = services.toSorted((one, other) => Boolean(other.http) - Boolean(one.http));
  }

  async run() {
    const { service, stage, project, region } = this.plan;
    this.print(`${service}, stage ${stage}: to ${project}, ${region}`);
    const steps = this.steps();
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

  /** [name, action]; an action returns the line to print. */
  steps() {
    const each = (verb, services, action) =>
      services.map((service) => [`${verb} ${service.key}`, () => action.call(this, service)]);
    return [
      ['inspect', () => this.inspect()],
      ['secrets', () => this.pin()],
      ['accounts', () => this.createAccounts()],
      ...each('build', this.services, this.build),
      ...each('check', this.services, this.check),
      ...each('serve', this.services, this.serve),
      ...each('schedule', this.services.filter(({ job }) => job), this.schedule),
    ];
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
    await service.build(this);
    const address = service.address(this.projectNumber);
    if (service.http && !this.plan.publicUrl && address !== this.environment.PUBLIC_URL) {
      this.environment.PUBLIC_URL = address; // a new service did not get the predicted one
      await service.correctPublicUrl(address);
    }
    return `${service.newest}${service.newest === before ? ', unchanged' : ''}`;
  }

  async check(service) {
    await service.waitUntilReady();
    if (!service.http) return 'ready';
    await service.waitUntilHealthy();
    return `ready, ${service.http.health} answers 200`;
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
      const url = one.address(this.projectNumber);
      result[one.key] = { service: one.name, url, revision: one.promoted, job: one.job?.name };
    }
    fs.writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  }
}

module.exports = { Deploy };
