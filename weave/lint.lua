-- The prose checks of a page:  pandoc --from markdown-smart FILE.md
-- --lua-filter weave/lint.lua -t native -o /dev/null.  Prints FILE:LINE: what
-- is wrong; fails at the end.  With metadata words, a file: writes to it which
-- words of weave/words.txt the page uses, a line a word.
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local structure = require 'structure'
local symbols = require 'lint_symbols'
local words = require 'lint_words'
local chapter = report.file:match('^chapters/%d%d%-(.*)%.md$')
local is_readme = report.file == 'README.md'

local function problem(where, ...)
  if type(where) == 'string' then where = where:match('^%s*([^\n]*)') end
  report.problem(where, ...)
end

-- The elements of the page in their order, each {element, line}.  Pandoc keeps
-- no positions: what stands in the source verbatim is found again, each after
-- the one before.
local function in_order(doc)
  local text = table.concat(report.source, '\n')
  local flat = text:gsub('\n', ' ')
  local from, line = 1, 1
  local list = {}
  local function note(element) list[#list + 1] = { element, line } end
  local function place(element, needle)
    local on_one_line = needle:match('^%s*(.-)%s*$'):gsub('\n', ' ')
    local at = flat:find(on_one_line, from, true)
    if at then
      line = line + select(2, text:sub(from, at):gsub('\n', ''))
      from = at + 1
    end
    note(element)
  end
  local function verbatim(element) place(element, element.text) end
  pandoc.Pandoc(doc.blocks):walk {
    traverse = 'topdown',
    Str = verbatim, Math = verbatim, Code = verbatim,
    RawInline = verbatim, RawBlock = verbatim,
    Header = note, Para = note, Plain = note,
    CodeBlock = function(e) place(e, e.text:match('^[^\n]*')) end,
    Image = function(e) place(e, '![') end,
    Cite = function(e) place(e, '@' .. e.citations[1].id); return e, false end,
    Link = function(e)
      if e.classes:includes('uri') then return e, false end
    end,
  }
  return list
end

-- What stands left of the first relation, without spaces; nil without one.
local function left_side(tex)
  local left = tex:match('^(.-)=') or tex:match('^(.-)\\equiv')
  return left and left:gsub('%s', ''):gsub('^\\displaystyle', '')
end

local function is_derivative(left)
  return left:find('^\\[dt]?frac{\\partial') or left:find('^\\partial[^=]*/')
      or left:find('^\\[dt]?frac{d') or left:find("^[%a\\]+_?%w*'%(")
      or left:find('^\\nabla')
end

local book = pandoc.read(report.read('book.md') or '', 'markdown')

-- The labels of all chapters that book.md lists: {[label] = true}; and those
-- of all but this: {[label] = file}.
local function all_labels()
  local all, elsewhere = {}, {}
  local function note(label, path)
    all[label] = true
    if path ~= report.file then elsewhere[label] = path end
  end
  for _, name in ipairs(book.meta.chapters or {}) do
    local path = 'chapters/' .. pandoc.utils.stringify(name) .. '.md'
    local fence
    for _, line in ipairs(report.lines(report.read(path) or '')) do
      local mark = line:match('^%s*(```+)')
      if mark and (not fence or #mark >= #fence) then
        fence = not fence and mark or nil
      end
      if not fence then
        for label in line:gmatch('{#(eq:[%w_-]+)') do note(label, path) end
        local exercise = line:match('^:::.*#(ex:[%w_-]+)')
        if exercise then note(exercise, path) end
        for fig in line:gmatch('%]%(plots/([%w_-]+)%)') do
          note('fig:' .. fig, path)
        end
      end
    end
  end
  return all, elsewhere
end

local labels, elsewhere = all_labels()

-- Equations, exercises and figures are named after their own chapter.
local function check_labels(doc)
  local _, items = structure.number(doc)
  for _, item in ipairs(items) do
    local stem = chapter and item.label:match('^%a+:(.*)$')
    if stem and stem:sub(1, #chapter + 1) ~= chapter .. '-' then
      problem(item.line, '%s: the label must begin with %s:%s-', item.label,
              item.label:match('^%a+'), chapter)
    end
    if elsewhere[item.label] then
      problem(item.line, '%s: label also in %s', item.label,
              elsewhere[item.label])
    end
  end
end

-- The symbols that the first cells of a notation table name: {[symbol] = its
-- formula}; then those that only their indices mention.
local function notation(doc)
  local named, mentioned, inside = {}, {}, false
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' then
      inside = pandoc.utils.stringify(block) == 'Notation'
    elseif inside and block.t == 'Table' then
      for _, row in ipairs(pandoc.utils.to_simple_table(block).rows) do
        pandoc.walk_block(pandoc.Div(row[1]), { Math = function(m)
          local names, others = symbols.named(m.text)
          for _, name in ipairs(names) do named[name] = m.text end
          for _, name in ipairs(others) do mentioned[name] = true end
        end })
      end
    end
  end
  return named, mentioned
end

-- One notation: a symbol stands in the book's table or in the chapter's own,
-- and what the chapter's own has, the chapter uses.
local function check_notation(doc, elements)
  local own, mentioned = notation(doc)
  local shared = notation(book)
  local used, told, inside = {}, {}, false
  for _, pair in ipairs(elements) do
    local element, line = pair[1], pair[2]
    if element.t == 'Header' and element.level <= 2 then
      inside = pandoc.utils.stringify(element) == 'Notation'
    elseif element.t == 'Math' then
      for _, symbol in ipairs(symbols.of(element.text)) do
        local name = symbol.name
        used[name] = used[name] or not inside
        local known = own[name] or shared[name] or mentioned[name]
        if not known and not told[name] then
          told[name] = true
          problem(line, 'the symbol %s is in no notation table: $%s$', name,
                  (element.text:gsub('%s+', ' '):match('^%s*(.-)%s*$')))
        end
      end
    end
  end
  for name, tex in pairs(chapter and own or {}) do
    if not used[name] then
      local line = 1
      for i, text in ipairs(report.source) do
        if text:find('^|') and text:find(tex, 1, true) then line = i end
      end
      problem(line, 'the notation table has %s, which the chapter never uses',
              name)
    end
  end
end

local displayed, inline = {}, {}
local function Math(m)
  local left = left_side(m.text)
  if m.mathtype ~= 'DisplayMath' then
    inline[#inline + 1] = m.text
  elseif left then
    displayed[left] = true
  end
end

local function Raw(r)
  if r.format == 'tex' or r.format == 'latex' then
    problem(r.text, 'raw TeX outside $ or $$')
  end
end

local abbreviations = { ['i.e.'] = 'that is', ['e.g.'] = 'for example',
                        ['etc.'] = 'and so on', ['cf.'] = 'compare' }

local function check_str(text, line)
  if text:find('^:::') then
    problem(line, 'a ::: that opens or closes nothing stands as text')
  end
  if text:find('^%p*%d%d%d%d%d+%p*$') then
    problem(line, 'a long number without commas: %s', text)
  end
  local short = text:lower():match('%a+%.[%a%.]*')
  if abbreviations[short] then
    problem(line, '%s: write "%s"', short, abbreviations[short])
  end
end

-- Words and formulas from one full stop to the next; a display ends nothing.
local longest = 60
local count = 0
local function check_sentence(element, line)
  if element.t == 'Para' or element.t == 'Plain' or element.t == 'Header' then
    count = 0
  elseif element.t ~= 'Str' or element.text:find('%w') then
    count = count + 1
  end
  if element.t == 'Str' and element.text:find('[.?!][”’"\')*]*$') then
    if count > longest then
      problem(line, 'a sentence of %d words ends here', count)
    end
    count = 0
  end
end

-- Everything that stands verbatim in the source, by its line.
local function check_text(doc, elements)
  for _, key in ipairs { 'title', 'subtitle' } do
    local text = doc.meta[key] and pandoc.utils.stringify(doc.meta[key])
    if text then words.add(text, report.line_of(text)) end
  end
  for _, pair in ipairs(elements) do
    local element, line = pair[1], pair[2]
    local is_label = element.t == 'Str' and (element.text:find('^{#eq:')
      or element.text:find('^%.%a+}$'))
    if not is_label then check_sentence(element, line) end
    if element.t == 'Str' and not is_label then
      check_str(element.text, line)
      words.add(element.text, line)
    elseif element.t == 'Image' then
      words.add(element.attributes.alt or '', line)
    elseif element.t == 'Cite' then
      for _, citation in ipairs(element.citations) do
        local id = citation.id
        local kind = id:match('^(%a+):')
        local ours = kind == 'eq' or kind == 'ex' or kind == 'fig'
        if ours and not labels[id] then
          problem(line, 'reference to nothing: @%s', id)
        end
      end
    end
  end
end

local wanted = { 'what you need', 'what the program printed',
  'what can go wrong', 'what you can do now', 'notation', 'exercises' }
local headings, exercises, in_code, figures = {}, {}, 0, 0

local function Header(h)
  local text = pandoc.utils.stringify(h):lower()
  headings[text] = true
  if h.level == 1 and chapter and h.identifier ~= chapter then
    problem(1, 'the title needs {#%s}', chapter)
  end
end

local function Div(d)
  if not d.classes:includes('exercise') then return end
  local name, parts, level = '#' .. d.identifier, {}, d.attributes.level
  local code = ' ' .. (d.attributes.code or '') .. ' '
  exercises[#exercises + 1] = name
  pandoc.walk_block(d, {
    Div = function(inner)
      for _, c in ipairs(inner.classes) do parts[c] = true end
    end,
    CodeBlock = function(b)
      local src, fn = b.attributes.src or '', b.attributes.fn or ''
      if src:find('%.answers%.c$')
          and not code:find(' ' .. fn .. ' ', 1, true) then
        problem(name, 'the answer ' .. fn .. ' is missing in code="…"')
      end
    end,
  })
  if not (parts.hint and parts.answer) then
    problem(name, 'an exercise has a hint and an answer')
  end
  if not ({ practice = 1, recommended = 1, stretch = 1 })[level] then
    problem(name, 'level is practice, recommended or stretch')
  end
  if code:find('%w') then in_code = in_code + 1 end
end

local function Image(i)
  figures = figures + 1
  if (i.attributes.alt or '') == '' and not is_readme then
    problem(i.src, 'a figure says in alt="…" what is to be seen')
  end
end

local function check_lines()
  local fence
  for n, line in ipairs(report.source) do
    local mark = line:match('^%s*(```+)')
    if mark and (not fence or #mark >= #fence) then
      fence = not fence and mark or nil
    end
    if line:find('%s$') then problem(n, 'blanks at the end of the line') end
    if line:find('\t') then problem(n, 'a tab') end
    if not fence then
      for word, next_word in line:gmatch('%f[%a](%a+)%s+%f[%a](%a+)') do
        if word:lower() == next_word:lower() and #word > 1 then
          problem(n, 'the word twice: %s', word)
        end
      end
      if line:find('TODO') or line:find('FIXME') then
        problem(n, 'unfinished')
      end
      if line:gsub('`[^`]*`', 'code'):find('%S  +%S') and not line:find('^|')
         and not line:find('^    ') then
        problem(n, 'two spaces')
      end
    end
  end
end

function Pandoc(doc)
  pandoc.walk_block(pandoc.Div(doc.blocks), {
    Math = Math, RawInline = Raw, RawBlock = Raw, Header = Header, Div = Div,
    Image = Image,
  })
  for _, tex in ipairs(inline) do
    local left = left_side(tex)
    if left and is_derivative(left) and not displayed[left] then
      problem('$' .. tex, 'a derivative stated only inline; make it a '
        .. 'display with a claim: %s', tex)
    end
  end
  local elements = in_order(doc)
  check_lines()
  check_text(doc, elements)
  words.check()
  if not is_readme then
    check_labels(doc)
    check_notation(doc, elements)
  end
  if chapter then
    for _, heading in ipairs(wanted) do
      if not headings[heading] then problem(1, 'no section: %s', heading) end
    end
    if #exercises < 4 or #exercises > 6 then
      problem(1, 'four to six exercises, here %d', #exercises)
    end
    if in_code < 2 then
      problem(1, 'at least two exercises in code, code="…"')
    end
    if figures < 1 then problem(1, 'no figure') end
  end
  report.stop_on_problems()
  if doc.meta.words then
    report.write(pandoc.utils.stringify(doc.meta.words), words.used())
  end
end
