-- A chapter of the EPUB: what weave.lua asks for where pages fold, link to
-- sources or lead to other pages.  Links are pandoc's, so that its EPUB writer
-- finds the file they lead to; epubbook.lua joins the chapters.
local report = require 'report'
local typeset = require 'typeset'
local blocks = require 'blocks'
local claims = require 'claims'
local mathml = require 'mathml'
local raw = blocks.raw
local M = {}
-- What moves to the back of the book, each a list of blocks.
local back = { hint = {}, answer = {} }

local function attr(id, ...) return pandoc.Attr(id, { ... }) end
local function link(text, target, ...)
  return pandoc.Link({ pandoc.Str(text) }, target, '', attr('', ...))
end

local cache = {}
local function set(text, display)
  local key = (display and 'D' or 'I') .. text
  if not cache[key] then
    local html, width = mathml.set(
      typeset.html(text, display):match('<math.-</math>'),
      typeset.plain(text, display), display)
    cache[key] = { html = html, width = width }
  end
  return cache[key]
end
function M.html(text, display) return set(text, display).html end

-- Tables of contents hold text alone.
function M.plain_headers(doc)
  return doc:walk { Header = function(h)
    return h:walk { Math = function(m)
      return pandoc.Emph { pandoc.Str(typeset.plain(m.text, false)) }
    end }
  end }
end

local function badge(item)
  if item.definition then
    return pandoc.Span({ pandoc.Str('definition') },
                       attr('', 'badge', 'definition'))
  end
  local state = claims.verdict(item)
  return link(claims.badge_text(item), '#claim:' .. item.name, 'badge', state)
end

function M.equation(item)
  local formula = set(item.tex, true)
  local classes = { 'equation' }
  if item.wrong then classes[2] = 'wrong' end
  local size = formula.width > 21 and ' widest'
    or formula.width > 15.5 and ' wide' or ''
  local number = pandoc.Span({ pandoc.Str('(' .. item.number .. ')') },
                             attr('', 'number'))
  return pandoc.Div({
    raw('<div class="math%s">%s</div>', size, formula.html),
    pandoc.Div({ pandoc.Plain { number, pandoc.Space(), badge(item) } },
               attr('', 'mark')),
  }, pandoc.Attr(item.label, classes))
end

-- Sources and data are not in the book: their paths are, without a link.
local function no_links(html)
  return (html:gsub('<a href="source/[^"]*">(.-)</a>', '<code>%1</code>'))
end

