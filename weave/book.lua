-- What a page says about the whole book: contents, titles, the way on.
-- Everything comes from the joined labels: book, its title and authors;
-- chapters, their rows in order.
local report = require 'report'
local raw = require('blocks').raw
local M = {}

-- The chapters with their first sentences, for the book's opening page.
local function contents_list(build, chapters)
  local out = { raw('<ol class="chapters">') }
  for _, chapter in ipairs(chapters) do
    local name = chapter.page:gsub('%.html$', '')
    local about = report.read(build .. '/labels/' .. name .. '.about') or ''
    out[#out + 1] = raw('<li value="%s"><a href="%s">%s</a>', chapter.number,
                        chapter.page, report.escape(chapter.text))
    for _, b in ipairs(pandoc.read(about, 'markdown').blocks) do out[#out + 1] = b end
    out[#out + 1] = raw('</li>')
  end
  out[#out + 1] = raw('</ol>')
  return out
end

-- The list stands where ::: contents is, or before the first section.
function M.with_contents(blocks, build, chapters)
  local out, done = {}, false
  for _, block in ipairs(blocks) do
    if not done and (block.t == 'Header'
       or block.t == 'Div' and block.classes:includes('contents')) then
      for _, b in ipairs(contents_list(build, chapters)) do out[#out + 1] = b end
      done = true
    end
    out[#out + 1] = block
  end
  if not done then
    for _, b in ipairs(contents_list(build, chapters)) do out[#out + 1] = b end
  end
  return out
end

local function text_meta(s) return pandoc.MetaInlines({ pandoc.Str(s) }) end

-- Sets what page.html asks for.
function M.set_meta(doc, book, chapters, title, plain_title)
  local meta = doc.meta
  meta.sections = {}
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.level == 2 then
      table.insert(meta.sections, { id = pandoc.MetaString(block.identifier),
        title = pandoc.MetaInlines(block.content) })
    end
  end
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

return M
