// What the benchmark is told, and what it finds installed.
'use strict';
const os = require('os'), path = require('path');
const { spawnSync } = require('child_process');
const { WORKS } = require('./contestants.js');

const complain = (text) => { console.error(`bench: ${text}`); process.exit(1); };

function options(argv) {
  const given = { rounds: '3', repeats: '5', seconds: '0.25', works: '', threads: '', python: 'python3', kann: '', compiled: '' };
  for (let k = 0; k < argv.length; k += 2) {
    const name = argv[k].replace(/^--/, '');
    if (!(name in given) || argv[k + 1] === undefined) complain(`${argv[k]}: no such option, or no value`);
    given[name] = argv[k + 1];
  }
  return given;
}

function countOf(text, name) {
  if (!/^[1-9][0-9]*$/.test(text)) complain(`${name}: '${text}' was given, expected a whole number above 0`);
  return Number(text);
}

function importProblem(python, module) {
  return spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0 ? '' : `${path.basename(python)} has no ${module}`;
}

// Leaves out, by `leave(what, why)`, what this machine cannot.
function settings(leave) {
  const given = options(process.argv.slice(3)), words = (text) => text.split(/[\s,]+/).filter(Boolean);
  const cores = os.availableParallelism ? os.availableParallelism() : os.cpus().length;
  const threads = words(given.threads || '1 2').map((t) => countOf(t, 'threads'));
  const works = words(given.works).length ? words(given.works) : WORKS;
  const odd = works.find((w) => !WORKS.includes(w));
  if (odd) complain(`works: '${odd}' was given, expected some of ${WORKS.join(' ')}`);
  if (!(Number(given.seconds) > 0)) complain(`seconds: '${given.seconds}' was given, expected a number above 0`);
  for (const t of threads.filter((n) => n > cores)) leave(`${t} threads`, `this machine runs ${cores}`);
  return { ...given, bench: path.join(process.argv[2] || 'build', 'bench'), rounds: countOf(given.rounds, 'rounds'),
    repeats: countOf(given.repeats, 'repeats'), works: WORKS.filter((w) => works.includes(w)),
    threads: threads.filter((t) => t <= cores),
    modules: { numpy: importProblem(given.python, 'numpy'), torch: importProblem(given.python, 'torch') } };
}

module.exports = { settings, complain };
