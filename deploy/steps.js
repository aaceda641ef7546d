'use strict';

/** Steps in order, each with one line; the first that fails tells what is done, what is not, and what goes on. */

/** `steps` are [name, action]; an action returns the line to show. `standing` says what is served after a failure. */
async function runSteps(steps, say, standing) {
  const width = Math.max(...steps.map(([name]) => name.length)) + 2;
  for (const [index, [name, action]] of steps.entries()) {
    try {
      say(`  ${name.padEnd(width)}${await action()}`);
    } catch (error) {
      error.message = report(steps, index, error.message, standing());
      throw error;
    }
  }
}

function report(steps, index, why, standing) {
  const names = (some) => some.map(([name]) => name).join(', ') || 'nothing';
  return [
    `${steps[index][0]} failed.`,
    indented(why),
    `  done:      ${names(steps.slice(0, index))}`,
    `  not done:  ${names(steps.slice(index))}`,
    ...standing.map((line) => `  ${line}`),
    'Run the same command again when it is mended: what is done already is not done twice.',
  ].join('\n');
}

function indented(text) {
  return text.replace(/^/gm, '    ');
}

module.exports = { runSteps };
