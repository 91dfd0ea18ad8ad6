-- A page made of parts that the chapters left (beside.lua): the evidence of a
-- chapter, or what the whole book has of one thing.  From metadata: build, and
-- view, one of NN-STEM-evidence, equations, figures, notation.
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local raw = require('blocks').raw
local book_of = require 'book'

local about = {
  equations = { 'All equations', 'Every displayed equation of the book, with '
    .. 'the badge of its check. The number leads to the equation’s place, the '
    .. 'badge to what the check found.' },
  figures = { 'All figures', 'Every figure of the book, with the script that '
    .. 'drew it and the data it shows. The number leads to its place.' },
  notation = { 'Notation', 'The letters that keep their meaning through the '
    .. 'whole book, then what each chapter adds.' },
}

local function header(text, id, href)
  local inlines = { pandoc.Str(text) }
  if href then inlines = { pandoc.Link(inlines, href) } end
  return pandoc.Header(2, inlines, pandoc.Attr(id))
end

local function list_of(view, build, chapters)
  local blocks = { pandoc.Para(pandoc.Str(about[view][2])) }
  if view == 'notation' then
    blocks[2] = header('In the whole book', 'book', 'index.html#notation')
    blocks[3] = raw('%s', report.read(build .. '/weave/book.notation'))
  end
  for _, chapter in ipairs(chapters) do
    local name = chapter.page:gsub('%.html$', '')
    local part = report.read(build .. '/weave/' .. name .. '.' .. view)
    if part and part:find('%S') then
      blocks[#blocks + 1] = header(chapter.number .. '. ' .. chapter.text,
                                   chapter.label, chapter.page)
      blocks[#blocks + 1] = raw('%s', part)
    end
  end
  return blocks, about[view][1]
end

local function evidence_of(name, build, chapters)
  for _, chapter in ipairs(chapters) do
    if chapter.page == name .. '.html' then
      return {
        raw('<p>What this build found when it tried to refute the equations of '
          .. '<a href="%s">chapter %s, %s</a>. A gradient’s errors are relative '
          .. 'to its largest entry; <a href="index.html#how-to-read-a-badge">how '
          .. 'to read them</a>.</p>', chapter.page, chapter.number,
          report.escape(chapter.text)),
        raw('%s', report.read(build .. '/weave/' .. name .. '.evidence')),
      }, 'Evidence for chapter ' .. chapter.number, chapter.page
    end
  end
end

function Pandoc(doc)
  local build = pandoc.utils.stringify(doc.meta.build)
  local view = pandoc.utils.stringify(doc.meta.view)
  local _, chapters, _, book = book_of.read(build)
  local name = view:match('^(.*)%-evidence$')
  local blocks, title, here
  if name then
    blocks, title, here = evidence_of(name, build, chapters)
  else
    blocks, title = list_of(view, build, chapters)
  end
  doc.blocks = blocks
  book_of.set_meta(doc.meta, book, chapters, here or view .. '.html')
  doc.meta.sections = book_of.sections(blocks)
  doc.meta.title = pandoc.MetaString(title)
  doc.meta.pagetitle = pandoc.MetaString(title .. ' – ' .. (book.title or ''))
  return doc
end
