-- Joins the woven chapters (build/epub/NAME.json) into one document for
-- pandoc's EPUB writer: ids that XML allows, unique in the book, and links to
-- them; hints, answers and evidence at the back.  From metadata: build, quick.
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local book_of = require 'book'

local stringify = pandoc.utils.stringify
local function attr(id, ...) return pandoc.Attr(id, { ... }) end
local function header(level, text, id)
  if type(text) == 'string' then text = { pandoc.Str(text) } end
  return pandoc.Header(level, text, attr(id))
end
local function fail(...)
  io.stderr:write('epubbook.lua: ', string.format(...), '\n')
  os.exit(1)
end

local page_ids = { ['index.html'] = 'book' }
local known = {} -- every id of the book

-- Labels (eq:linear-dw) are the book's; other ids are made the book's own.
local function book_id(id, own)
  if id == '' then return '' end
  local kind, name = id:match('^(%a+):(.*)$')
  id = kind and kind .. '-' .. name or own .. '-' .. id
  return id
end

local function book_target(target, own)
  if target:find('^%a+:[^/]*//') then return target end
  local page, anchor = target:match('^([^#]*)#?(.*)$')
  local at = page == '' and own or page_ids[page]
  if not at then fail('%s: link to no part of the book: %s', own, target) end
  return '#' .. (anchor == '' and at or book_id(anchor, at))
end

local function note(id)
  if id == '' then return end
  if known[id] then fail('two elements are #%s', id) end
  known[id] = true
end

local function with_ids(doc, own)
  local function named(e)
    e.identifier = book_id(e.identifier, own)
    note(e.identifier)
    return e
  end
  local function raw(r)
    r.text = r.text:gsub(' id="([^"]*)"', function(id)
      id = book_id(id, own)
      note(id)
      return ' id="' .. id .. '"'
    end):gsub(' tabindex="0"', ''):gsub('&thinsp;', '\u{2009}')
      :gsub('&nbsp;', '\u{A0}')
    return r
  end
  return doc:walk {
    Header = named, Div = named, Span = named,
    RawBlock = raw, RawInline = raw,
    Link = function(l)
      l.target = book_target(l.target, own)
      return l
    end,
  }
end

-- The files that the chapter is made of, of which the book has no copy.
local function sources(meta)
  local inlines = { pandoc.Str('This chapter is made of ') }
  for i, source in ipairs(meta) do
    if i > 1 then inlines[#inlines + 1] = pandoc.Str(', ') end
    inlines[#inlines + 1] = pandoc.Code(stringify(source.path))
  end
  inlines[#inlines + 1] = pandoc.Str('.')
  return pandoc.Div({ pandoc.Para(inlines) }, attr('', 'sources'))
end

function Pandoc(doc)
  local build = stringify(doc.meta.build)
  local _, chapters, _, book = book_of.read(build)
  for _, chapter in ipairs(chapters) do
    page_ids[chapter.page] = chapter.label
  end

  local out = pandoc.List()
  local parts = { hints = pandoc.List(), answers = pandoc.List(),
                  evidence = pandoc.List() }
  local function quick()
    if not doc.meta.quick then return end
    out:insert(pandoc.Div({ pandoc.Para { pandoc.Str('Built with '),
      pandoc.Code('QUICK=1'), pandoc.Str(': trainings were cut short, and '
        .. 'their numbers are not the book’s.') } }, attr('', 'quick')))
  end
  local function add(name, own, title, chapter)
    local file = assert(io.open(build .. '/epub/' .. name .. '.json'))
    local part = with_ids(pandoc.read(file:read('a'), 'json'), own)
    file:close()
    out:insert(header(1, title, own))
    note(own)
    quick()
    for _, block in ipairs(part.blocks) do
      local kind = block.t == 'Div' and block.classes[1]
      if parts[kind] then
        if #block.content > 0 then
          local name = pandoc.Str(chapter.number .. '. ' .. chapter.text)
          parts[kind]:insert(header(2, { pandoc.Link({ name }, '#' .. own) },
                                    kind .. '-' .. own))
          if kind == 'evidence' then
            local path = 'tests/test_' .. own:gsub('-', '_') .. '.c'
            parts[kind]:insert(pandoc.Para { pandoc.Str('The tests: '),
              pandoc.Code(path), pandoc.Str('.') })
          end
          parts[kind]:extend(block.content)
        end
      elseif not (block.t == 'Header' and block.level == 1) then
        out:insert(block)
      end
    end
    if chapter then
      out:insert(sources(book_of.sources(name, chapter.label)))
    end
  end
  local function at_back(kind, title, ...)
    out:insert(header(1, title, kind))
    note(kind)
    out:extend { ... }
    out:insert(pandoc.Div(parts[kind], attr('', 'all-' .. kind)))
  end

  add('book', 'book', 'About this book')
  for _, chapter in ipairs(chapters) do
    add(chapter.page:gsub('%.html$', ''), chapter.label, {
      pandoc.Span({ pandoc.Str('Chapter ' .. chapter.number .. '.') },
                  attr('', 'chapter')),
      pandoc.Space(), pandoc.Str(chapter.text) }, chapter)
  end
  at_back('hints', 'Hints')
  at_back('answers', 'Answers')
  at_back('evidence', 'Evidence', pandoc.Para(pandoc.Str('What this build '
    .. 'found when it tried to refute the equations. A gradient’s errors are '
    .. 'relative to its largest entry; where there are two, the first is by '
    .. 'the complex step, the second by finite differences. The number of an '
    .. 'equation leads back to it.')))
  out:insert(header(1, 'References', 'references'))
  note('references')
  out:insert(pandoc.Div({}, attr('refs')))

  doc.blocks = out
  doc:walk { Link = function(l)
    local id = l.target:match('^#(.*)')
    if id and not known[id] then
      fail('link to nothing in the book: %s', l.target)
    end
  end }
  local meta = doc.meta
  meta.title = pandoc.MetaString(book.title)
  meta.lang = pandoc.MetaString(book.lang or 'en')
  meta.subtitle = book.subtitle and pandoc.MetaString(book.subtitle)
  meta.description = meta.subtitle
  meta.author = {}
  for i, name in ipairs(book.author) do
    meta.author[i] = pandoc.MetaString(name)
  end
  return doc
end
