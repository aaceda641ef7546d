'use strict';

/** The deploy: everything that can be wrong is looked at first, and customers are let in last. */

const fs = require('node:fs');

const { allowBuild, allowCalls, allowSecrets, ensureAccounts } = require('./accounts');
const { waitUntilHealthy, waitUntilReady } = require('./health');
const { correctPublicUrl, release } = require('./release');
const { runSteps } = require('./steps');
const { ensureJob } = require('./scheduler');
const { pinnedSecrets } = require('./secrets');
const { addressOf, describe, foretoldAddress, newestRevision, promote, servingRevision } = require('./services');

class Deploy {
  constructor(plan, staged, { gcloud, say, force }) {
    Object.assign(this, { plan, staged, gcloud, say, force });
    // The public one first: the others are given its address.
    this.services = [...plan.services].sort((one, other) => Boolean(other.http) - Boolean(one.http));
    this.before = {};
    this.now = {};
  }

  async run() {
    const { plan } = this;
    this.say(`${plan.service}, stage ${plan.stage}: to ${plan.project}, ${plan.region}`);
    await runSteps(this.steps(), this.say, () => this.standing());
    this.writeResult();
  }

  steps() {
    const each = (verb, action) => this.services.map((service) => [`${verb} ${service.key}`, () => action.call(this, service)]);
    return [
      ['look', () => this.look()],
      ['secrets', () => this.pinSecrets()],
      ['accounts', () => this.makeAccounts()],
      ...each('build', this.build),
      ...each('check', this.check),
      ...each('serve', this.serve),
      ...this.services.filter(({ schedule }) => schedule).map((service) => ['schedule', () => this.schedule(service)]),
    ];
  }

  async pinSecrets() {
    this.secrets = await pinnedSecrets(this.plan, this.gcloud);
    return Object.entries(this.secrets).map(([setting, pinned]) => `${setting} ${pinned.split(':')[1]}`).join(', ');
  }

  async makeAccounts() {
    const made = await ensureAccounts(this.plan, this.gcloud);
    await allowBuild(this.plan, this.gcloud);
    await allowSecrets(this.plan, this.gcloud);
    return made.length > 0 ? `made ${made.map((email) => email.split('@')[0]).join(', ')}` : 'there';
  }

  /** What is there now, and from it the address that the links will have. */
  async look() {
    const { plan, gcloud } = this;
    const asked = this.services.map((service) => describe(plan, service, gcloud));
    const [project, ...described] = await Promise.all([gcloud.json(['projects', 'describe', plan.project]), ...asked]);
    this.projectNumber = project.projectNumber;
    this.before = Object.fromEntries(this.services.map(({ key }, i) => [key, described[i]]));
    const [webhook] = this.services;
    const address = this.before[webhook.key] ? this.address(webhook, this.before) : this.foretold(webhook);
    this.environment = { ...plan.environment, PUBLIC_URL: plan.publicUrl || address };
    return `links will lead to ${this.environment.PUBLIC_URL}`;
  }

  async build(service) {
    const { plan, staged, secrets, environment, force } = this;
    const before = this.before[service.key];
    this.now[service.key] = await release(plan, service, { staged, secrets, environment, force, before }, this);
    if (service.http && !plan.publicUrl) await this.settleAddress(service);
    const revision = newestRevision(this.now[service.key]);
    return `${revision}${revision === newestRevision(before) ? ', unchanged' : ''}`;
  }

  /** PUBLIC_URL was foretold; if the service has got another address, that one is right. */
  async settleAddress(service) {
    const address = this.address(service, this.now);
    if (address === this.environment.PUBLIC_URL) return;
    this.environment.PUBLIC_URL = address;
    this.now[service.key] = await correctPublicUrl(this.plan, service, address, this.gcloud);
  }

  async check(service) {
    const { plan, gcloud } = this;
    const described = await waitUntilReady(plan, service, this.now[service.key], gcloud);
    this.now[service.key] = described;
    if (!service.http) return 'ready';
    await waitUntilHealthy(service, described);
    return `ready, ${service.http.health} answers 200`;
  }

  async serve(service) {
    const described = this.now[service.key];
    const [newest, before] = [newestRevision(described), servingRevision(described)];
    if (newest !== before) await promote(this.plan, service, before, this.gcloud);
    this.serving = { ...this.serving, [service.key]: newest };
    return `${this.address(service, this.now)} by ${newest}${before && before !== newest ? `, before by ${before}` : ''}`;
  }

  async schedule(service) {
    const { plan, gcloud } = this;
    await allowCalls(plan, service, gcloud);
    const { verb, paused } = await ensureJob(plan, service, this.address(service, this.now), gcloud);
    const warning = paused ? `; it is PAUSED: gcloud scheduler jobs resume ${service.schedule.job} --location=${plan.region}` : '';
    return `${service.schedule.cron} ${service.schedule.timeZone}, ${verb}${warning}`;
  }

  /** For whoever reads about a failure: what customers meet now. */
  standing() {
    if (!this.environment) return [];
    return this.services.map(({ key }) => {
      const revision = this.serving?.[key] ?? servingRevision(this.now[key] ?? this.before[key]);
      return `${key} is served by ${revision ?? 'nothing yet'}`;
    });
  }

  address(service, described) {
    return addressOf(described[service.key], this.foretold(service));
  }

  foretold(service) {
    return foretoldAddress(this.plan, service, this.projectNumber);
  }

  /** For a program that goes on from here. */
  writeResult() {
    const path = process.env.MOSTRADOR_DEPLOY_RESULT;
    if (!path) return;
    const { service, stage, project, region } = this.plan;
    const services = this.services.map((one) => [
      one.key,
      { service: one.name, url: this.address(one, this.now), revision: this.serving[one.key], job: one.schedule?.job },
    ]);
    const result = { service, stage, project, region, publicUrl: this.environment.PUBLIC_URL, ...Object.fromEntries(services) };
    fs.writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  }
}

module.exports = { Deploy };
