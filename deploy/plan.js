'use strict';

/** serverless.yml: what it may say, and the plan it makes, with the names that follow from service and stage. */

// The functions framework, Cloud Run and the plugin itself set these. DEBUG would turn on a debugger.
const RESERVED =
  'DEBUG|HOST|PORT|THREADS|WORKERS|LOG_EXECUTION_ID|PUBLIC_URL|FUNCTION_TARGET|FUNCTION_SOURCE|FUNCTION_SIGNATURE_TYPE';

const text = { type: 'string', minLength: 1 };
const account = { type: 'string', pattern: '^[a-z][a-z0-9-]{4,28}[a-z0-9]$' }; // as IAM wants it
const settingName = `^(?!(${RESERVED})$)[A-Z][A-Z0-9_]*$`;
const count = (minimum, maximum) => ({ type: 'integer', minimum, maximum });
const object = (properties) => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });
const settingNames = { type: 'array', items: { type: 'string', pattern: settingName }, uniqueItems: true };

const provider = object({
  stage: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,11}$' },
  project: { type: 'string' },
  region: text,
  baseImage: { type: 'string', pattern: '^python3[0-9]+$' },
  serviceAccount: account,
  buildServiceAccount: account,
  publicUrl: { type: 'string', pattern: '^(https://.+)?$' },
  environment: { type: 'object', patternProperties: { [settingName]: { type: 'string' } }, additionalProperties: false },
  secrets: settingNames,
  optionalSecrets: settingNames,
});

// Cloud Run: at most 1000 calls at once and 3600 seconds each.
const cloudFunction = object({
  handler: { type: 'string', pattern: '^[a-z_]+$' },
  cpu: { type: 'integer', enum: [1, 2, 4, 6, 8] },
  memory: { type: 'string', pattern: '^[0-9]+(Mi|Gi)$' },
  concurrency: count(1, 1000),
  minInstances: count(0, 1000),
  maxInstances: count(1, 1000),
  timeoutSeconds: count(1, 3600),
  cpuThrottling: { type: 'boolean' },
});

const http = object({ health: { type: 'string', pattern: '^/' }, healthSeconds: count(1, 600) });

// Cloud Scheduler: an attempt may take 15 seconds to 30 minutes.
const schedule = object({ cron: text, timeZone: text, deadlineSeconds: count(15, 1800), serviceAccount: account });

/** osls refuses every other key, and every missing one, with its path. */
function defineSchema(handler) {
  handler.defineProvider('google', { provider, function: cloudFunction, functionEvents: { http, schedule } });
}

/** {plan, problems}: the problems are those that a schema cannot express. */
function planOf(serverless, stageOption) {
  const { service, provider, functions, package: packaging } = serverless.service;
  const stage = stageOption ?? provider.stage;
  const prefix = `${service}-${stage}`;
  const emailOf = (name) => `${name}@${provider.project}.iam.gserviceaccount.com`;
  const secrets = (names, optional) =>
    names.map((setting) => {
      const name = `${prefix}-${setting.toLowerCase().replaceAll('_', '-')}`;
      return { setting, name, optional, wanted: !optional || isWanted(setting) };
    });
  const plan = {
    service,
    stage,
    project: provider.project,
    region: provider.region,
    baseImage: provider.baseImage,
    account: emailOf(provider.serviceAccount),
    buildAccount: emailOf(provider.buildServiceAccount),
    publicUrl: provider.publicUrl.replace(/\/+$/, ''),
    environment: Object.fromEntries(Object.entries(provider.environment).filter(([, value]) => value !== null)),
    secrets: [...secrets(provider.secrets, false), ...secrets(provider.optionalSecrets, true)],
    patterns: packaging.patterns ?? [],
    folder: serverless.serviceDir,
    workFolder: `${serverless.serviceDir}/.serverless/${stage}`,
    services: Object.entries(functions).map(([key, given]) => {
      const { http, schedule } = Object.assign({}, ...(given.events ?? []));
      const job = schedule && { ...schedule, name: `${prefix}-${key}`, account: emailOf(schedule.serviceAccount) };
      return { ...given, key, name: `${prefix}-${key}`, http, job };
    }),
  };
  return { plan, problems: problemsOf(provider, plan.services, stage) };
}

/** `python -m ops` names the optional secrets that are set; without it, all that are stored are wanted. */
function isWanted(setting) {
  const set = process.env.MOSTRADOR_OPTIONAL_SECRETS;
  return set === undefined || set.split(',').includes(setting);
}

function problemsOf({ stage, project, environment, secrets, optionalSecrets }, services, wanted) {
  const all = [...secrets, ...optionalSecrets];
  const problems = all.filter((name) => name in environment).map((name) => `provider.environment.${name} is a secret too`);
  if (stage !== wanted) problems.push(`provider.stage is ${stage}, --stage is ${wanted}`);
  if (!project) problems.push('provider.project is empty: set GOOGLE_CLOUD_PROJECT');
  for (const { key, minInstances, maxInstances, timeoutSeconds, events, job } of services) {
    const path = `functions.${key}`;
    if (minInstances > maxInstances) problems.push(`${path}.minInstances is more than maxInstances`);
    if (events?.length !== 1) problems.push(`${path}.events must be one: http or schedule`);
    if (job?.deadlineSeconds < timeoutSeconds) problems.push(`${path}.events.0.schedule.deadlineSeconds is less than timeoutSeconds`);
  }
  const open = services.filter(({ http }) => http).length; // PUBLIC_URL is the address of the public function
  if (open !== 1) problems.push(`functions: one must be public (events: - http), ${open} are`);
  return problems;
}

/** The settings without which the product does not start; only a deploy needs them. */
function emptySettings(environment) {
  const empty = Object.keys(environment).filter((name) => environment[name].trim() === '');
  return empty.map((name) => `provider.environment.${name} is empty: set ${name}`);
}

/** Otherwise a misspelled handler would show only after the build. */
function unknownHandlers(services, main) {
  const unknown = services.filter(({ handler }) => !main.includes(`\ndef ${handler}(`));
  return unknown.map(({ key, handler }) => `functions.${key}.handler is ${handler}: main.py has no such function`);
}

module.exports = { defineSchema, emptySettings, planOf, unknownHandlers };
