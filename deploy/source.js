'use strict';

/** The folder that is uploaded: the files that package.patterns name, and nothing else. */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const fastGlob = require('fast-glob');

const { Problem } = require('./gcloud');

/** Copies the files into `folder`. Returns {folder, files, fingerprint}; files are relative and sorted. */
function copySource(from, patterns, folder) {
  const matching = (some) => fastGlob.sync(some, { cwd: from, followSymbolicLinks: false });
  for (const pattern of patterns) {
    if (!pattern.startsWith('!') && matching(pattern).length === 0) throw new Problem(`package.patterns: nothing matches ${pattern}`);
  }
  const files = matching(patterns).sort();
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

module.exports = { copySource };
