-- The prose checks of a page:  pandoc FILE.md --lua-filter weave/lint.lua
-- -t native -o /dev/null.  Prints FILE:LINE: what is wrong; fails at the end.
local file = PANDOC_STATE.input_files[1]
local chapter = file:match('^chapters/%d%d%-(.*)%.md$')
local lines, failed = {}, false
for line in io.lines(file) do lines[#lines + 1] = line end

local function problem(needle, what)
  local at = type(needle) == 'number' and needle or 1
  if type(needle) == 'string' then
    needle = needle:match('^%s*([^\n]*)')
    for i, line in ipairs(lines) do
      if line:find(needle, 1, true) then at = i; break end
    end
  end
  io.stderr:write(string.format('%s:%d: %s\n', file, at, what))
  failed = true
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

local displayed, inline = {}, {}
local function Math(m)
  if m.mathtype == 'DisplayMath' then
    local left = left_side(m.text)
    if left then displayed[left] = true end
    if m.text:find('\\tag') then problem('\\tag', 'no \\tag: the weave numbers') end
    if m.text:find('\\begin{align') or m.text:find('\\begin{split') then
      problem(m.text, 'one step a display: no align, aligned or split')
    end
  else
    inline[#inline + 1] = m.text
  end
end

local function Str(s)
  if s.text:find('^:::') then
    problem(':::', 'a ::: that opens or closes nothing stands as text')
  end
end

local function Raw(r)
  if r.format == 'tex' or r.format == 'latex' then
    problem(r.text, 'raw TeX outside $ or $$')
  end
end

local wanted = { 'what you need', 'what the program printed',
  'what can go wrong', 'what you can do now', 'notation', 'exercises' }
local headings, exercises, in_code, figures = {}, {}, 0, 0

local function Header(h)
  local text = pandoc.utils.stringify(h):lower()
  headings[text] = true
  if h.level == 1 and chapter and h.identifier ~= chapter then
    problem(1, 'the title needs {#' .. chapter .. '}')
  end
end

local function Div(d)
  if not d.classes:includes('exercise') then return end
  local name, parts, level = '#' .. d.identifier, {}, d.attributes.level
  exercises[#exercises + 1] = name
  pandoc.walk_block(d, {
    Div = function(inner)
      for _, c in ipairs(inner.classes) do parts[c] = true end
    end,
    CodeBlock = function() parts.code = true end,
  })
  if not (parts.hint and parts.answer) then
    problem(name, 'an exercise has a hint and an answer')
  end
  if not ({ practice = 1, recommended = 1, stretch = 1 })[level] then
    problem(name, 'level is practice, recommended or stretch')
  end
  if parts.code then in_code = in_code + 1 end
end

local function Image(i)
  figures = figures + 1
  if (i.attributes.alt or '') == '' then
    problem(i.src, 'a figure says in alt="…" what is to be seen')
  end
end

local function lint_lines()
  local fence
  for n, line in ipairs(lines) do
    local mark = line:match('^%s*(```+)')
    if mark and (not fence or #mark >= #fence) then
      fence = not fence and mark or nil
    end
    if line:find('%s$') then problem(n, 'blanks at the end of the line') end
    if line:find('\t') then problem(n, 'a tab') end
    if not fence then
      for word, next_word in line:gmatch('%f[%a](%a+)%s+%f[%a](%a+)') do
        if word:lower() == next_word:lower() and #word > 1 then
          problem(n, 'the word twice: ' .. word)
        end
      end
      if line:find('TODO') or line:find('FIXME') then problem(n, 'unfinished') end
    end
  end
end

function Pandoc(doc)
  pandoc.walk_block(pandoc.Div(doc.blocks), {
    Math = Math, Str = Str, RawInline = Raw, RawBlock = Raw, Header = Header,
    Div = Div, Image = Image,
  })
  for _, tex in ipairs(inline) do
    local left = left_side(tex)
    if left and is_derivative(left) and not displayed[left] then
      problem('$' .. tex, 'a derivative stated only inline; make it a '
        .. 'display with a claim: ' .. tex)
    end
  end
  lint_lines()
  if chapter then
    for _, heading in ipairs(wanted) do
      if not headings[heading] then problem(1, 'no section: ' .. heading) end
    end
    if #exercises < 4 or #exercises > 6 then
      problem(1, 'four to six exercises, here ' .. #exercises)
    end
    if in_code < 2 then problem(1, 'at least two exercises in code') end
    if figures < 1 then problem(1, 'no figure') end
  end
  if failed then os.exit(1) end
end
