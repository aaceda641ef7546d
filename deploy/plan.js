'use strict';

/** What is to be there: serverless.yml, resolved, with the names that follow from service and stage. */

const { problemsOf } = require('./rules');

/** Everything wrong with the description comes together; `refuse` turns it into an error. */
function planOf(serverless, stage, refuse) {
  const { service, provider, functions, package: packaging } = serverless.service;
  const problems = problemsOf(provider, functions, stage);
  if (problems.length > 0) refuse(problems);
  return {
    service,
    stage,
    project: provider.project,
    region: provider.region,
    baseImage: provider.baseImage,
    account: emailOf(provider.serviceAccount, provider.project),
    buildAccount: emailOf(provider.buildServiceAccount, provider.project),
    publicUrl: provider.publicUrl.replace(/\/+$/, ''),
    environment: withoutNulls(provider.environment),
    secrets: provider.secrets.map((setting) => ({ setting, name: secretName(service, stage, setting) })),
    patterns: packaging.patterns ?? [],
    folder: serverless.serviceDir,
    services: Object.entries(functions).map(([key, given]) => serviceOf(key, given, service, provider, stage)),
  };
}

function serviceOf(key, given, service, provider, stage) {
  const { http, schedule } = Object.assign({}, ...given.events);
  const full = `${service}-${stage}-${key}`;
  return {
    ...given,
    key,
    name: full,
    http,
    schedule: schedule && {
      ...schedule,
      job: full,
      account: emailOf(schedule.serviceAccount, provider.project),
    },
  };
}

function emailOf(name, project) {
  return `${name}@${project}.iam.gserviceaccount.com`;
}

function secretName(service, stage, setting) {
  return `${service}-${stage}-${setting.toLowerCase().replaceAll('_', '-')}`;
}

function withoutNulls(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== null));
}

module.exports = { planOf };
