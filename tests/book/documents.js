// The EPUB and the PDF, by the tools that know them.
'use strict';

const fs = require('fs');
const path = require('path');
const { execFile } = require('child_process');

const JARS = ['/usr/share/java/epubcheck.jar'];
const PAGES = 100;
const OVERFULL = 2;

// Runs a tool; {code, out}, or code null where it is not installed.
function run(command, args) {
  return new Promise((resolve) => {
    execFile(command, args, { maxBuffer: 1 << 26 }, (error, out, err) => {
      const code = !error ? 0 : error.code === 'ENOENT' ? null :
        error.code || 1;
      resolve({ code, out: out + err });
    });
  });
}

function missing(file, target) {
  return fs.existsSync(file) ? null : `${file}: not there; run make ${target}`;
}

function absent(tool) {
  return `${tool}: not installed; run make deps-test-book`;
}

async function epub(build) {
  const file = path.join(build, 'checked-gradients.epub');
  const none = missing(file, 'epub');
  if (none) return [none];
  const jar = [process.env.EPUBCHECK, ...JARS]
    .find((f) => f && fs.existsSync(f));
  const [tool, ...args] = jar ? ['java', '-jar', jar] : ['epubcheck'];
  const { code, out } = await run(tool, [...args, '--failonwarnings', file]);
  if (code === null) return [absent(tool)];
  const faults = out.split('\n')
    .filter((l) => /^(FATAL|ERROR|WARNING)/.test(l))
    .map((l) => l.split(file).join(path.basename(file)));
  if (code !== 0 && !faults.length) faults.push(out.trim().slice(0, 300));
  if (code === 0 && !/No errors or warnings/.test(out)) {
    faults.push('epubcheck does not say that there is no error');
  }
  return faults;
}

// The table of pdffonts: two header lines, then a font a line, whose yes and
// no stand for: embedded, subset, Unicode.
async function fonts(build) {
  const file = path.join(build, 'checked-gradients.pdf');
  const none = missing(file, 'pdf');
  if (none) return [none];
  const { code, out } = await run('pdffonts', [file]);
  if (code === null) return [absent('pdffonts')];
  if (code !== 0) return [out.trim()];
  const lines = out.trim().split('\n').slice(2);
  const faults = lines.filter((l) => !/ yes (yes|no) +(yes|no) +\d+/.test(l))
    .map((l) => `not embedded: ${l.trim()}`);
  return lines.length ? faults : ['no font at all'];
}

async function pages(build) {
  const file = path.join(build, 'checked-gradients.pdf');
  const none = missing(file, 'pdf');
  if (none) return [none];
  const { code, out } = await run('pdfinfo', [file]);
  if (code === null) return [absent('pdfinfo')];
  const count = +(/^Pages:\s+(\d+)/m.exec(out) || [0, 0])[1];
  return count > PAGES ? [] : [`${count} pages, over ${PAGES} expected`];
}

// Web addresses only: a link to a page of the site leads nowhere from a PDF.
async function addresses(build) {
  const file = path.join(build, 'checked-gradients.pdf');
  const none = missing(file, 'pdf');
  if (none) return [none];
  const { code, out } = await run('pdfinfo', ['-url', file]);
  if (code === null) return [absent('pdfinfo')];
  if (code !== 0) return [out.trim().slice(0, 300)];
  return out.split('\n').slice(1).map((l) => l.trim().split(/\s+/))
    .filter((l) => l.length > 2 && !/^(https?|mailto):/.test(l[2]))
    .map((l) => `page ${l[0]}: ${l.slice(2).join(' ')}`);
}

// The printed book's makefile has TeX write long lines: none is broken.
const LOG = path.join('paper', 'book.log');

function readLog(build) {
  const file = path.join(build, LOG);
  const none = missing(file, 'pdf');
  return none ? { none: [none] } :
    { lines: fs.readFileSync(file, 'utf8').split('\n') };
}

async function boxes(build) {
  const { none, lines } = readLog(build);
  if (none) return none;
  if (!lines.some((l) => /^Output written on/.test(l))) {
    return [`${LOG}: not the log of a finished run`];
  }
  return lines.filter((l) => {
    const over = /^Overfull \\[hv]box \(([\d.]+)pt too/.exec(l);
    return over && +over[1] > OVERFULL;
  }).map((l) => `${LOG}: ${l}`);
}

const LOST = [
  /^(LaTeX|Package \S+) Warning: (Reference|Citation|Hyper reference|Label)/,
  /^LaTeX Warning: There were (undefined|multiply)/,
  /^LaTeX Font Warning: (Font shape .* undefined|Some font shapes)/,
  /^Missing character: /,
  /has been referenced but does not exist/,
];

async function lost(build) {
  const { none, lines } = readLog(build);
  return none || lines.filter((l) => LOST.some((r) => r.test(l)))
    .map((l) => `${LOG}: ${l}`);
}

const CHECKS = [
  ['EPUB: epubcheck finds no error and no warning', epub],
  ['PDF: all fonts are embedded', fonts],
  [`PDF: over ${PAGES} pages`, pages],
  ['PDF: links leave it for the web only', addresses],
  [`PDF: no box is overfull by more than ${OVERFULL} pt`, boxes],
  ['PDF: no lost reference, no missing character', lost],
];

module.exports = { CHECKS, LOG };
