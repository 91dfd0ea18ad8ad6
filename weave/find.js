// Search: loaded by book.js.  The index, search.js, comes with its first use
// and calls book.index.
(function () {
  'use strict';
  const { element, button, modal, load } = window.book;
  let index = null; // entries of all pages

  // For words: lower case, one spelling of -ise and ∂; length is kept.
  function fold(text) {
    return text.toLowerCase().replace(/∂/g, 'd').replace(/’/g, "'")
      .replace(/([iy])z(?=[aeio])/g, '$1s');
  }

  const common = new Set(('the of in is are to and or an why how what which ' +
    'for with on do does it be').split(' '));

  // The words to look for; each finds what it begins, so that a word without
  // its ending finds all its forms.
  function wordsOf(text) {
    const all = fold(text).split(/[^a-z0-9.\u00c0-\u03ff]+/)
      .map((w) => w.replace(/^\.+|\.+$/g, ''))
      .filter((w) => w.length > 1 || /\d/.test(w));
    const rare = all.filter((w) => !common.has(w));
    return (rare.length ? rare : all).map((w) =>
      w.replace(/([^s])s$/, '$1').replace(/(....)(?:ing|ed|ly)$/, '$1'));
  }

  // TeX, typed mathematics and plain text in one form, without what one may
  // write or leave out: spaces, brackets, signs of a product, styles.
  const symbols = new Map(('alpha:α beta:β gamma:γ delta:δ epsilon:ε ' +
    'varepsilon:ε eps:ε zeta:ζ eta:η theta:θ kappa:κ lambda:λ mu:μ nu:ν ' +
    'xi:ξ pi:π rho:ρ varrho:ρ sigma:σ tau:τ phi:φ varphi:φ chi:χ psi:ψ ' +
    'omega:ω partial:d sum:∑ prod:∏ int:∫ sqrt:√ nabla:∇ infty:∞ infinity:∞ ' +
    'le:≤ leq:≤ ge:≥ geq:≥ ne:≠ approx:≈ to:→ top:t transpose:t ell:l exp:e ' +
    'ln:log oslash:/').split(' ').map((pair) => pair.split(':')));
  const silent = new Set(('left right big bigl bigr mathbf mathrm mathcal ' +
    'mathbb text textstyle displaystyle operatorname quad qquad cdot times ' +
    'circ odot lvert rvert vert mid').split(' '));
  const accents = { '\u0302': 'hat', '\u0303': 'tilde', '\u0304': 'bar' };

  function fractions(tex) {
    tex = tex.replace(/\\[dt]?frac\s*/g, '\\frac');
    for (let at; (at = tex.lastIndexOf('\\frac')) >= 0;) {
      let end = at + 5, depth = 0;
      do {
        depth += tex[end] === '{' ? 1 : tex[end] === '}' ? -1 : 0;
        end++;
      } while (depth > 0 && end < tex.length);
      tex = tex.slice(0, at) + tex.slice(at + 5, end) + '/' + tex.slice(end);
    }
    return tex;
  }

  function formula(text) {
    return fractions(text.replace(/Σ/g, '∑').toLowerCase())
      .replace(/\\(begin|end)\s*\{[a-z*]*\}/g, ' ')
      .replace(/\\(hat|bar|tilde)\s*(?:\{([^{}]*)\}|(\\[a-z]+|\w))/g,
               '$2$3 $1')
      .normalize('NFKD').replace(/∂/g, 'd').replace(/⊤/g, 't')
      .replace(/[\u0302-\u0304]/g, (mark) => ' ' + accents[mark])
      .replace(/(\\?)([a-z]+)/g, (all, tex, word) => symbols.get(word) ||
        (tex && silent.has(word) ? '' : word))
      .replace(/[−–]/g, '-').replace(/[⁄⊘]/g, '/').replace(/[’′]/g, "'")
      .replace(/[\s{}()[\]_^,.;!|‖·×∘⊙*@&\\$\u0300-\u036f]/g, '');
  }

  // What one page holds that can be found: equations and texts.
  function entries(page) {
    const where = (page.number && page.number + ' ') + page.title;
    const text = (id, title, body) => ({ where, title, body,
      href: page.page + (id && '#' + id), titleFold: fold(title),
      fold: fold(body) });
    const chapter = (page.number && 'Chapter ') + where;
    const named = (kind) => ([id, number, body]) =>
      text(id, kind + ' ' + number, body);
    return [].concat(
      page.sections.some(([id]) => !id) ? [] : text('', chapter, ''),
      page.sections.map(([id, title, body]) =>
        text(id, id ? title : chapter, body)),
      page.figures.map(named('Figure')), page.exercises.map(named('Exercise')),
      page.equations.map(([label, number, plain, tex, badge]) => ({
        where, label, number, plain, badge, href: page.page + '#' + label,
        name: label.slice(3), labelFold: fold(label.slice(3)),
        forms: [...new Set([plain, tex].map(formula))] })));
  }

  // Where words of the text begin with this one; a number is there whole.
  function hits(text, word) {
    const found = [], number = /^\d/.test(word);
    for (let at = text.indexOf(word); at >= 0 && found.length < 20;
         at = text.indexOf(word, at + word.length)) {
      const end = at + word.length;
      if (/[a-z0-9]/.test(text[at - 1] || '')) continue;
      if (number && /^\.?\d/.test(text.slice(end, end + 2))) continue;
      found.push(at);
    }
    return found;
  }

  // How much a text is about a word: a whole word counts, its forms a little.
  function weight(text, word) {
    const inside = (at) => /[a-z0-9]/.test(text[at + word.length] || '');
    return Math.min(9, hits(text, word)
      .reduce((sum, at) => sum + (inside(at) ? 0.3 : 1), 0));
  }

  // 3: a side of the equation; 2: its beginning; 1: within; 0: not in it.
  function likeness(forms, wanted) {
    return Math.max(...forms.map((form) => {
      const at = form.indexOf(wanted);
      if (at < 0) return 0;
      const before = form[at - 1], after = form[at + wanted.length];
      return (!at || before === '=') && (!after || after === '=') ? 3 :
        at ? 1 : 2;
    }));
  }

  // Results, best first: by number or label; by formula, title and label;
  // by text.  A query of words only is after titles before formulas.  A text
  // has at least `need` of the words: all or, where none has, most of them.
  function find(query, need = wordsOf(query).length) {
    const number = /^(?:eq\w*\.?)?\s*\(?(\d+\.\d*)\)?$/i.exec(query.trim());
    const label = query.trim().toLowerCase().replace(/^eq:/, '');
    const words = wordsOf(query), wanted = formula(query);
    const phrase = fold(query.trim());
    const tiers =
      { exact: [], titles: [], formulas: [], labels: [], texts: [] };
    const put = (tier, item, score) =>
      tiers[tier].push({ item, score, words });
    for (const item of index) {
      if (item.forms) {
        const alike = wanted.length > 1 && !number ?
          likeness(item.forms, wanted) : 0;
        if (number && item.number.startsWith(number[1]) ||
            item.name === label) {
          put('exact', item, -item.number.length);
        } else if (alike) {
          put('formulas', item, alike - item.forms[0].length / 1000);
        } else if (words.length && words.every((w) =>
          hits(item.labelFold, w).length)) {
          put('labels', item, -item.name.length);
        }
        continue;
      }
      if (!words.length) continue;
      const title = words.map((w) => weight(item.titleFold, w));
      const body = words.map((w) => weight(item.fold, w));
      const sum = title.reduce((a, b) => a + b);
      if (Math.min(...title)) {
        put('titles', item, sum - item.title.length / 100);
      } else if (words.filter((w, i) => body[i] || title[i]).length >= need) {
        put('texts', item, 5 * sum + Math.min(...body) +
          (item.fold.includes(phrase) ? 9 : 0));
      }
    }
    for (const tier of Object.values(tiers)) {
      tier.sort((a, b) => b.score - a.score);
    }
    const { exact, titles, formulas, labels, texts } = tiers;
    const top = (list) => list.slice(0, 12);
    const order = /^[a-z\s-]*$/i.test(query) ?
      [top(titles), top(formulas), top(labels), texts] :
      [top(formulas), top(titles), top(labels), texts];
    const total = [].concat(...Object.values(tiers)).length;
    if (!total && need - 1 > words.length / 2) return find(query, need - 1);
    return { total, need, words,
             shown: exact.concat(...order).slice(0, 40).map(result) };
  }

  function marked(text, words) {
    const parts = [], low = fold(text);
    let from = 0;
    const starts = [].concat(...words.map((w) => hits(low, w)))
      .sort((a, b) => a - b);
    for (const at of starts) {
      if (at < from) continue;
      const word = /^[\w\u00c0-\u03ff]*(?:\.\d+)*/.exec(low.slice(at))[0];
      const end = at + word.length;
      parts.push(text.slice(from, at),
                 element('mark', { textContent: text.slice(at, end) }));
      from = end;
    }
    return parts.concat(text.slice(from));
  }

  // 120 characters of the text, where the most of the words stand.
  function snippet({ body, fold: low }, words) {
    let best = 0, most = 0;
    const all = words.map((w) => hits(low, w));
    for (const at of [].concat(...all).sort((a, b) => a - b)) {
      const count = all.filter((list) =>
        list.some((i) => i >= at && i < at + 90)).length;
      if (count > most) [best, most] = [at, count];
    }
    let from = Math.max(0, best - 25);
    if (from > 0) from = body.indexOf(' ', from) + 1;
    let to = from + 120;
    if (to < body.length) to = body.lastIndexOf(' ', to);
    return [from ? '…' : '', ...marked(body.slice(from, to), words),
            to < body.length ? '…' : ''];
  }

  function result({ item, words }) {
    const span = (className, ...inside) =>
      element('span', { className }, ...inside);
    const state = (badge) => /✓/.test(badge) ? 'pass' :
      /✗/.test(badge) ? 'refuted' : 'definition';
    const parts = item.forms ? [
      span('what', '(' + item.number + ') ', item.plain), ' ',
      span('badge ' + state(item.badge), item.badge),
    ] : [
      span('what', ...marked(item.title, words)), ' ',
      span('snippet', ...snippet(item, words)),
    ];
    return element('li', {}, element('a', { href: item.href }, ...parts, ' ',
                                     span('where', item.where)));
  }

  // ---- The dialog

  function setUpSearch() {
    const opener = document.getElementById('search');
    const input = element('input', { type: 'search', autocomplete: 'off',
      spellcheck: false, placeholder: 'Words, a formula, or a number' });
    input.setAttribute('aria-label', 'Search the book');
    input.setAttribute('autocapitalize', 'off');
    const count = element('p', { className: 'count' });
    count.setAttribute('role', 'status');
    const list = element('ol', { id: 'search-results' });
    const close = button('close', 'Close', () => dialog.close());
    const dialog = modal('search-dialog',
      element('div', { className: 'bar' }, input, close), count, list);
    dialog.setAttribute('aria-label', 'Search');

    function show() {
      const query = input.value.trim();
      try { sessionStorage.setItem('query', query); } catch (e) {}
      if (!index) return;
      const { shown, total, need, words } = book.find(query);
      list.replaceChildren(...shown);
      list.scrollTop = 0;
      count.textContent = !total && query.length < 2 ? '' :
        !total ? 'Nothing found for “' + query + '”' :
        need < words.length ? 'Nothing has all of “' + query + '”; ' + total +
          ' with ' + need + ' of its ' + words.length + ' words' :
        shown.length < total ? shown.length + ' of ' + total + ' results' :
        total + (total === 1 ? ' result' : ' results');
    }

    async function open() {
      try { input.value = sessionStorage.getItem('query') || ''; } catch (e) {}
      dialog.showModal();
      input.focus();
      input.select();
      try {
        count.textContent = 'Loading the index…';
        await load('search.js');
        show();
      } catch (e) { count.textContent = 'Did not load: ' + e.message; }
    }

    input.addEventListener('input', show);
    dialog.addEventListener('keydown', (e) => {
      const links = [...list.querySelectorAll('a')];
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      const at = links.indexOf(document.activeElement);
      if (e.key === 'Escape') { // which else would empty the field first
        e.preventDefault();
        dialog.close();
      }
      if (e.key === 'Enter' && e.target === input && !e.isComposing &&
          links[0]) {
        links[0].click();
      }
      if (!step || !links.length) return;
      e.preventDefault();
      (links[Math.min(at + step, links.length - 1)] || input).focus();
    });
    document.addEventListener('keydown', (e) => {
      const busy = 'dialog[open], input:focus, textarea:focus, select:focus';
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey ||
          document.querySelector(busy)) return;
      e.preventDefault();
      open();
    });
    opener.onclick = open;
    opener.title = 'Search the book (key /)';
    opener.setAttribute('aria-keyshortcuts', '/');
    opener.hidden = false;
  }

  book.index = (pages) => { index = [].concat(...pages.map(entries)); };
  book.find = find;
  if (document.getElementById('search')) setUpSearch();
}());
