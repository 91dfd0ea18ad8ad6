-- Files that a page is made of, and what is wrong with them.
-- Every problem names the Markdown's file and line; pandoc keeps no
-- positions, so lines are found again in the source text.
local M = { file = PANDOC_STATE.input_files[1], reads = {} }
local problems, seen = {}, {}

-- The whole file, or nil.  Remembers it as a prerequisite of the page.
function M.read(path)
  if seen[path] then return seen[path] end
  local f = io.open(path, 'rb')
  if not f then return nil end
  seen[path] = f:read('a')
  f:close()
  M.reads[#M.reads + 1] = path
  return seen[path]
end

function M.lines(text)
  local list = {}
  for line in (text:gsub('\r', '') .. '\n'):gmatch('(.-)\n') do
    list[#list + 1] = line
  end
  return list
end

M.source = M.lines(M.read(M.file) or '')

-- The first line that holds the plain text, and no letter of a label after it.
function M.line_of(needle)
  for i, line in ipairs(M.source) do
    local from = 1
    while true do
      local a, b = line:find(needle, from, true)
      if not a then break end
      if not (needle:find('[%w_]$') and line:find('^[%w_-]', b + 1)) then
        return i
      end
      from = b + 1
    end
  end
  return 1
end

-- where: a line number, or text to be found in the source.
function M.problem(where, ...)
  local line = type(where) == 'number' and where or M.line_of(where)
  problems[#problems + 1] = { line, string.format(...) }
end

-- Prints all problems and ends pandoc, where there are any.
function M.stop_on_problems()
  if #problems == 0 then return end
  table.sort(problems, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  local last
  for _, p in ipairs(problems) do
    local text = string.format('%s:%d: %s\n', M.file, p[1], p[2])
    if text ~= last then io.stderr:write(text) end
    last = text
  end
  os.exit(1)
end

-- A TSV file as a list of rows, each a table by column name, or nil.
function M.tsv(path)
  local text = M.read(path)
  if not text then return nil end
  local rows, header = {}, nil
  for _, line in ipairs(M.lines(text)) do
    if line ~= '' and not line:find('^#') then
      local cells = {}
      for cell in (line .. '\t'):gmatch('(.-)\t') do cells[#cells + 1] = cell end
      if header then
        local row = {}
        for i, name in ipairs(header) do row[name] = cells[i] end
        rows[#rows + 1] = row
      else
        header = cells
      end
    end
  end
  return rows
end

-- Written beside and renamed; where nothing changed, the file keeps its date.
function M.write(path, text)
  local old = io.open(path, 'rb')
  if old then
    local same = old:read('a') == text
    old:close()
    if same then return end
  end
  local f = assert(io.open(path .. '.new', 'wb'))
  assert(f:write(text))
  assert(f:close())
  assert(os.rename(path .. '.new', path))
end

-- For make: what `target` is made of, as far as it was read.
function M.write_prerequisites(path, target)
  table.sort(M.reads)
  local rules = { target .. ': ' .. table.concat(M.reads, ' ') }
  for _, read in ipairs(M.reads) do rules[#rules + 1] = read .. ':' end
  M.write(path, table.concat(rules, '\n') .. '\n')
end

local escapes = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;',
                  ['"'] = '&quot;' }
function M.escape(text)
  return (text:gsub('[&<>"]', escapes))
end

function M.json(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return string.format('\\u%04x', c:byte())
  end) .. '"'
end

-- The page's name ("02-linear"), its number (2) and stem ("linear").
M.name = M.file:match('([^/]*)%.md$') or M.file
M.number, M.stem = M.name:match('^(%d+)%-(.*)$')
M.number = M.number and math.floor(tonumber(M.number))

return M
