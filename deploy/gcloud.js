'use strict';

/** Google's command line as a child process: it holds the credentials, so this plugin needs none. */

const { execFile } = require('node:child_process');
const { promisify, stripVTControlCharacters } = require('node:util');

const MAX_LINES = 12;

/** An expected error: the operator reads its message, without a stack trace. */
class Problem extends Error {}

class GcloudError extends Problem {
  /** `stderr` begins with progress; the operator needs its end, from ERROR on, and the address of the build's log. */
  constructor(args, stderr) {
    const lines = stripVTControlCharacters(stderr).trim().split('\n');
    const from = Math.max(lines.findLastIndex((line) => line.startsWith('ERROR')), lines.length - MAX_LINES, 0);
    const [log] = /https:\S+\/cloud-build\/builds\/[^\s\]]+/.exec(lines.slice(0, from).join('\n')) ?? [];
    const message = [...lines.slice(from), ...(log ? [`The build's log: ${log}`] : [])].join('\n');
    super(message || `gcloud ${args.slice(0, 3).join(' ')} failed without a message`);
    this.notFound = /\bNOT_FOUND\b|Cannot find service|could not be found/.test(stderr);
  }
}

class Gcloud {
  constructor(project) {
    this.project = project;
  }

  /** Resolves to stdout; rejects with GcloudError. */
  async run(args) {
    const running = promisify(execFile)('gcloud', [...args, `--project=${this.project}`, '--quiet'], { maxBuffer: Infinity });
    running.child.stdin?.end();
    try {
      return (await running).stdout;
    } catch (error) {
      if (error.code !== 'ENOENT') throw new GcloudError(args, error.stderr);
      throw new Problem('gcloud is not on the PATH: install the Google Cloud CLI and log in (gcloud auth login).');
    }
  }

  async json(args) {
    return JSON.parse(await this.run([...args, '--format=json']));
  }

  /** Like json, but null if there is no such thing. */
  find(args) {
    return nullIfNotFound(this.json(args));
  }

  /** Whether there was something to delete. */
  async delete(args) {
    return (await nullIfNotFound(this.run(args))) !== null;
  }
}

async function nullIfNotFound(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error.notFound) return null;
    throw error;
  }
}

module.exports = { Gcloud, Problem };
