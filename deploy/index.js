'use strict';

/** The Serverless provider for Google: serverless.yml in, gcloud calls out. It holds no credentials. */

const fs = require('node:fs');
const path = require('node:path');

const { Deploy } = require('./deploy');
const { Gcloud, Problem } = require('./gcloud');
const { defineSchema, emptySettings, planOf, unknownHandlers } = require('./plan');
const { revoke } = require('./revoke');
const { Service } = require('./service');
const { copySource } = require('./source');
const { info, remove, rollback } = require('./stage_commands');

const COMMANDS = {
  candidate: {
    usage: 'The first part of a deploy: builds and checks new revisions, and sends nobody to them',
    lifecycleEvents: ['candidate'],
  },
  promote: {
    usage: 'The second part of a deploy: the newest revisions serve',
    lifecycleEvents: ['promote'],
    options: { revisions: { usage: 'Only if these are the newest, with commas between them', type: 'string' } },
  },
  revoke: {
    usage: 'Closes everything but what serves: old revisions, their addresses, and old versions of secrets',
    lifecycleEvents: ['revoke'],
  },
};

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
    this.commands = COMMANDS;
    const hook = (action) => () => this.run(action);
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.disableZip(),
      'package:createDeploymentArtifacts': hook((plan) => this.package(plan)),
      'deploy:deploy': hook((...given) => this.deploy(...given).run()),
      'candidate:candidate': hook((...given) => this.deploy(...given).runCandidate()),
      'promote:promote': hook((...given) => this.promotion(...given).runPromotion(this.expected())),
      'revoke:revoke': hook((plan, services, gcloud) => revoke(plan, services, gcloud, this.print)),
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
    return new Deploy({ plan, services, gcloud, source: this.source, print: this.print, force: this.options.force });
  }

  promotion(plan, services, gcloud) {
    return new Deploy({ plan, services, gcloud, print: this.print });
  }

  /** The names of the revisions that may be promoted; none: whatever is newest. */
  expected() {
    return (this.options.revisions ?? '').split(',').filter(Boolean);
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
