'use strict';

/** `osls revoke`: after a key has leaked and was replaced, closes whatever still accepts or holds the old one. */

const { Problem } = require('./gcloud');
const { enabledVersions } = require('./resources');
const { statusOf } = require('./service');

const MAX_AT_ONCE = 4; // each gcloud is a process of some 100 MB

/** What serves now stays, with the versions of the secrets it uses. Nothing is closed unless it serves all traffic healthily. */
async function revoke(plan, services, gcloud, print) {
  for (const service of services) await service.read();
  const problems = (await Promise.all(services.map(whyNot))).filter(Boolean);
  if (problems.length > 0) throw new Problem(`${problems.join('; ')}. Nothing was closed.`);
  const used = await usedSecrets(plan, services);
  for (const service of services) await closeTags(service, print);
  await disableVersions(plan, used, gcloud, print);
  for (const service of services) await deleteRevisions(service, print);
  print('There is nothing left to roll back to. The next deploy keeps what serves now for that.');
}

async function whyNot({ name, serving, newest, http, deployed }) {
  if (!serving) return `${name} is not deployed`;
  if (serving !== newest) return `${name} is served by ${serving}, and ${newest} is newer: deploy first`;
  if (!http) return null;
  const url = `${deployed.status.url}${http.health}`;
  const answer = await statusOf(url);
  return answer === 200 ? null : `${url} answers ${answer}, not 200`;
}

/** {secret: [versions]} of what serves. */
async function usedSecrets(plan, services) {
  const revisions = await Promise.all(services.map((service) => service.revision(service.serving)));
  const used = {};
  for (const { metadata, spec } of revisions) {
    for (const { valueFrom } of spec.containers[0].env ?? []) {
      if (!valueFrom) continue;
      const { name, key } = valueFrom.secretKeyRef;
      if (!/^[0-9]+$/.test(key)) throw new Problem(`${metadata.name} uses ${name} at ${key}, not at a version: deploy again. Nothing was closed.`);
      (used[name] ??= []).push(Number(key));
    }
  }
  const unknown = plan.secrets.filter(({ name, optional }) => !optional && !used[name]);
  if (unknown.length === 0) return used;
  throw new Problem(`what serves does not use ${unknown.map(({ name }) => name).join(', ')}: deploy again. Nothing was closed.`);
}

/** Their addresses, such as https://previous---..., answer no more. */
async function closeTags(service, print) {
  const tagged = service.traffic.filter(({ tag }) => tag).map(({ tag, revisionName }) => `${tag} (${revisionName})`);
  await service.serveOnly(service.serving);
  print(`  ${service.key.padEnd(10)}${service.serving} serves; addresses closed: ${tagged.join(', ') || 'there were none'}`);
}

/** Disabled, nobody can read them; whoever may can enable them again, until they are destroyed. */
async function disableVersions(plan, used, gcloud, print) {
  const closed = [];
  for (const secret of plan.secrets) {
    const versions = (await enabledVersions(secret, gcloud)) ?? [];
    for (const version of versions.filter((number) => !used[secret.name]?.includes(number))) {
      await gcloud.run(['secrets', 'versions', 'disable', String(version), `--secret=${secret.name}`]);
      closed.push(`${secret.setting} ${version}`);
    }
  }
  print(`  ${'secrets'.padEnd(10)}disabled: ${closed.join(', ') || 'there was nothing older'}`);
}

/** One that cannot be deleted is told, and no more: nobody reaches it. */
async function deleteRevisions(service, print) {
  const all = (await service.revisions()).map(({ metadata }) => metadata.name);
  const old = all.filter((name) => name !== service.serving);
  const kept = [];
  for (let from = 0; from < old.length; from += MAX_AT_ONCE) {
    const some = old.slice(from, from + MAX_AT_ONCE);
    const results = await Promise.allSettled(some.map((name) => service.deleteRevision(name)));
    results.forEach(({ reason }, index) => reason && kept.push(`${some[index]} (${reason.message})`));
  }
  print(`  ${service.key.padEnd(10)}old revisions deleted: ${old.length - kept.length}`);
  if (kept.length > 0) print(`  ${''.padEnd(10)}not deleted, but nobody reaches them: ${kept.join('; ')}`);
}

module.exports = { revoke };
