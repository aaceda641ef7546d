'use strict';

/** Secrets by name and number: a revision keeps the values it was checked with, and no value passes through here. */

const { Problem } = require('./problem');

/** Returns {SETTING: 'secret-name:7'}. Throws, before anything is built, with all that are missing. */
async function pinnedSecrets(plan, gcloud) {
  const found = await Promise.all(
    plan.secrets.map(async (secret) => ({ ...secret, ...(await newestVersion(secret.name, gcloud)) })),
  );
  const missing = found.filter(({ version }) => !version);
  if (missing.length > 0) throw new Problem(missingMessage(missing, plan.project));
  return Object.fromEntries(found.map(({ setting, name, version }) => [setting, `${name}:${version}`]));
}

/** {exists, version}: the number of the newest version that is enabled. */
async function newestVersion(name, gcloud) {
  const versions = await gcloud.find(['secrets', 'versions', 'list', name, '--filter=state=ENABLED']);
  const numbers = (versions ?? []).map((version) => Number(version.name.split('/').at(-1)));
  return { exists: versions !== null, version: numbers.length > 0 ? Math.max(...numbers) : null };
}

function missingMessage(missing, project) {
  const commands = missing.map(({ setting, name, exists }) => {
    const verb = exists ? `versions add ${name}` : `create ${name}`;
    return `  printf %s "$${setting}" | gcloud secrets ${verb} --data-file=- --project=${project}`;
  });
  const names = missing.map(({ name }) => name).join(', ');
  return `Secret Manager has no value for ${names}. Nothing was built. To store ${missing.length > 1 ? 'them' : 'it'}:\n${commands.join('\n')}`;
}

module.exports = { pinnedSecrets };