-- Each line hangs by its indentation, and a little, where it must be broken.
local function hanging(code)
  code = ('\n' .. code):gsub('\n( *)([^\n]+)', function(indent, line)
    return string.format('\n<span class="line hang%d">%s%s</span>',
                         math.min(#indent // 2, 4), indent, line)
  end)
  return code:sub(2)
end

function M.listing(block)
  local made = blocks.listing(block)
  if not made.text then return made end
  return raw('%s', (no_links(made.text):gsub(
    '(<code class="sourceCode c">)(.-)(</code>)',
    function(before, code, after) return before .. hanging(code) .. after end)))
end

function M.output(block)
  local made = blocks.output(block)
  if not made.text then return made end
  local longest = 0
  local html = no_links(made.text):gsub('<samp>(.-)</samp>', function(text)
    for line in text:gsub('&%w+;', 'x'):gmatch('[^\n]+') do
      longest = math.max(longest, utf8.len(line))
    end
    return '<samp>' .. hanging(text) .. '</samp>'
  end)
  -- Columns stay columns on a narrow screen, as far as print can be small.
  local size = longest > 72 and ' smallest' or longest > 62 and ' small' or ''
  return raw('%s', (html:gsub('"output"', '"output' .. size .. '"')))
end

function M.figure(div)
  local made = blocks.figure(div)
  if #made == 0 then return made end
  local image, caption = div.content[1].content[1], made[2].content
  local script = made[3].text:match('<a href[^>]*>(.-)</a>')
  local number = 'Figure ' .. div.attributes.number .. '.'
  caption[1] = pandoc.Span({ pandoc.Str(number) }, attr('', 'number'))
  caption:insert(2, pandoc.Space())
  caption:insert(pandoc.Span({ pandoc.Space(), pandoc.Code(script) },
                             attr('', 'source')))
  local picture = pandoc.Image({ pandoc.Str(image.attributes.alt) },
    M.build .. '/figures/' .. div.attributes.name .. '.svg')
  return { raw('<figure id="%s">', div.identifier), pandoc.Plain { picture },
    raw('<figcaption>'), pandoc.Plain(caption), raw('</figcaption></figure>') }
end

-- Hints and answers keep their Div, and move when their exercise is reached.
function M.folded() return nil end

function M.exercise(div)
  blocks.exercise(div) -- for its checks
  local name = div.identifier:gsub('^ex:', '')
  local title = 'Exercise ' .. div.attributes.number
  local level = pandoc.Span({ pandoc.Str(div.attributes.level) },
                            attr('', 'level'))
  local inner = {
    pandoc.Header(3, { pandoc.Str(title), pandoc.Space(), level }) }
  local ways, count = {}, { hint = 0, answer = 0 }
  for _, block in ipairs(div.content) do
    local kind = block.t == 'Div' and block.classes[1]
    if count[kind] then
      count[kind] = count[kind] + 1
      local id = kind .. ':' .. name
      if count[kind] > 1 then id = id .. '-' .. count[kind] end
      if #ways > 0 then ways[#ways + 1] = pandoc.Str(' · ') end
      ways[#ways + 1] = link(kind == 'hint' and 'Hint' or 'Answer', '#' .. id)
      block.content:insert(1,
        pandoc.Header(3, { link(title, '#' .. div.identifier) }))
      table.insert(back[kind], pandoc.Div(block.content, attr(id)))
    else
      inner[#inner + 1] = block
    end
  end
  if #ways > 0 then
    inner[#inner + 1] = pandoc.Div({ pandoc.Plain(ways) }, attr('', 'ways'))
  end
  return pandoc.Div(inner, attr(div.identifier, 'exercise'))
end

local columns = { 'Equation', 'Kind', 'Error', 'Tolerance', 'Resolution',
                  'Order', 'Compared', 'Cases', 'Seed', 'Verdict' }
local function known(text)
  return text and text ~= '-' and (text:gsub('^0%.0e%+00$', '0')) or nil
end

-- What stands in a row of the evidence, from a row of build/claims/STEM.tsv.
local function found(claim)
  local error = known(claim.error_cs) or known(claim.error)
  if known(claim.error_cs) and known(claim.error_fd) then
    error = error .. ', ' .. known(claim.error_fd)
  end
  return { claims.kind(claim), error, known(claim.tolerance) or '',
    known(claim.resolution) or '', known(claim.order) or '', claim.entries,
    claim.cases, claim.seed }
end

local function verdict(item)
  local word = item.claim and item.claim.verdict or 'not run'
  local state = claims.verdict(item)
  return pandoc.Span({ pandoc.Str((state == 'pass' and '✓ ' or '✗ ') .. word) },
                     attr('', 'badge', state))
end

local function cell(inline) return { pandoc.Plain { inline } } end

local function evidence(items)
  local rows, none = {}, pandoc.AlignDefault
  for n, item in ipairs(claims.claimed(items)) do
    local number = link('(' .. item.number .. ')', '#' .. item.label)
    local row = { cell(pandoc.Span({ number }, attr('claim:' .. item.name))) }
    for i = 2, #columns - 1 do row[i] = {} end
    for i, text in ipairs(item.claim and found(item.claim) or {}) do
      if text ~= '' then row[i + 1] = cell(pandoc.Str(text)) end
    end
    row[#columns] = cell(verdict(item))
    rows[n] = row
  end
  local aligns, widths, heads = {}, {}, {}
  for i, name in ipairs(columns) do
    aligns[i], widths[i], heads[i] = none, 0, cell(pandoc.Str(name))
  end
  if #rows == 0 then return {} end
  return { pandoc.utils.from_simple_table(
    pandoc.SimpleTable({}, aligns, widths, heads, rows)) }
end

local function banner(items)
  local failed = claims.unconfirmed(items)
  if #failed == 0 then return {} end
  local inlines = { pandoc.Str('Of this chapter’s equations, this build could '
    .. 'not confirm ') }
  for i, item in ipairs(failed) do
    if i > 1 then inlines[#inlines + 1] = pandoc.Str(', ') end
    inlines[#inlines + 1] = link('(' .. item.number .. ')', '#' .. item.label)
  end
  inlines[#inlines + 1] = pandoc.Str('.')
  return { pandoc.Div({ pandoc.Para(inlines) }, attr('', 'banner')) }
end

-- The chapter, opened by its title; what moves to the back stands at its end.
function M.chapter(doc, items)
  doc.blocks:extend {
    pandoc.Div(back.hint, attr('', 'hints')),
    pandoc.Div(back.answer, attr('', 'answers')),
    pandoc.Div(evidence(items), attr('', 'evidence')),
  }
  local after = report.number and 2 or 1 -- the title
  for i, block in ipairs(banner(items)) do
    doc.blocks:insert(after + i - 1, block)
  end
  return doc
end

return M
