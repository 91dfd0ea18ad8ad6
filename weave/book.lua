-- What a page says about the whole book: contents, titles, the way on.
-- Everything comes from the joined labels: book, its title and authors;
-- chapters, their rows in order.
local report = require 'report'
local raw, link = require('blocks').raw, require('blocks').link
local M = {}

-- What the joined labels say: labels by name, the chapters in order, the page
-- name of each stem, and the book's title, authors and language.
function M.read(build)
  local labels, chapters, pages, book = {}, {}, {}, { author = {} }
  for _, row in ipairs(report.tsv(build .. '/labels/labels.tsv') or {}) do
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
  return labels, chapters, pages, book
end

-- The opening page begins with what stands under its header "The chapters",
-- and with the way to the lists.
function M.chapters_first(blocks)
  local first, rest, inside = pandoc.List(), pandoc.List(), false
  for _, block in ipairs(blocks) do
    if block.t == 'Header' then inside = block.identifier == 'the-chapters' end
    local to = inside and first or rest
    if not (inside and block.t == 'Header') then to:insert(block) end
  end
  first:insert(raw('<p>To look something up: <a href="equations.html">all '
    .. 'equations</a>, <a href="figures.html">all figures</a>, '
    .. '<a href="notation.html">the notation</a>.</p>'))
  first:extend(rest)
  return first
end

local function text_meta(s) return pandoc.MetaInlines({ pandoc.Str(s) }) end

-- The files that a chapter is made of, as far as they are there.
function M.sources(name, stem)
  local c = stem:gsub('-', '_')
  local list = {}
  for _, path in ipairs { 'chapters/' .. name .. '.md', 'chapters/' .. name .. '.c',
      'src/' .. c .. '.h', 'src/' .. c .. '.c', 'tests/test_' .. c .. '.c',
      'plots/' .. stem .. '.gp' } do
    local file = io.open(path)
    if file then
      file:close()
      list[#list + 1] = { href = pandoc.MetaString(link(path)),
                          path = text_meta(path) }
    end
  end
  return list
end

local function without_links(header)
  return header:walk { Link = function(l) return l.content end }.content
end

-- The headers of level 2, for a page's own contents.
function M.sections(blocks)
  local list = {}
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and block.level == 2 then
      list[#list + 1] = { id = pandoc.MetaString(block.identifier),
                          title = pandoc.MetaInlines(without_links(block)) }
    end
  end
  return #list > 0 and list or nil
end

local function page_link(row)
  return row and { href = pandoc.MetaString(row.page), title = text_meta(row.text) }
end

-- The pages that list what the whole book has.
M.lists = {
  { page = 'equations.html', text = 'Equations' },
  { page = 'figures.html', text = 'Figures' },
  { page = 'notation.html', text = 'Notation' },
}

-- Sets what page.html asks for, on any page; here: the page that is open, or
-- of which it is a part.
function M.set_meta(meta, book, chapters, here)
  meta.book, meta.lang = text_meta(book.title or ''), book.lang or 'en'
  meta.subtitle = nil
  meta.chapters, meta.lists = {}, {}
  for i, chapter in ipairs(chapters) do
    meta.chapters[i] = page_link(chapter)
    meta.chapters[i].number = text_meta(chapter.number)
    meta.chapters[i].here = chapter.page == here or nil
  end
  for i, row in ipairs(M.lists) do
    meta.lists[i] = page_link(row)
    meta.lists[i].here = row.page == here or nil
  end
end

-- A chapter, or the book's opening page.
function M.set_page(doc, book, chapters, title, plain_title)
  local meta = doc.meta
  M.set_meta(meta, book, chapters, report.page)
  meta.sections = M.sections(doc.blocks)
  meta.title = title
  if report.number then
    for i, chapter in ipairs(chapters) do
      if chapter.page == report.page then
        meta.previous = page_link(chapters[i - 1]
          or { page = 'index.html', text = 'Contents' })
        meta.next = page_link(chapters[i + 1])
      end
    end
    meta.number = text_meta(tostring(report.number))
    meta.stem = pandoc.MetaString(report.stem)
    meta.pagetitle = text_meta(plain_title .. ' – ' .. (book.title or ''))
    meta.evidence = pandoc.MetaString(report.name .. '-evidence.html')
    meta.sources = M.sources(report.name, report.stem)
  else
    meta.home = true
    meta.pagetitle = text_meta(book.title or '')
    if book.subtitle then meta.subtitle = text_meta(book.subtitle) end
    meta.authors = {}
    for i, name in ipairs(book.author) do meta.authors[i] = text_meta(name) end
    meta.next = page_link(chapters[1])
    meta.sources = { { href = pandoc.MetaString(link('book.md')),
                       path = text_meta('book.md') } }
  end
end

return M
