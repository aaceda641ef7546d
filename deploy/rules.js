'use strict';

/** What a schema cannot say about serverless.yml: each problem with its path, all of them together. */

// The functions framework, Cloud Run and the plugin itself give these their meaning. DEBUG would turn on a debugger.
const RESERVED = new Set(
  'DEBUG HOST PORT THREADS WORKERS LOG_EXECUTION_ID PUBLIC_URL FUNCTION_TARGET FUNCTION_SOURCE FUNCTION_SIGNATURE_TYPE'.split(' '),
);

function problemsOf(provider, functions, stage) {
  return [
    ...stageProblems(provider, stage),
    ...accountProblems(provider, functions),
    ...settingProblems(provider),
    ...Object.entries(functions).flatMap(([key, given]) => functionProblems(`functions.${key}`, given)),
    ...publicProblems(functions),
  ];
}

function stageProblems(provider, stage) {
  const problems = provider.stage === stage ? [] : [`provider.stage is ${provider.stage}, --stage is ${stage}`];
  return provider.project ? problems : [...problems, 'provider.project is empty: set GOOGLE_CLOUD_PROJECT'];
}

/** IAM: an account's name has 6 to 30 characters. */
function accountProblems(provider, functions) {
  const callers = Object.entries(functions).flatMap(([key, { events = [] }]) =>
    events.map(({ schedule }, i) => [`functions.${key}.events.${i}.schedule.serviceAccount`, schedule?.serviceAccount]),
  );
  const ours = ['serviceAccount', 'buildServiceAccount'].map((key) => [`provider.${key}`, provider[key]]);
  return [...ours, ...callers]
    .filter(([, name]) => name && (name.length < 6 || name.length > 30))
    .map(([path, name]) => `${path} is ${name}: it must have 6 to 30 characters`);
}

function settingProblems({ environment, secrets }) {
  const names = [
    ...Object.keys(environment).map((name) => [`provider.environment.${name}`, name]),
    ...secrets.map((name, i) => [`provider.secrets.${i}`, name]),
  ];
  const reserved = names.filter(([, name]) => RESERVED.has(name));
  return [
    ...reserved.map(([path, name]) => `${path}: ${name} is set by the deploy or by the platform`),
    ...secrets.filter((name) => name in environment).map((name) => `provider.environment.${name} is a secret too`),
  ];
}

function functionProblems(path, { minInstances, maxInstances, timeoutSeconds, events }) {
  const problems = [];
  if (minInstances > maxInstances) problems.push(`${path}.minInstances is more than maxInstances`);
  if (events?.length !== 1) problems.push(`${path}.events must be one: http or schedule`);
  const deadline = events?.[0]?.schedule?.deadlineSeconds;
  if (deadline < timeoutSeconds) problems.push(`${path}.events.0.schedule.deadlineSeconds is less than timeoutSeconds`);
  return problems;
}

/** PUBLIC_URL is the address of the one public function. */
function publicProblems(functions) {
  const open = Object.values(functions).filter(({ events }) => events?.[0]?.http);
  return open.length === 1 ? [] : [`functions: one must be public (events: - http), ${open.length} are`];
}

/** What only a deploy needs: the settings without which the product does not start. */
function emptySettings(environment) {
  return Object.keys(environment)
    .filter((name) => environment[name].trim() === '')
    .map((name) => `provider.environment.${name} is empty: set ${name}`);
}

/** A misspelt one would show only when the build is over. */
function unknownHandlers(services, main) {
  return services
    .filter(({ handler }) => !main.includes(`\ndef ${handler}(`))
    .map(({ key, handler }) => `functions.${key}.handler is ${handler}: main.py has no such function`);
}

module.exports = { problemsOf, emptySettings, unknownHandlers };
