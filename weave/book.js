// What a page of the book does for its reader: colours, copying of code, an
// equation at its reference, a claim at its badge; search is in find.js.  A
// page is whole without it.  Data come as scripts that call book.*, because a
// page opened from a file may not fetch.
(function () {
  'use strict';
  const root = document.documentElement;
  const store = { equations: {}, claims: {} }; // page -> label -> data
  const loading = {};                          // script -> promise
  const here = pageOf(location);

  window.book = {
    element, button, modal, load,
    equations: (page, map) => { store.equations[page] = map; },
    claims: (page, map) => { store.claims[page] = map; },
  };

  function pageOf(link) {
    return link.pathname.split('/').pop() || 'index.html';
  }

  function load(src) {
    if (!loading[src]) {
      loading[src] = new Promise((done, fail) => {
        const script = element('script');
        script.src = src;
        script.onload = done;
        script.onerror = () => { delete loading[src]; fail(new Error(src)); };
        document.head.append(script);
      });
    }
    return loading[src];
  }

  // The datum of a label, from data/NN-stem-KIND.js; null if there is none.
  async function datum(kind, page, label) {
    if (!store[kind][page]) {
      try {
        await load('data/' + page.replace(/\.html$/, '-' + kind + '.js'));
      } catch (e) { return null; }
    }
    return (store[kind][page] || {})[label] || null;
  }

  function element(tag, set, ...children) {
    const made = Object.assign(document.createElement(tag), set);
    made.append(...children);
    return made;
  }

  function button(className, textContent, onclick) {
    return element('button',
                   { type: 'button', className, textContent, onclick });
  }

  function withoutIds(node) {
    for (const e of node.querySelectorAll('[id]')) e.removeAttribute('id');
    node.removeAttribute('id');
    return node;
  }

  const plainClick = (e) => e.button === 0 && !e.defaultPrevented &&
    !(e.ctrlKey || e.metaKey || e.shiftKey || e.altKey);

  // A modal makes the rest of the page inert, live regions and all; so each
  // has its own.
  const modalOf = (node) => node.closest('dialog') || document.body;

  function say(text, near) {
    let region = modalOf(near).querySelector(':scope > .said');
    if (!region) {
      region = element('div', { className: 'said' });
      region.setAttribute('role', 'status');
      modalOf(near).append(region);
    }
    region.textContent = '';
    setTimeout(() => { region.textContent = text; }, 50);
  }

  function modal(id, ...children) {
    const dialog = element('dialog', { id }, ...children);
    let pressed = null; // a selection that ends outside closes nothing
    dialog.addEventListener('pointerdown', (e) => { pressed = e.target; });
    dialog.addEventListener('click', (e) => {
      const link = e.target.closest('a[href]');
      const outside = e.target === dialog && pressed === dialog;
      if (outside || link && plainClick(e)) dialog.close();
    });
    document.body.append(dialog);
    return dialog;
  }

  // ---- Colours

  function setUpTheme() {
    const switcher = document.getElementById('theme');
    const media = matchMedia('(prefers-color-scheme: dark)');
    const metas = [...document.querySelectorAll('meta[name="theme-color"]')];
    const own = metas.map((meta) => meta.content);
    const colourOf = (dark) =>
      own[metas.findIndex((m) => m.media.includes('dark') === dark)];
    const dark = () =>
      root.dataset.theme ? root.dataset.theme === 'dark' : media.matches;
    function show() {
      const next = dark() ? 'Light' : 'Dark';
      switcher.textContent = next;
      switcher.title = next + ' colours';
      metas.forEach((meta, i) => {
        meta.content = root.dataset.theme ? colourOf(dark()) : own[i];
      });
    }
    switcher.onclick = () => {
      root.dataset.theme = dark() ? 'light' : 'dark';
      try { localStorage.setItem('theme', root.dataset.theme); } catch (e) {}
      show();
    };
    if (media.addEventListener) media.addEventListener('change', show);
    show();
    switcher.hidden = false;
  }

  // ---- Copying

  function copyBySelection(text, near) {
    const area = element('textarea', { value: text, readOnly: true,
                                       className: 'said' });
    modalOf(near).append(area);
    area.select();
    let done = false;
    try { done = document.execCommand('copy'); } catch (e) {}
    area.remove();
    near.focus();
    return done;
  }

  async function copy(text, near) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (e) { return copyBySelection(text, near); }
  }

  function addCopyButtons(within) {
    for (const code of within.querySelectorAll('div.sourceCode pre code')) {
      const block = code.closest('div.sourceCode');
      const frame = code.closest('figure.listing') || block;
      const press = button('copy', 'Copy', async () => {
        const done = await copy(code.textContent, press);
        press.textContent = done ? 'Copied' : 'Not copied';
        say(done ? 'Copied' : 'Not copied: the browser refused', press);
        setTimeout(() => { press.textContent = 'Copy'; }, 2000);
      });
      frame.insertBefore(press, frame === block ? block.firstChild
        : [...frame.children].find((child) => child.contains(code)));
    }
  }

  // ---- An equation, at a reference to it

  // {number, math: a new element}, or null
  async function equation(page, label) {
    const there = page === here && document.getElementById(label);
    if (there && there.matches('.equation')) {
      const math = there.querySelector('.math').cloneNode(true);
      return { number: there.querySelector('.number').textContent,
               math: withoutIds(math) };
    }
    const found = await datum('equations', page, label);
    return found && { number: '(' + found.number + ')',
      math: element('div', { className: 'math', tabIndex: 0,
                             innerHTML: found.html }) };
  }

  const labelOf = (link) => decodeURIComponent(link.hash.slice(1));

  function setUpCard() {
    const card = element('div', { id: 'card', hidden: true });
    const refs = 'a.ref[href*="#eq:"]';
    let owner = null, wanted = null, timer = 0, pointer = 'mouse';
    card.setAttribute('role', 'group');
    (document.querySelector('main') || document.body).append(card);

    // Below its reference or, where that has too little room, above.
    function place() {
      const at = owner.getClientRects()[0], gap = 6;
      card.style.maxHeight = '';
      const below = innerHeight - at.bottom - gap, above = at.top - gap;
      const up = card.offsetHeight > below && above > below;
      card.style.maxHeight = Math.max(96, (up ? above : below) - gap) + 'px';
      card.style.left = scrollX + Math.max(8, Math.min(at.left,
        root.clientWidth - card.offsetWidth - 8)) + 'px';
      card.style.top = scrollY + (up ? at.top - gap - card.offsetHeight
        : at.bottom + gap) + 'px';
    }

    async function show(ref) {
      wanted = ref;
      const found = await equation(pageOf(ref), labelOf(ref));
      if (wanted !== ref) return true;
      if (!found) return false;
      hide();
      owner = wanted = ref;
      found.math.id = 'card-math';
      card.setAttribute('aria-label', 'Equation ' + found.number);
      card.replaceChildren(found.math, element('a',
        { className: 'go', href: ref.href }, 'Go to ' + found.number));
      ref.setAttribute('aria-describedby', 'card-math');
      card.style.cssText = 'left: 0; top: 0';
      card.hidden = false;
      place();
      return true;
    }

    function hide() {
      clearTimeout(timer);
      if (owner) owner.removeAttribute('aria-describedby');
      owner = wanted = null;
      card.hidden = true;
    }

    function later(ms, act) {
      clearTimeout(timer);
      timer = setTimeout(act, ms);
    }

    function refOf(e) {
      const ref = e.target.closest && e.target.closest(refs);
      return ref && !ref.closest('dialog') ? ref : null;
    }

    // The pointer may travel from the reference into the card.
    document.addEventListener('pointerover', (e) => {
      if (e.pointerType === 'touch') return;
      const ref = refOf(e);
      if (ref && ref !== owner) later(250, () => show(ref));
      else if (ref || card.contains(e.target)) clearTimeout(timer);
    });
    document.addEventListener('pointerout', (e) => {
      if (e.pointerType === 'touch') return;
      if (!refOf(e) && !card.contains(e.target)) return;
      later(300, () => {
        if (!owner || !owner.matches(':hover, :focus-visible')) hide();
      });
    });
    document.addEventListener('focusin', (e) => {
      const ref = refOf(e);
      if (ref && ref.matches(':focus-visible')) show(ref);
    });
    document.addEventListener('focusout', (e) => {
      if (e.target === owner && !card.contains(e.relatedTarget)) hide();
    });
    document.addEventListener('pointerdown', (e) => {
      pointer = e.pointerType;
      if (owner && !card.contains(e.target) && refOf(e) !== owner) hide();
    });
    document.addEventListener('keydown', (e) => {
      pointer = 'keyboard';
      if (e.key === 'Escape') hide();
    });
    document.addEventListener('scroll', () => {
      if (!owner) return;
      const at = owner.getBoundingClientRect();
      if (at.bottom < 0 || at.top > innerHeight) hide();
    }, { capture: true, passive: true });
    addEventListener('resize', () => { if (owner) place(); });
    document.addEventListener('click', async (e) => {
      const ref = refOf(e);
      if (ref && ref !== owner && pointer === 'touch' && plainClick(e)) {
        e.preventDefault();
        if (!await show(ref)) location.href = ref.href;
      } else if (ref || card.contains(e.target) && e.target.closest('a')) {
        hide();
      }
    });
  }

  // ---- The claim behind a badge

  function setUpClaims() {
    const body = element('div', { className: 'body' });
    const close = button('close', 'Close', () => panel.close());
    const panel = modal('claim', close, body);

    async function show(badge) {
      const page = pageOf(badge).replace('-evidence.html', '.html');
      const name = badge.dataset.claim, evidence = badge.href;
      const html = await datum('claims', page, name);
      if (!html) return false;
      const found = await equation(page, 'eq:' + name);
      const claim = element('div', { innerHTML: html });
      const title = claim.querySelector('h3');
      title.id = 'claim-title';
      panel.setAttribute('aria-labelledby', title.id);
      if (found) claim.prepend(found.math);
      claim.prepend(title);
      claim.append(element('p', { className: 'more' },
        element('a', { href: evidence }, 'On the page of evidence')));
      for (const pre of claim.querySelectorAll('pre')) pre.tabIndex = 0;
      addCopyButtons(claim);
      body.replaceChildren(claim);
      badge.focus({ preventScroll: true }); // where the dialog gives it back
      if (!panel.open) panel.showModal();
      body.scrollTop = 0;
      return true;
    }

    document.addEventListener('click', async (e) => {
      const badge = e.target.closest('a.badge[data-claim]');
      if (!badge || !plainClick(e) || badge.closest('dialog') ||
          pageOf(badge) === here) return;
      e.preventDefault();
      if (!await show(badge)) location.href = badge.href;
    });
  }

  // ---- The list of contents

  function setUpContents() {
    const contents = document.querySelector('details.contents');
    if (!contents) return;
    document.addEventListener('click', (e) => {
      if (!contents.contains(e.target)) contents.open = false;
    });
    document.addEventListener('keydown', (e) => {
      if (e.key !== 'Escape' || !contents.open ||
          document.querySelector('dialog[open]')) return;
      const inside = contents.contains(document.activeElement);
      contents.open = false;
      if (inside) contents.querySelector('summary').focus();
    });
  }

  if (document.getElementById('theme')) setUpTheme();
  addCopyButtons(document);
  setUpCard();
  setUpContents();
  if (typeof HTMLDialogElement === 'function') {
    setUpClaims();
    load('find.js').catch(() => {}); // then there is no button for it
  }
}());
