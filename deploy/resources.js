'use strict';

/** What the services need: accounts, each allowed one thing, and secrets, each at a fixed version. */

const { setTimeout: sleep } = require('node:timers/promises');

const { Problem } = require('./gcloud');

// IAM: a new account may be unknown elsewhere for a minute or so.
const WAITS = [2_000, 5_000, 10_000, 20_000, 30_000];
const BUILDER = 'roles/run.builder';

/** The accounts of the functions, of their build and of the scheduler. `pinned`: as `pinSecrets`. Returns the names of those it has created. */
async function createAccounts(plan, pinned, gcloud) {
  const callers = plan.services.flatMap(({ job }) => job?.account ?? []);
  const emails = [...new Set([plan.account, plan.buildAccount, ...callers])];
  const found = await Promise.all(emails.map((email) => gcloud.find(['iam', 'service-accounts', 'describe', email])));
  const missing = emails.filter((_, i) => !found[i]).map((email) => email.split('@')[0]);
  const label = `--display-name=${plan.service} ${plan.stage}`;
  for (const name of missing) await gcloud.run(['iam', 'service-accounts', 'create', name, label]);
  await allowBuild(plan, gcloud);
  await allowSecrets(plan, pinned, gcloud);
  return missing;
}

/** Since 2024 a new project's accounts may not build unless they are allowed to. Read first, as few may change it. */
async function allowBuild(plan, gcloud) {
  const { bindings = [] } = await gcloud.json(['projects', 'get-iam-policy', plan.project]);
  const member = `serviceAccount:${plan.buildAccount}`;
  if (bindings.some(({ role, members }) => role === BUILDER && members.includes(member))) return;
  await bind(['projects', 'add-iam-policy-binding', plan.project, '--condition=None'], plan.buildAccount, BUILDER, gcloud);
}

/** The functions may read their own secrets, and no others of the project. */
async function allowSecrets(plan, pinned, gcloud) {
  const role = 'roles/secretmanager.secretAccessor';
  const secrets = plan.secrets.filter(({ setting }) => setting in pinned);
  await Promise.all(secrets.map(({ name }) => bind(['secrets', 'add-iam-policy-binding', name], plan.account, role, gcloud)));
}

/** The scheduler may call this service. */
async function allowCalls({ name, where, job }, gcloud) {
  await bind(['run', 'services', 'add-iam-policy-binding', name, where], job.account, 'roles/run.invoker', gcloud);
}

async function bind(target, email, role, gcloud) {
  for (const wait of [...WAITS, null]) {
    try {
      return await gcloud.run([...target, `--member=serviceAccount:${email}`, `--role=${role}`]);
    } catch (error) {
      if (wait === null || !/does not exist/.test(error.message)) throw error;
      await sleep(wait);
    }
  }
}

/** {SETTING: 'secret-name:7'}, the newest enabled versions; of optional ones those that are wanted and there. Throws, before anything is built, with
 * all that are missing. */
async function pinSecrets(plan, gcloud) {
  const found = await Promise.all(
    plan.secrets.filter(({ wanted }) => wanted).map(async (secret) => {
      const versions = await enabledVersions(secret, gcloud);
      return { ...secret, exists: versions !== null, version: Math.max(0, ...(versions ?? [])) };
    }),
  );
  const missing = found.filter(({ version, optional }) => !version && !optional);
  if (missing.length > 0) throw new Problem(missingMessage(missing, plan.project));
  const there = found.filter(({ version }) => version);
  return Object.fromEntries(there.map(({ setting, name, version }) => [setting, `${name}:${version}`]));
}

/** Numbers; null if there is no such secret. */
async function enabledVersions({ name }, gcloud) {
  const versions = await gcloud.find(['secrets', 'versions', 'list', name, '--filter=state=ENABLED']);
  return versions && versions.map((version) => Number(version.name.split('/').at(-1)));
}

function missingMessage(missing, project) {
  const names = missing.map(({ name }) => name).join(', ');
  const commands = missing.map(({ setting, name, exists }) => {
    const verb = exists ? `versions add ${name}` : `create ${name}`;
    return `  printf %s "$${setting}" | gcloud secrets ${verb} --data-file=- --project=${project}`;
  });
  return [`Secret Manager has no value for ${names}. Nothing was built. To store values:`, ...commands].join('\n');
}

module.exports = { allowCalls, createAccounts, enabledVersions, pinSecrets };
