'use strict';

/** The accounts that the functions, their build and the scheduler act as, each allowed one thing; made if they are not there. */

const { setTimeout: sleep } = require('node:timers/promises');

// IAM: a new account may be unknown elsewhere for a minute or so.
const WAITS = [2_000, 5_000, 10_000, 20_000, 30_000];
const BUILDER = 'roles/run.builder';

/** Returns the emails of those that were made just now. */
async function ensureAccounts(plan, gcloud) {
  const callers = plan.services.flatMap(({ schedule }) => schedule?.account ?? []);
  const emails = [...new Set([plan.account, plan.buildAccount, ...callers])];
  const found = await Promise.all(emails.map((email) => gcloud.find(['iam', 'service-accounts', 'describe', email])));
  const missing = emails.filter((_, i) => !found[i]);
  const label = `--display-name=${plan.service} ${plan.stage}`;
  for (const email of missing) await gcloud.run(['iam', 'service-accounts', 'create', email.split('@')[0], label]);
  return missing;
}

/** The build may build: since 2024 no account of a new project may by itself. Asked first, as few may change this. */
async function allowBuild(plan, gcloud) {
  const { bindings = [] } = await gcloud.json(['projects', 'get-iam-policy', plan.project]);
  const member = `serviceAccount:${plan.buildAccount}`;
  if (bindings.some(({ role, members }) => role === BUILDER && members.includes(member))) return;
  await bind(['projects', 'add-iam-policy-binding', plan.project, '--condition=None'], plan.buildAccount, BUILDER, gcloud);
}

/** The functions may read their secrets: these, not the project's. */
async function allowSecrets(plan, gcloud) {
  await Promise.all(
    plan.secrets.map(({ name }) =>
      bind(['secrets', 'add-iam-policy-binding', name], plan.account, 'roles/secretmanager.secretAccessor', gcloud),
    ),
  );
}

/** The scheduler may call this service. */
async function allowCalls(plan, service, gcloud) {
  const target = ['run', 'services', 'add-iam-policy-binding', service.name, `--region=${plan.region}`];
  await bind(target, service.schedule.account, 'roles/run.invoker', gcloud);
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

module.exports = { ensureAccounts, allowBuild, allowSecrets, allowCalls };
