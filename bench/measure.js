// One run of one program: started, read, judged.
//
// A contestant prints, tab-separated and nothing else, after 50 steps and then
// R repetitions:
//   loss  t  value     t = 1 ... 50
//   rate  samples a second
// A program of products prints R lines `unit value`, or `unit key ... value`.
// Exit status 3: it cannot do this work, and says why on stderr.
'use strict';
const { spawn } = require('child_process');

const PROOF_STEPS = 50, LIMIT = 300; // seconds

let child = null;
const stop = () => { if (child) child.kill('SIGKILL'); };

// What libraries read; set here alone, whatever the caller has set.
const TUNING = /^(OMP|GOMP|KMP|OPENBLAS|GOTO|MKL|BLIS|ONEDNN|DNNL|MALLOC)_|^GLIBC_TUNABLES$|^MAKEFLAGS$|^MFLAGS$|^MAKELEVEL$/;

// `LD_LIBRARY_PATH: ''` leaves the caller's; a folder goes before it.
function environment(settings) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !TUNING.test(name)));
  for (const [name, value] of Object.entries(settings)) {
    const behind = name === 'LD_LIBRARY_PATH' && env[name] ? `:${env[name]}` : '';
    env[name] = String(value) + behind;
  }
  return env;
}

// -> { text, problem, cannot }: problem is '' or what went wrong, in a line.
function run(command, settings) {
  return new Promise((done) => {
    const out = [], errors = [];
    let late = false, started = true;
    child = spawn(command[0], command.slice(1), { env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => { late = true; stop(); }, LIMIT * 1000);
    child.stdout.on('data', (d) => out.push(d));
    child.stderr.on('data', (d) => { if (errors.length < 100) errors.push(d); });
    child.on('error', (e) => { started = false; errors.push(Buffer.from(e.message)); });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      child = null;
      const said = Buffer.concat(errors).toString().trim().split('\n').pop();
      let problem = '';
      if (!started) problem = `does not start: ${said}`;
      else if (late) problem = `not done after ${LIMIT} s`;
      else if (signal) problem = `crashed: ${signal}`;
      else if (status !== 0) problem = `exit status ${status}: ${said}`;
      done({ text: Buffer.concat(out).toString(), problem, cannot: status === 3 ? said || 'it says no more' : '' });
    });
  });
}

const positive = (text) => /^[0-9.]+(e[-+]?[0-9]+)?$/i.test(text) && Number(text) > 0 && Number.isFinite(Number(text));

// -> { losses, rates } or { problem }
function contest(text, repeats) {
  const losses = [], rates = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const cells = line.split('\t');
    if (cells[0] === 'loss' && cells.length === 3 && Number(cells[1]) === losses.length + 1 && cells[2].trim()) losses.push(Number(cells[2]));
    else if (cells[0] === 'rate' && cells.length === 2 && positive(cells[1])) rates.push(Number(cells[1]));
    else return { problem: `prints what is no loss and no rate: '${line.slice(0, 60)}'` };
  }
  if (losses.length !== PROOF_STEPS) return { problem: `prints ${losses.length} losses, expected ${PROOF_STEPS}` };
  if (rates.length !== repeats) return { problem: `prints ${rates.length} rates, expected ${repeats}` };
  return { losses, rates };
}

// -> { values: Map of key ('' where there is none) to numbers } or { problem }
function measurements(text, unit) {
  const found = new Map();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const cells = line.split('\t'), key = cells.slice(1, -1).join('\t');
    if (cells[0] !== unit || !positive(cells[cells.length - 1])) {
      return { problem: `prints what is no ${unit}: '${line.slice(0, 60)}'` };
    }
    found.set(key, [...(found.get(key) || []), Number(cells[cells.length - 1])]);
  }
  return { values: found };
}

// The largest relative difference, and a problem where it is above tolerance:
// no number, however it comes about, passes for a small one.
function compare(losses, reference, tolerance) {
  let worst = 0, problem = '';
  losses.forEach((loss, k) => {
    const off = Math.abs(loss - reference[k]) / Math.abs(reference[k]);
    if (!(off <= tolerance) && !problem) {
      problem = `wrong losses: step ${k + 1} has ${loss}, expected ${reference[k]}, to ${tolerance}`;
    }
    if (!(off <= worst)) worst = Number.isNaN(off) ? Infinity : off;
  });
  return { worst, problem };
}

module.exports = { run, stop, contest, measurements, compare };
