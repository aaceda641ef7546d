'use strict';

/** The Serverless provider for Google: serverless.yml in, gcloud calls out. It holds no credentials. */

const fs = require('node:fs');
const path = require('node:path');

const { Deploy } = require('./deploy');
const { Gcloud, Problem } = require('./gcloud');
const { defineSchema, emptySettings, planOf, unknownHandlers } = require('./plan');
const { Service } = require('./service');
const { copySource } = require('./source');
const { info, remove, rollback } = require('./stage_commands');

class GooglePlugin {
  static getProviderName() {
    return 'google';
  }

  constructor(serverless, options, { writeText }) {
    this.serverless = serverless;
    this.options = options;
    this.print = writeText;
    serverless.setProvider('google', this);
    defineSchema(serverless.configSchemaHandler);
    const hook = (action) => () => this.run(action);
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.disableZip(),
      'package:createDeploymentArtifacts': hook((plan) => this.package(plan)),
      'deploy:deploy': hook((plan, services, gcloud) => this.deploy(plan, services, gcloud)),
      'info:info': hook((plan, services) => info(plan, services, this.print)),
      'remove:remove': hook((plan, services) => remove(services, this.print)),
      'rollback:rollback': hook((plan, services) => rollback(services, this.print)),
    };
  }

  /** gcloud uploads a folder, so osls need not make its own archive. */
  disableZip() {
    for (const given of Object.values(this.serverless.service.functions)) given.package = { disable: true };
  }

  /** Copies what is uploaded into .serverless; `osls package` ends here. */
  package(plan) {
    const main = fs.readFileSync(path.join(plan.folder, 'main.py'), 'utf8');
    refuse([...emptySettings(plan.environment), ...unknownHandlers(plan.services, main)]);
    fs.mkdirSync(plan.workFolder, { recursive: true });
    this.source = copySource(plan.folder, plan.patterns, path.join(plan.workFolder, 'source'));
    this.print(`${this.source.files.length} files to upload, in ${path.relative(plan.folder, this.source.folder)}`);
  }

  deploy(plan, services, gcloud) {
    if (!this.source) this.package(plan);
    return new Deploy({ plan, services, gcloud, source: this.source, print: this.print, force: this.options.force }).run();
  }

  /** Runs an action. A Problem is an error of the operator's, which osls shows without a stack trace. */
  async run(action) {
    try {
      const { plan, problems } = planOf(this.serverless, this.options.stage);
      refuse(problems);
      const gcloud = new Gcloud(plan.project);
      await action(plan, plan.services.map((given) => new Service(plan, given, gcloud)), gcloud);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new this.serverless.classes.Error(error.message, 'MOSTRADOR_DEPLOY');
    }
  }
}

function refuse(problems) {
  if (problems.length > 0) throw new Problem(['serverless.yml cannot be used as it is:', ...problems].join('\n  '));
}

module.exports = GooglePlugin;
