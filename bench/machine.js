// The machine, and what else it was doing.
'use strict';
const fs = require('fs'), os = require('os');
const { spawnSync } = require('child_process');

const BUSY = 0.1; // of a processor: more is not quiet
const HERTZ = 100; // of /proc's clock

const read = (file) => { try { return fs.readFileSync(file, 'utf8'); } catch { return ''; } };

function lineOf(command, ...args) {
  const run = spawnSync(command, args, { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.split('\n')[0].trim() : '';
}

const pause = (seconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);

// Of a process: { name, parent, clock ticks used, of it and, `waited`, of its ended children }
function processOf(pid) {
  const m = /^\d+ \((.*)\) (.*)$/s.exec(read(`/proc/${pid}/stat`));
  if (!m) return null;
  const f = m[2].trim().split(' ').map(Number);
  return { name: m[1], ticks: f[11] + f[12], waited: f[13] + f[14] };
}

function processes() {
  const pids = fs.existsSync('/proc/stat') ? fs.readdirSync('/proc').filter((f) => /^\d+$/.test(f)) : [];
  return new Map(pids.map((pid) => [pid, processOf(pid)]).filter(([, p]) => p));
}

// Other processes that use more than BUSY, as ['name 80 %'].
function othersNow(seconds = 0.5) {
  const before = processes();
  pause(seconds);
  const used = [...processes()].map(([pid, p]) =>
    [p.name, Number(pid) !== process.pid && before.has(pid) ? (p.ticks - before.get(pid).ticks) / HERTZ / seconds : 0]);
  return used.filter(([, u]) => u > BUSY).map(([name, u]) => `${name} ${Math.round(100 * u)} %`);
}

// Seconds of processor time so far: all, that taken by the hypervisor, ours
// (this process and the programs that it ran).
function clock() {
  const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.*)$/m.exec(read('/proc/stat') || 'cpu 0 0 0 0 0 0 0 0')[1]
    .split(' ').map((t) => Number(t) / HERTZ);
  const own = processOf(process.pid) || { ticks: 0, waited: 0 };
  return { wall: process.hrtime.bigint(), all: user + nice + system + irq + softirq, steal, own: (own.ticks + own.waited) / HERTZ };
}

// What others used since then, as shares of one processor.
function sinceThen(then) {
  const now = clock(), seconds = Number(now.wall - then.wall) / 1e9;
  return { seconds, others: Math.max(0, now.all - then.all - (now.own - then.own)) / seconds,
    steal: (now.steal - then.steal) / seconds };
}

const load = () => os.loadavg().map((l) => l.toFixed(2)).join(' ');
const percent = (share) => `${(100 * share).toFixed(1)} %`;

function packages() {
  const names = ['libopenblas0-pthread', 'libopenblas0-openmp', 'libblis4-openmp', 'libblis4-pthread', 'libblis4-serial', 'libdnnl2'];
  const run = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package} ${Version}\n', ...names], { encoding: 'utf8' });
  return (run.stdout || '').split('\n').filter((l) => l.startsWith('installed ')).map((l) => l.slice(10)).join(', ');
}

// [name, value] of what does not change during a run.
function describe(at) {
  const cpu = /^model name\s*: (.*)$/m.exec(read('/proc/cpuinfo'));
  const python = (module) => lineOf(at.python, '-c', `import ${module}; print(${module}.__version__)`);
  return [
    ['date', new Date().toISOString().replace(/\.\d+Z/, 'Z')],
    ['processor', `${cpu ? cpu[1] : os.cpus()[0].model}, ${os.availableParallelism ? os.availableParallelism() : os.cpus().length} of them`],
    ['kernel', `${os.type()} ${os.release()}`],
    ['compiler', lineOf(process.env.CC || 'cc', '--version')],
    ['compiled', at.compiled],
    ['python', lineOf(at.python, '--version')],
    ['numpy', at.modules.numpy || python('numpy')],
    ['torch', at.modules.torch || python('torch')],
    ['kann', at.kann ? lineOf('git', '-C', at.kann, 'log', '-1', '--format=%h of %cs') || at.kann.replace(/.*\//, '') : 'no KANN= names a checkout'],
    ['libraries', packages() || 'unknown'],
    ['openblas core', process.env.OPENBLAS_CORETYPE || 'its own choice'],
  ];
}

module.exports = { describe, othersNow, clock, sinceThen, load, percent, BUSY };
