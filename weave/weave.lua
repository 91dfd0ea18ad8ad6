-- Second pass: a page of the book.  From metadata: build, the folder of this
-- build's runs.  Writes build/weave/NAME.d (prerequisites, for make) and
-- build/weave/NAME.failed (claims that did not pass: the page shows them, make ends with them).
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local structure = require 'structure'
local typeset = require 'typeset'
local ccode = require 'ccode'
local values = require 'values'
local claims = require 'claims'

local build
local labels, chapters, pages, book = {}, {}, {}, { author = {} }
local keys, cited = {}, false

local function raw(...) return pandoc.RawBlock('html', string.format(...)) end

local function read_labels()
  local rows = report.tsv(build .. '/labels/labels.tsv')
  for _, row in ipairs(rows or {}) do
    if row.kind == 'chapter' then
      chapters[#chapters + 1] = row
      pages[row.label] = row.page:gsub('%.html$', '')
    elseif row.label == 'author' then
      table.insert(book.author, row.text)
    elseif row.kind == 'book' then
      book[row.label] = row.text
    else
      if labels[row.label] and row.page ~= labels[row.label].page then
        report.problem('{#' .. row.label, '%s: label also in %s and %s',
                       row.label, row.page, labels[row.label].page)
      end
      labels[row.label] = row
    end
  end
end

-- Sources are copied into the book as text, so that any browser shows them.
local function link(path) return 'source/' .. path .. '.txt' end

local function listing(block)
  local path, fn = block.attributes.src, block.attributes.fn
  local where = 'src="' .. path .. '" fn="' .. (fn or '')
  if block.text:find('%S') then
    report.problem(where, 'listing of %s: the block must be empty', path)
  end
  local code, why = ccode.func(path, fn or '')
  if not code then
    report.problem(report.line_of('fn="' .. (fn or '') .. '"'), 'listing: %s', why)
    return {}
  end
  return { raw('<figure class="listing"><figcaption><a href="%s">%s</a>'
      .. '</figcaption><div class="scroll" tabindex="0" role="region" '
      .. 'aria-label="%s">', link(path), path, fn),
    pandoc.CodeBlock(code, pandoc.Attr('', { 'c' })),
    raw('</div></figure>') }
end

local function output(block)
  local stem = block.attributes.of
  local where = 'of="' .. (stem or '') .. '"'
  local page = pages[stem or '']
  local text = page and report.read(build .. '/' .. page .. '/output.txt')
  if not text then
    report.problem(where, 'output of %s: there is none in %s', stem, build)
    return {}
  end
  local path = 'chapters/' .. page .. '.c'
  return raw('<figure class="output"><figcaption>What <a href="%s">%s</a> '
    .. 'printed</figcaption><pre class="scroll" tabindex="0" role="region" '
    .. 'aria-label="Output"><samp>%s</samp></pre></figure>', link(path), path,
    report.escape((text:gsub('%s+$', ''))))
end

local function figure(div)
  local name, number = div.attributes.name, div.attributes.number
  local image = div.content[1].content[1]
  local where = report.line_of('](plots/' .. name)
  local alt = image.attributes.alt
  if not alt or not alt:find('%S') then
    report.problem(where, 'figure %s without alt="..."', name)
  end
  for _, suffix in ipairs { '.svg', '-dark.svg' } do
    if not report.read(build .. '/figures/' .. name .. suffix) then
      report.problem(where, 'figure %s: no %s/figures/%s%s', name, build, name,
                     suffix)
    end
  end
  local script = name
  while script and not report.read('plots/' .. script .. '.gp') do
    script = script:match('^(.*)%-')
  end
  if not script then
    report.problem(where, 'figure %s: no script plots/STEM.gp', name)
    return {}
  end
  script = 'plots/' .. script .. '.gp'
  local img = '<img class="on-%s" src="figures/%s%s" width="720" height="432" '
    .. 'alt="%s" loading="lazy">'
  alt = report.escape(alt or '')
  local caption = { pandoc.RawInline('html', string.format(
    '<span class="number">Figure %s.</span> ', number)) }
  for _, inline in ipairs(image.caption) do caption[#caption + 1] = inline end
  caption[#caption + 1] = pandoc.RawInline('html', string.format(
    ' <a class="source" href="%s">%s</a>', link(script), script))
  return { raw('<figure id="%s">' .. img .. img .. '<figcaption>',
      div.identifier, 'light', name, '.svg', alt, 'dark', name, '-dark.svg', alt),
    pandoc.Plain(caption), raw('</figcaption></figure>') }
end

local levels = { practice = true, recommended = true, stretch = true }

local function exercise(div)
  local level = div.attributes.level
  if not levels[level or ''] then
    report.problem('#' .. div.identifier, 'exercise %s: level="%s"; expected '
      .. 'practice, recommended or stretch', div.identifier, level or '')
  end
  local inner = { raw('<section class="exercise" id="%s"><h3><a href="#%s">'
    .. 'Exercise %s</a> <span class="level">%s</span></h3>', div.identifier,
    div.identifier, div.attributes.number, level) }
  for _, block in ipairs(div.content) do inner[#inner + 1] = block end
  inner[#inner + 1] = raw('</section>')
  return inner
end

local function folded(div, name)
  local out = { raw('<details class="%s"><summary>%s</summary>', name:lower(), name) }
  for _, block in ipairs(div.content) do out[#out + 1] = block end
  out[#out + 1] = raw('</details>')
  return out
end

-- @eq:x as (2.3); other citations stay for citeproc, if their keys exist.
local function cite(c)
  local references = {}
  for _, citation in ipairs(c.citations) do
    local id = citation.id
    local kind = id:match('^(%a+):')
    if kind == 'eq' or kind == 'ex' or kind == 'fig' then
      local target = labels[id]
      if not target then
        report.problem('@' .. id, 'reference to nothing: @%s', id)
      else
        local form = kind == 'eq' and '(%s)' or '%s'
        if #references > 0 then references[#references + 1] = pandoc.Str(', ') end
        local href = (target.page == report.page and '' or target.page) .. '#' .. id
        references[#references + 1] =
          pandoc.Link({ pandoc.Str(form:format(target.number)) }, href, '',
                      pandoc.Attr('', { 'ref' }))
      end
    elseif not keys[id] then
      report.problem('@' .. id, 'citation of nothing: no %s in %s', id,
                     'weave/references.bib')
    else
      cited = true
      return nil
    end
  end
  return references
end

local function web_link(l)
  local name, anchor = l.target:match('^([%w-]+)%.md(#?.*)$')
  if not name then return nil end
  if name == 'book' then
    l.target = 'index.html' .. anchor
  else
    local stem = name:match('^%d+%-(.*)$')
    if pages[stem or ''] ~= name then
      report.problem('](' .. l.target, 'link to nothing: %s', l.target)
    end
    l.target = name .. '.html' .. anchor
  end
  return l
end

local function no_raw_tex(r)
  if r.format ~= 'html' then
    report.problem(r.text:match('[^\n]*'), 'raw %s: %s', r.format,
                   r.text:match('[^\n]*'))
  end
end

-- Everything but mathematics, which typeset has collected by then.
local function render(doc, items)
  local by_label = {}
  for _, item in ipairs(items) do by_label[item.label] = item end
  local function equation(div)
    local item = by_label[div.identifier]
    return raw('<div class="equation" id="%s"><div class="math"%s>%s</div>'
      .. '<div class="mark"><a class="number" href="#%s">(%s)</a> %s</div></div>',
      item.label, #item.tex > 60 and ' tabindex="0"' or '',
      typeset.html(item.tex, true), item.label, item.number, claims.badge(item))
  end
  return doc:walk {
    Div = function(div)
      local classes = div.classes
      if classes:includes('equation') then return equation(div) end
      if classes:includes('figure') then return figure(div) end
      if classes:includes('exercise') then return exercise(div) end
      if classes:includes('hint') then return folded(div, 'Hint') end
      if classes:includes('answer') then return folded(div, 'Answer') end
    end,
    Image = function(image)
      if not report.file_figures[image.src] then
        report.problem('](' .. image.src, 'figure %s must stand in a paragraph '
          .. 'of its own', image.src)
      end
    end,
    CodeBlock = function(block)
      if block.classes:includes('output') then return output(block) end
      if block.attributes.src then return listing(block) end
      return { raw('<div class="scroll" tabindex="0" role="region" '
        .. 'aria-label="Code">'), block, raw('</div>') }
    end,
    Code = function(code)
      if code.classes:includes('val') then return values.inline(code) end
    end,
    Table = function(t)
      return { raw('<div class="scroll table" tabindex="0" role="region" '
        .. 'aria-label="Table">'), t, raw('</div>') }
    end,
    Math = function(m)
      return pandoc.RawInline('html',
        typeset.html(m.text, m.mathtype == 'DisplayMath') or '')
    end,
    Cite = cite,
    Link = web_link,
  }
end

-- The chapters with their first sentences, for the book's opening page.
local function contents_list()
  local out = { raw('<ol class="chapters">') }
  for _, chapter in ipairs(chapters) do
    local name = pages[chapter.label]
    local about = report.read(build .. '/labels/' .. name .. '.about') or ''
    out[#out + 1] = raw('<li value="%s"><a href="%s">%s</a>', chapter.number,
                        chapter.page, report.escape(chapter.text))
    for _, b in ipairs(pandoc.read(about, 'markdown').blocks) do out[#out + 1] = b end
    out[#out + 1] = raw('</li>')
  end
  out[#out + 1] = raw('</ol>')
  return out
end

local function with_contents(blocks)
  local out, done = {}, false
  for _, block in ipairs(blocks) do
    if not done and (block.t == 'Header'
       or block.t == 'Div' and block.classes:includes('contents')) then
      for _, b in ipairs(contents_list()) do out[#out + 1] = b end
      done = true
    end
    out[#out + 1] = block
  end
  if not done then
    for _, b in ipairs(contents_list()) do out[#out + 1] = b end
  end
  return out
end

local function text_meta(s) return pandoc.MetaInlines({ pandoc.Str(s) }) end

local function set_meta(meta, title, plain_title)
  local html = function(s) return pandoc.MetaString(s) end
  meta.book, meta.lang = text_meta(book.title or ''), book.lang or 'en'
  meta.subtitle = nil
  meta.title = title
  local list = {}
  for i, chapter in ipairs(chapters) do
    local here = chapter.page == report.page
    list[i] = { number = text_meta(chapter.number), href = html(chapter.page),
                title = text_meta(chapter.text), here = here or nil }
    if here then
      local before, after = chapters[i - 1], chapters[i + 1]
      meta.previous = before and { href = html(before.page),
        title = text_meta(before.text) }
        or { href = html('index.html'), title = text_meta('Contents') }
      meta.next = after and { href = html(after.page),
        title = text_meta(after.text) }
    end
  end
  meta.chapters = list
  if report.number then
    meta.number = text_meta(tostring(report.number))
    meta.pagetitle = text_meta(plain_title .. ' – ' .. (book.title or ''))
  else
    meta.home = true
    meta.pagetitle = text_meta(book.title or '')
    if book.subtitle then meta.subtitle = text_meta(book.subtitle) end
    meta.authors = {}
    for i, name in ipairs(book.author) do meta.authors[i] = text_meta(name) end
    if chapters[1] then
      meta.next = { href = html(chapters[1].page),
                    title = text_meta(chapters[1].text) }
    end
  end
end

local function write_for_make()
  local target = build .. '/book/' .. report.page
  table.sort(report.reads)
  local rules = { target .. ': ' .. table.concat(report.reads, ' ') }
  for _, path in ipairs(report.reads) do rules[#rules + 1] = path .. ':' end
  local stem = build .. '/weave/' .. report.name
  report.write(stem .. '.d', table.concat(rules, '\n') .. '\n')
  local failed = table.concat(claims.failures, '\n')
  report.write(stem .. '.failed', failed == '' and '' or failed .. '\n')
end

function Pandoc(doc)
  build = pandoc.utils.stringify(doc.meta.build)
  report.page = (report.number and report.name or 'index') .. '.html'
  read_labels()
  values.setup(build, pages)
  for key in (report.read('weave/references.bib') or ''):gmatch('@%a+%s*{%s*([^,%s]+)') do
    keys[key] = true
  end

  doc:walk { RawBlock = no_raw_tex, RawInline = no_raw_tex }
  if not report.number then doc.blocks = with_contents(doc.blocks) end
  local items, title
  doc, items, title = structure.number(doc)
  report.file_figures = {}
  for _, item in ipairs(items) do
    if item.kind == 'fig' then report.file_figures['plots/' .. item.name] = true end
  end
  claims.check(items, build)
  local plain_title = title and pandoc.utils.stringify(title) or book.title or ''
  if title then doc.blocks:insert(1, title) end
  typeset.all(doc)
  report.stop_on_problems()

  doc = render(doc, items)
  if title then title = table.remove(doc.blocks, 1).content end
  for i, block in ipairs(claims.banner(items)) do doc.blocks:insert(i, block) end
  if cited then
    doc.blocks:insert(pandoc.Header(2, 'References', pandoc.Attr('references')))
    doc.blocks:insert(pandoc.Div({}, pandoc.Attr('refs')))
  end
  doc.blocks:extend(claims.evidence(items, link))
  claims.note_failures(items)
  report.stop_on_problems()
  set_meta(doc.meta, title or doc.meta.title, plain_title)
  write_for_make()
  return doc
end
