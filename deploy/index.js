'use strict';

/** The Serverless provider for Google: serverless.yml in, gcloud calls out. No dependencies, no credentials. */

const fs = require('node:fs');
const path = require('node:path');

const { Deploy } = require('./deploy');
const { Gcloud } = require('./gcloud');
const { info } = require('./info');
const { planOf } = require('./plan');
const { Problem } = require('./problem');
const { remove } = require('./remove');
const { rollback } = require('./rollback');
const { emptySettings, unknownHandlers } = require('./rules');
const { defineSchema } = require('./schema');
const { stage } = require('./staging');

class GooglePlugin {
  static getProviderName() {
    return 'google';
  }

  constructor(serverless, options, { writeText }) {
    this.serverless = serverless;
    this.options = options;
    this.say = writeText;
    serverless.setProvider('google', this);
    defineSchema(serverless.configSchemaHandler);
    const hook = (action) => () => this.telling(action);
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.leaveOutZip(),
      'package:createDeploymentArtifacts': hook((plan) => this.package(plan)),
      'deploy:deploy': hook((plan, gcloud) => this.deploy(plan, gcloud)),
      'info:info': hook((plan, gcloud) => info(plan, gcloud, this.say)),
      'remove:remove': hook((plan, gcloud) => remove(plan, gcloud, this.say)),
      'rollback:rollback': hook((plan, gcloud) => rollback(plan, gcloud, this.say)),
    };
  }

  /** gcloud uploads a folder, so osls need not walk the project for its own archive. */
  leaveOutZip() {
    for (const given of Object.values(this.serverless.service.functions)) given.package = { disable: true };
  }

  /** Stages what will be uploaded, in .serverless; `osls package` ends here. */
  package(plan) {
    const main = fs.readFileSync(path.join(plan.folder, 'main.py'), 'utf8');
    const problems = [...emptySettings(plan.environment), ...unknownHandlers(plan.services, main)];
    if (problems.length > 0) this.refuse(problems);
    fs.mkdirSync(plan.workFolder, { recursive: true });
    this.staged = stage(plan.folder, plan.patterns, path.join(plan.workFolder, 'source'));
    this.say(`${this.staged.files.length} files to upload, in ${path.relative(plan.folder, this.staged.folder)}`);
  }

  deploy(plan, gcloud) {
    if (!this.staged) this.package(plan);
    return new Deploy(plan, this.staged, { gcloud, say: this.say, force: this.options.force }).run();
  }

  plan() {
    const stageName = this.serverless.service.provider.stage;
    const plan = planOf(this.serverless, this.options.stage ?? stageName, (problems) => this.refuse(problems));
    return { ...plan, workFolder: path.join(plan.folder, '.serverless', plan.stage) };
  }

  refuse(problems) {
    throw new Problem(`serverless.yml cannot be used as it is:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }

  async telling(action) {
    try {
      const plan = this.plan();
      await action(plan, new Gcloud(plan.project));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new this.serverless.classes.Error(error.message, 'MOSTRADOR_DEPLOY');
    }
  }
}

module.exports = GooglePlugin;
