'use strict';

/** Google's command line as a child process: it holds the credentials, so nothing here ever does. */

const { spawn } = require('node:child_process');
const { stripVTControlCharacters } = require('node:util');

const { Problem } = require('./problem');

const MOST_LINES = 12;

class GcloudError extends Problem {
  /** `stderr` begins with progress; its end, from ERROR on, is what a person needs, and where the build's log is. */
  constructor(args, stderr) {
    const lines = stripVTControlCharacters(stderr).trim().split('\n');
    const from = Math.max(lines.findLastIndex((line) => line.startsWith('ERROR')), lines.length - MOST_LINES, 0);
    const [log] = /https:\S+\/cloud-build\/builds\/[^\s\]]+/.exec(lines.slice(0, from).join('\n')) ?? [];
    const told = [...lines.slice(from), ...(log ? [`The build's log: ${log}`] : [])].join('\n');
    super(told || `gcloud ${args.slice(0, 3).join(' ')} failed and did not say why`);
    this.notFound = /\bNOT_FOUND\b|Cannot find service|could not be found/.test(stderr);
  }
}

class Gcloud {
  constructor(project) {
    this.project = project;
  }

  /** stdout; GcloudError if gcloud says no. */
  run(args) {
    return new Promise((resolve, reject) => {
      const child = spawn('gcloud', [...args, `--project=${this.project}`, '--quiet'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const written = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr']) {
        child[stream].setEncoding('utf8').on('data', (data) => (written[stream] += data));
      }
      child.on('error', (error) => reject(error.code === 'ENOENT' ? new GcloudError(args, NOT_INSTALLED) : error));
      child.on('close', (code) => (code === 0 ? resolve(written.stdout) : reject(new GcloudError(args, written.stderr))));
    });
  }

  /** What is there, as gcloud's JSON. */
  async json(args) {
    return JSON.parse(await this.run([...args, '--format=json']));
  }

  /** The same, or null if there is no such thing. */
  async find(args) {
    return orNull(this.json(args));
  }

  /** True if it was there to be removed. */
  async removed(args) {
    return (await orNull(this.run(args))) !== null;
  }
}

const NOT_INSTALLED = 'gcloud is not on the PATH: install the Google Cloud CLI and log in (gcloud auth login).';

async function orNull(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error.notFound) return null;
    throw error;
  }
}

module.exports = { Gcloud };
