// Whole processes by the wall clock, and records of their medians.
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { spawnSync } = require('child_process');
const { median } = require('./results.js');

const complain = (text) => { console.error(`reader: ${text}`); process.exit(1); };
const first = (text) => text.trim().split('\n')[0];

// The number behind --name on the command line, or the usual one.
function option(name, usual) {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : +process.argv[at + 1] || complain(`${name}: expected a number above 0`);
}

// The first argument, the folder of the build.
const buildOr = (usage) => process.argv[2] && !process.argv[2].startsWith('--') ? process.argv[2] : complain(`usage: ${usage}`);

// A folder of the program's own, gone when it ends.
function scratchFolder(name) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), name));
  process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
  return scratch;
}

// What a reader's shell does not have: what make, ours or another, exports.
const OURS = /^(MAKE|MFLAGS$|OPENBLAS_|OMP_|BUILD$)/;
function environment(settings) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
  return { ...env, LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...settings };
}

// {seconds, text: its stdout}; one that fails ends the program.
function timed(command, { settings = {}, input = '', cwd } = {}) {
  const start = process.hrtime.bigint();
  const r = spawnSync(command[0], command.slice(1), { env: environment(settings), input, cwd,
    encoding: 'utf8', maxBuffer: 1 << 28 });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (r.error || r.status !== 0) complain(`${command.join(' ')}: ${r.error ? r.error.message : `${r.stdout.slice(-2000)}${r.stderr.slice(-2000)}`}`);
  return { seconds, text: r.stdout };
}

const spread = (list) => [median(list), Math.min(...list), Math.max(...list)].map((x) => x.toPrecision(4));

// The Python that has a module, or '' where none has.
function pythonWith(module) {
  return [process.env.PYTHON, '/usr/bin/python3', 'python3'].filter(Boolean)
    .find((p) => spawnSync(p, ['-c', `import ${module}`]).status === 0) || '';
}

function version(python, module) {
  if (!python) return `${module}: not installed`;
  return `${module}: ${first(spawnSync(python, ['-c', `import ${module}; print(${module}.__version__)`], { encoding: 'utf8' }).stdout)}`;
}

// Where and when: the first lines of a record.
function about(...more) {
  const model = os.cpus().length ? os.cpus()[0].model.trim() : 'unknown processor';
  const compiler = spawnSync(process.env.CC || 'gcc', ['--version'], { encoding: 'utf8' }).stdout;
  return [`date: ${new Date().toISOString().slice(0, 19)}Z`, `processor: ${model}, ${os.cpus().length} of them`,
    `compiler: ${first(compiler || 'none')}`, ...more].map((l) => `# ${l}`);
}

// Whole or not at all.
function write(file, lines) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.part`, [...lines, ''].join('\n'));
  fs.renameSync(`${file}.part`, file);
}

module.exports = { about, buildOr, complain, median, option, pythonWith, scratchFolder, spread, timed, version, write };
