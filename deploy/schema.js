'use strict';

/** What serverless.yml may say about Google: osls refuses every other key, and every missing one, with its path. */

const text = { type: 'string', minLength: 1 };
const name = { type: 'string', pattern: '^[a-z][a-z0-9-]*[a-z0-9]$' };
const settingName = '^[A-Z][A-Z0-9_]*$';
const count = (minimum, maximum) => ({ type: 'integer', minimum, maximum });

const closed = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false,
});

const provider = closed({
  stage: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,11}$' },
  project: { type: 'string' },
  region: text,
  baseImage: { type: 'string', pattern: '^python3[0-9]+$' },
  serviceAccount: name,
  buildServiceAccount: name,
  publicUrl: { type: 'string', pattern: '^(https://.+)?$' },
  environment: {
    type: 'object',
    patternProperties: { [settingName]: { type: 'string' } },
    additionalProperties: false,
  },
  secrets: { type: 'array', items: { type: 'string', pattern: settingName }, uniqueItems: true },
});

// Cloud Run: at most 1000 calls at once and 3600 seconds each.
const cloudFunction = closed({
  handler: { type: 'string', pattern: '^[a-z_]+$' },
  cpu: { type: 'integer', enum: [1, 2, 4, 6, 8] },
  memory: { type: 'string', pattern: '^[0-9]+(Mi|Gi)$' },
  concurrency: count(1, 1000),
  minInstances: count(0, 1000),
  maxInstances: count(1, 1000),
  timeoutSeconds: count(1, 3600),
  cpuThrottling: { type: 'boolean' },
});

const http = closed({
  health: { type: 'string', pattern: '^/' },
  healthSeconds: count(1, 600),
});

// Cloud Scheduler: an attempt may take 15 seconds to 30 minutes.
const schedule = closed({
  cron: text,
  timeZone: text,
  deadlineSeconds: count(15, 1800),
  serviceAccount: name,
});

function defineSchema(handler) {
  handler.defineProvider('google', { provider, function: cloudFunction });
  handler.defineFunctionEvent('google', 'http', http);
  handler.defineFunctionEvent('google', 'schedule', schedule);
}

module.exports = { defineSchema };
