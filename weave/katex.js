// Reads a JSON list of formulas, each TeX after a D (display) or I (inline);
// writes, for each, + with its HTML, \x1f and its plain text, or - and what is
// wrong, ended by \x1e.
const places = [process.env.KATEX, '/usr/share/nodejs/katex', 'katex',
  '/usr/lib/node_modules/katex', '/opt/homebrew/lib/node_modules/katex'];

function load() {
  for (const place of places.filter(Boolean)) {
    try { return require(place); } catch (e) { /* the next place */ }
  }
  console.error('katex.js: KaTeX is not installed (Debian: katex)');
  process.exit(1);
}

// KaTeX's fonts have no double-struck 1: two strokes to the eye, the real
// character to a screen reader.
const one = '\\html@mathml{\\mathrm{1\\mkern{-4.5mu}l}}{\\mathbb{1}}';

// The elements of KaTeX's MathML, as [name, children] with texts as strings.
function parse(mathml) {
  const stack = [['root', []]];
  for (const token of mathml.match(/<[^>]*>|[^<]+/g)) {
    const top = stack[stack.length - 1][1];
    if (token.startsWith('</')) {
      stack.pop();
    } else if (token.startsWith('<')) {
      const element = [token.match(/^<(\w+)/)[1], []];
      top.push(element);
      if (!token.endsWith('/>')) stack.push(element);
    } else {
      top.push(token);
    }
  }
  return stack[0];
}

const entities = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"',
  '&#x27;': "'", '&nbsp;': ' ' };
const whole = (text) => (/^∂?([\p{L}\p{M}\d.]|_\w|[′ᵀ])*$/u.test(text) ||
  /^\([^()]*\)$/.test(text) ? text : '(' + text + ')');
const raised = { '⊤': 'ᵀ', 2: '²', 3: '³', '′': '′' };
const accents = { '^': '\u0302', '~': '\u0303', '˙': '\u0307', '¯': '\u0304',
  'ˉ': '\u0304' };
const spaced = /^[+=<>≤≥≠≈←→⇒∈≡≪≫∼↦:]$/u;

// A formula as one would type it: ∂L/∂W_nm = ∑_s G_sn X_sm.  For searching.
function plain(node) {
  if (typeof node === 'string') {
    return node.replace(/&[#\w]+;/g, (e) => entities[e] || e)
      .replace(/[\u2061-\u2064\u200b]/g, '');
  }
  const [name, all] = node;
  const parts = all.map(plain);
  const [a, b, c] = parts;
  switch (name) {
    case 'annotation': return '';
    case 'mfrac': return whole(a) + '/' + whole(b);
    case 'msub': return a + '_' + whole(b);
    case 'munder':
      return /^[⏟⎵]$/u.test(b) ? a : a + '_' + whole(b) + ' ';
    case 'msup': return a + (raised[b] || '^' + whole(b));
    case 'msubsup': return a + '_' + whole(b) + (raised[c] || '^' + whole(c));
    case 'munderover': return a + '_' + whole(b) + '^' + whole(c) + ' ';
    case 'mover': return accents[b] ? a + accents[b] : a + '^' + whole(b);
    case 'msqrt': return '√' + whole(parts.join(''));
    case 'mo': return spaced.test(a) ? ' ' + a + ' ' : a || '';
    case 'mtd': return parts.join('').trim();
    case 'mtr': return parts.join(', ') + '; ';
    case 'mspace': return ' ';
    default: return parts.join('');
  }
}

function plain_text(html) {
  const mathml = html.match(/<math[\s\S]*?<\/math>/)[0];
  return plain(parse(mathml)).replace(/\s+/g, ' ').trim();
}

const katex = load();
let warning = null;
console.warn = (text) => { warning = text; };
const formulas = JSON.parse(require('fs').readFileSync(0, 'utf8'));
for (const formula of formulas) {
  let answer;
  const tex = formula.slice(1).replace(/\\mathbb\{1\}/g, () => one);
  warning = null;
  try {
    const html = katex.renderToString(tex, {
      displayMode: formula[0] === 'D',
      output: 'htmlAndMathml', throwOnError: true, strict: 'error',
    });
    answer = '+' + html + '\x1f' + plain_text(html);
  } catch (e) {
    answer = '-' + e.message;
  }
  if (warning) answer = '-' + warning;
  process.stdout.write(answer + '\x1e');
}
