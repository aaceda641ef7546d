'use strict';

/** The folder that is uploaded: exactly the files that package.patterns name, so that nothing else can leave. */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { Problem } = require('./problem');

/** Copies the files into a folder of their own. Returns {folder, files, fingerprint}; files are relative, sorted. */
function stage(from, patterns, folder) {
  const files = chosen(from, patterns);
  fs.rmSync(folder, { recursive: true, force: true });
  const hash = createHash('sha256');
  for (const file of files) {
    const content = fs.readFileSync(path.join(from, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), content);
  }
  return { folder, files, fingerprint: hash.digest('hex') };
}

/** Nothing is in by itself; each pattern puts in or, with `!`, takes out; the last one that matches counts. */
function chosen(from, patterns) {
  const rules = patterns.map((pattern) => ({
    out: pattern.startsWith('!'),
    matcher: matcherOf(pattern.replace(/^!/, '')),
  }));
  const wanted = (file) => rules.findLast(({ matcher }) => matcher.test(file))?.out === false;
  const roots = new Set(patterns.filter((pattern) => !pattern.startsWith('!')).map((pattern) => pattern.split('/')[0]));
  return [...roots].flatMap((root) => filesUnder(from, root)).filter(wanted).sort();
}

/** Only what a pattern begins with is walked: a virtual environment next to it may hold a hundred thousand files. */
function filesUnder(from, name) {
  const found = fs.lstatSync(path.join(from, name), { throwIfNoEntry: false });
  if (!found) throw new Problem(`package.patterns: there is no ${name} in ${from}`);
  if (found.isFile()) return [name];
  if (!found.isDirectory()) return [];
  return fs.readdirSync(path.join(from, name)).flatMap((child) => filesUnder(from, `${name}/${child}`));
}

/** `*` stays within a folder, a double one crosses them. */
function matcherOf(pattern) {
  const parts = pattern.split(/(\*\*\/|\*\*|\*)/).map((part) => WILD[part] ?? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('')}$`);
}

const WILD = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' };

module.exports = { stage };
